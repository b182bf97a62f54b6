import { deliveryRows } from './access-delivery.ts';
import { integrationRows } from './access-integrations.ts';
import { oncallRows } from './access-oncall.ts';
import { policyRows } from './access-policy.ts';
import { ruleRows } from './access-rules.ts';
import { actors, type AccessRow, type Who } from './access-row.ts';

const everybody = Object.keys(actors) as Who[];
const signedIn: readonly Who[] = ['viewer', 'responder', 'editor', 'admin', 'crewEditor', 'crewAdmin', 'stranger'];
const owners: readonly Who[] = ['editor', 'admin', 'crewEditor', 'crewAdmin'];
const teamAdmins: readonly Who[] = ['admin', 'crewAdmin'];
const editors: readonly Who[] = ['editor', 'admin'];
const admins: readonly Who[] = ['admin'];

export const crew = {
  displayName: 'Payments',
  members: [
    { person: 'mira', role: 'editor' },
    { person: 'nils', role: 'admin' },
  ],
};
const crewStands = ['PUT', '/api/v1/teams/payments', crew] as const;
const service = { title: 'Payment', owner: 'payments' };
const serviceStands = ['PUT', '/api/v1/services/shop%2Fpayment', service] as const;
const journey = { title: 'Buy', owner: 'payments', steps: [{ name: 'Pay', service: 'shop/payment' }] };
const journeyStands = ['PUT', '/api/v1/journeys/buy', journey] as const;
const entity = { title: 'Ledger database', owner: 'payments' };
/** OpenSLO; owned by whoever owns the service. */
const requestsOf = (spans: object) => ({ metricSource: { type: 'leadline', spec: { spans } } });
const objective = {
  apiVersion: 'openslo/v1',
  kind: 'SLO',
  metadata: { name: 'payments-answer' },
  spec: {
    service: 'shop/payment',
    indicator: {
      metadata: { name: 'answers' },
      spec: {
        ratioMetric: {
          bad: requestsOf({ service: 'shop/payment', status: 'error' }),
          total: requestsOf({ service: 'shop/payment' }),
        },
      },
    },
    timeWindow: [{ duration: '28d', isRolling: true }],
    budgetingMethod: 'Occurrences',
    objectives: [{ target: 0.999 }],
  },
};
const heartbeat = { every: 'PT1H', team: 'payments' };
const heartbeatStands = ['PUT', '/api/v1/heartbeats/walked', heartbeat] as const;
const policy = { title: 'Nothing follows', rules: [] };
/** In a month; it leaves nothing out of what is counted now. */
const soon = (hours: number): string => new Date(Date.now() + (30 * 24 + hours) * 3_600_000).toISOString();
const maintenance = { objectives: ['payments-answer'], from: soon(0), to: soon(1), reason: 'New disks for the ledger' };
const objectiveStands = ['POST', '/api/v1/objectives', objective] as const;
const entityStands = ['PUT', '/api/v1/entities/resource/ledger-db', entity] as const;

const paging = { team: 'payments', steps: [{ notify: [{ team: 'payments' }] }] };
const pagingStands = ['PUT', '/api/v1/escalation-policies/payments', paging] as const;

const unknownId = '018f0000-0000-7000-8000-000000000000';
const onService = { name: 'shop/payment' };
const open = { may: everybody };
const seen = { may: signedIn };

/** Who may, for every route of the API. A route of the OpenAPI document without a row here fails the walk. */
export const accessTable: Readonly<Record<string, AccessRow>> = {
  // Getting in
  'GET /api/v1/sign-in': open,
  'POST /api/v1/set-up': {
    ...open,
    body: { token: 'x', organisation: 'O', displayName: 'D', email: 'd@o.example', password: 'p' },
  },
  'POST /api/v1/sign-in': { ...open, body: { login: 'nobody-of-that-name', password: 'wrong' } },
  'POST /api/v1/sign-in/second-factor': { ...open, body: { code: '000000' } },
  'POST /api/v1/sign-in/passkey/options': open,
  'POST /api/v1/sign-in/passkey': { ...open, body: { response: {} } },
  'POST /api/v1/sign-in/sso/{provider}': { ...open, params: { provider: 'nowhere' }, body: { purpose: 'sign-in' } },
  'POST /api/v1/sign-in/sso/{provider}/finish': { ...open, params: { provider: 'nowhere' }, body: { query: 'code=x' } },
  'POST /api/v1/links/look': { ...open, body: { token: 'x' } },
  'POST /api/v1/links/follow': { ...open, body: { token: 'x', password: 'p' } },
  'POST /api/v1/sign-out': { ...open, endsSession: true },

  // One's own account
  'GET /api/v1/account': seen,
  'PATCH /api/v1/account': { ...seen, body: { displayName: 'Somebody' } },
  'POST /api/v1/account/confirm': { ...seen, body: { password: 'wrong' } },
  'POST /api/v1/account/confirm/passkey/options': seen,
  'POST /api/v1/account/confirm/passkey': { ...seen, body: { response: {} } },
  // Too short on purpose: a good one would end every other session.
  'PUT /api/v1/account/password': { ...seen, body: { password: 'p' } },
  'POST /api/v1/account/totp': seen,
  'POST /api/v1/account/totp/enable': { ...seen, body: { code: '000000' } },
  'DELETE /api/v1/account/totp': seen,
  'POST /api/v1/account/recovery-codes': seen,
  'POST /api/v1/account/passkeys/options': seen,
  'POST /api/v1/account/passkeys': { ...seen, body: { name: 'key', response: {} } },
  'DELETE /api/v1/account/passkeys/{passkey}': { ...seen, params: { passkey: unknownId } },
  'DELETE /api/v1/account/identities/{identity}': { ...seen, params: { identity: unknownId } },
  'GET /api/v1/account/sessions': seen,
  'DELETE /api/v1/account/sessions/{session}': { ...seen, params: { session: unknownId } },

  // The organisation, people, teams
  'GET /api/v1/organisation': seen,
  'PATCH /api/v1/organisation': { may: admins, body: { name: 'Harbour & Sons' } },
  'GET /api/v1/people': seen,
  'GET /api/v1/people/{person}': { ...seen, params: { person: 'zora' } },
  'POST /api/v1/people': { may: admins, body: { displayName: 'Zora', email: 'zora@harbour.example', name: 'zora' } },
  'PATCH /api/v1/people/{person}': { may: admins, params: { person: 'zora' }, body: { displayName: 'Zora' } },
  'POST /api/v1/people/{person}/link': { may: admins, params: { person: 'zora' } },
  'DELETE /api/v1/people/{person}/second-factor': { may: admins, params: { person: 'zora' } },
  'GET /api/v1/teams': seen,
  'GET /api/v1/teams/{team}': { ...seen, params: { team: 'payments' } },
  'PUT /api/v1/teams/{team}': { may: teamAdmins, params: { team: 'payments' }, body: crew, before: [crewStands] },
  'PUT /api/v1/teams/{team}/members/{person}': {
    may: teamAdmins,
    params: { team: 'payments', person: 'zora' },
    body: { role: 'viewer' },
    before: [crewStands],
  },
  'DELETE /api/v1/teams/{team}/members/{person}': {
    may: teamAdmins,
    params: { team: 'payments', person: 'zora' },
    before: [crewStands],
  },
  'DELETE /api/v1/teams/{team}': {
    may: admins,
    params: { team: 'scratch' },
    before: [['PUT', '/api/v1/teams/scratch', {}]],
  },
  'GET /api/v1/tokens': seen,
  'POST /api/v1/tokens': { ...seen, body: { name: 'from the walk', role: 'viewer' } },
  'DELETE /api/v1/tokens/{token}': { ...seen, params: { token: unknownId } },
  'GET /api/v1/sso-providers': { may: admins },
  'PUT /api/v1/sso-providers/{provider}': {
    may: admins,
    params: { provider: 'harbour' },
    body: { issuer: 'http://127.0.0.1:9/', clientId: 'leadline' },
  },
  'DELETE /api/v1/sso-providers/{provider}': { may: admins, params: { provider: 'harbour' } },

  // The ledger
  'GET /api/v1/ledger': seen,
  'GET /api/v1/events': seen,
  'POST /api/v1/audit-log/verification': { may: admins },
  'GET /api/v1/about': seen,

  // The catalog: its owner's editors change it
  'GET /api/v1/services': seen,
  'GET /api/v1/services/{name}': { ...seen, params: onService },
  'PUT /api/v1/services/{name}': { may: owners, params: onService, body: service, before: [crewStands, serviceStands] },
  'DELETE /api/v1/services/{name}': { may: owners, params: onService, before: [crewStands, serviceStands] },
  'GET /api/v1/environments': seen,
  'GET /api/v1/journeys': seen,
  'GET /api/v1/journeys/{name}': { ...seen, params: { name: 'buy' } },
  'PUT /api/v1/journeys/{name}': {
    may: owners,
    params: { name: 'buy' },
    body: journey,
    before: [crewStands, journeyStands],
  },
  'DELETE /api/v1/journeys/{name}': { may: owners, params: { name: 'buy' }, before: [crewStands, journeyStands] },
  'GET /api/v1/entities': seen,
  'PUT /api/v1/entities/{kind}/{name}': {
    may: owners,
    params: { kind: 'resource', name: 'ledger-db' },
    body: entity,
    before: [crewStands, entityStands],
  },
  'DELETE /api/v1/entities/{kind}/{name}': {
    may: owners,
    params: { kind: 'resource', name: 'ledger-db' },
    before: [crewStands, entityStands],
  },

  // Telemetry
  'GET /api/v1/services/{name}/signals': { ...seen, params: onService },
  'GET /api/v1/services/{name}/operations': { ...seen, params: onService },
  'GET /api/v1/services/{name}/versions': { ...seen, params: onService },
  'GET /api/v1/services/{name}/neighbours': { ...seen, params: onService },
  'GET /api/v1/service-map': seen,
  'GET /api/v1/traces': seen,
  'GET /api/v1/traces/{traceId}': { ...seen, params: { traceId: '0af7651916cd43dd8448eb211c80319c' } },
  'GET /api/v1/logs': seen,
  'GET /api/v1/logs/live': seen,
  'GET /api/v1/telemetry/live': seen,
  'GET /api/v1/metrics': seen,
  'GET /api/v1/metrics/{name}/points': { ...seen, params: { name: 'http.server.request.duration' } },
  'GET /api/v1/telemetry/status': seen,

  // Objectives
  'POST /api/v1/backtests': {
    ...seen,
    body: { policies: [{ preset: 'own' }], from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' },
  },
  'GET /api/v1/objectives': seen,
  'GET /api/v1/objectives/{name}': { ...seen, params: { name: 'no-such-objective' } },
  'GET /api/v1/objectives/{name}/budget': { ...seen, params: { name: 'no-such-objective' } },
  'GET /api/v1/objectives/{name}/source': { ...seen, params: { name: 'no-such-objective' } },
  'GET /api/v1/objectives/{name}/spent': { ...seen, params: { name: 'no-such-objective' } },
  'GET /api/v1/objectives/{name}/marks': {
    ...seen,
    params: { name: 'no-such-objective' },
    query: '?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
  },
  'GET /api/v1/objectives/{name}/real-incidents': { ...seen, params: { name: 'no-such-objective' } },
  'POST /api/v1/objectives/{name}/real-incidents': { ...seen, params: { name: 'no-such-objective' } },
  'DELETE /api/v1/objectives/{name}/real-incidents/{id}': {
    ...seen,
    params: { name: 'no-such-objective', id: unknownId },
  },
  'POST /api/v1/objectives': { may: owners, body: objective, before: [crewStands, serviceStands] },
  'DELETE /api/v1/objectives/{name}': {
    may: owners,
    params: { name: 'payments-answer' },
    before: [crewStands, serviceStands, objectiveStands],
  },
  'GET /api/v1/objective-suggestions': seen,
  'POST /api/v1/objective-previews': { ...seen, body: { text: JSON.stringify(objective) } },
  'GET /api/v1/objective-documents': seen,
  'GET /api/v1/objective-documents/{kind}/{name}': { ...seen, params: { kind: 'SLO', name: 'payments-answer' } },
  'DELETE /api/v1/objective-documents/{kind}/{name}': {
    may: owners,
    params: { kind: 'SLO', name: 'payments-answer' },
    before: [crewStands, serviceStands, objectiveStands],
  },

  'GET /api/v1/corrections': seen,
  'POST /api/v1/corrections': {
    may: owners,
    body: maintenance,
    before: [crewStands, serviceStands, objectiveStands],
  },
  'POST /api/v1/corrections/{id}/decision': { ...seen, params: { id: unknownId }, body: { decision: 'withdraw' } },
  'PUT /api/v1/named-corrections/{name}': {
    may: owners,
    params: { name: 'night' },
    body: maintenance,
    before: [crewStands, serviceStands, objectiveStands],
  },
  'DELETE /api/v1/named-corrections/{name}': {
    may: owners,
    params: { name: 'night' },
    before: [
      crewStands,
      serviceStands,
      objectiveStands,
      ['PUT', '/api/v1/named-corrections/night', { ...maintenance, reason: 'New hardware for it' }],
    ],
  },

  'GET /api/v1/budget-policies': seen,
  'GET /api/v1/budget-policies/{name}': { ...seen, params: { name: 'default' } },
  'PUT /api/v1/budget-policies/{name}': { may: editors, params: { name: 'walked' }, body: policy },
  'DELETE /api/v1/budget-policies/{name}': {
    may: editors,
    params: { name: 'walked' },
    before: [['PUT', '/api/v1/budget-policies/walked', policy]],
  },
  'GET /api/v1/objectives/{name}/policy': { ...seen, params: { name: 'no-such-objective' } },

  'GET /api/v1/objective-reviews': seen,
  'GET /api/v1/objectives/{name}/review': { ...seen, params: { name: 'no-such-objective' } },
  'POST /api/v1/objectives/{name}/review': {
    may: owners,
    params: { name: 'payments-answer' },
    body: { decision: 'keep', nextOn: soon(0).slice(0, 10) },
    before: [crewStands, serviceStands, objectiveStands],
  },

  'GET /api/v1/objective-shares': seen,
  'POST /api/v1/objective-shares': {
    may: owners,
    body: { objectives: ['payments-answer'], title: 'For the walk' },
    before: [crewStands, serviceStands, objectiveStands],
  },
  'DELETE /api/v1/objective-shares/{id}': { ...seen, params: { id: unknownId } },
  'GET /api/v1/shared-objectives/{secret}': { ...open, params: { secret: 'll_nobody-ever-made-this-one' } },

  // Load: read by all, compensation by admins of the team, hand-over notes by those whose they are
  'GET /api/v1/load': seen,
  'GET /api/v1/teams/{team}/load-policy': { ...seen, params: { team: 'payments' } },
  'PUT /api/v1/teams/{team}/load-policy': {
    may: teamAdmins,
    params: { team: 'payments' },
    body: {
      cap: { incidents: 2, hours: 12, then: 'warn' },
      compensation: {
        unit: 'h',
        perHourOrdinary: 0,
        perHourNight: 0.5,
        perHourWeekend: 0.5,
        perPageAtNight: 1,
        perHourAwake: 1,
      },
    },
    before: [crewStands],
  },
  'GET /api/v1/teams/{team}/compensation': {
    may: teamAdmins,
    params: { team: 'payments' },
    query: '?from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z',
    before: [crewStands],
  },
  'GET /api/v1/teams/{team}/compensation.csv': {
    may: teamAdmins,
    params: { team: 'payments' },
    query: '?from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z',
    before: [crewStands],
  },
  'GET /api/v1/hand-overs': seen,
  'GET /api/v1/hand-overs/{id}': { ...seen, params: { id: unknownId } },
  'POST /api/v1/hand-overs': { ...seen, body: { schedule: 'no-such-schedule' } },
  'PUT /api/v1/hand-overs/{id}': { ...seen, params: { id: unknownId }, body: { text: 'x' } },
  'POST /api/v1/hand-overs/{id}/send': { ...seen, params: { id: unknownId } },
  'POST /api/v1/hand-overs/{id}/accept': { ...seen, params: { id: unknownId } },

  // What became of events that somebody must know
  'GET /api/v1/alert-decisions': seen,

  // Alerts: read by everybody; answered by responders of the team whose they are (an unknown one is nobody's)
  'GET /api/v1/alerts': { ...seen, query: '?facets=true&label=a%3Db' },
  'POST /api/v1/alerts': {
    may: ['responder', 'editor', 'admin'],
    body: { summary: 'The walk came by', severity: 'info' },
  },
  'GET /api/v1/alerts/{id}': { ...seen, params: { id: unknownId } },
  'GET /api/v1/alerts/{id}/why': { ...seen, params: { id: unknownId } },
  'POST /api/v1/alerts/{id}/acknowledge': { ...seen, params: { id: unknownId } },
  'POST /api/v1/alerts/{id}/resolve': { ...seen, params: { id: unknownId } },
  'POST /api/v1/alerts/{id}/unacknowledge': { ...seen, params: { id: unknownId } },
  'POST /api/v1/alerts/{id}/reopen': { ...seen, params: { id: unknownId } },
  'POST /api/v1/alerts/selected': { ...seen, body: { action: 'acknowledge', ids: [unknownId] } },
  'GET /api/v1/alert-groups': seen,
  'GET /api/v1/alert-groups/{id}': { ...seen, params: { id: unknownId } },
  ...policyRows({ seen, open, owners, editors, crewStands }),
  'GET /api/v1/noise': seen,
  // Alert rules
  ...ruleRows({ seen, owners, crewStands }),
  ...integrationRows({ seen, owners, crewStands, unknownId }),

  // Heartbeats: changed by editors of who is told, pinged by their responders or with the secret address
  'GET /api/v1/heartbeats': seen,
  'GET /api/v1/heartbeats/{name}': { ...seen, params: { name: 'walked' } },
  'PUT /api/v1/heartbeats/{name}': {
    may: owners,
    params: { name: 'walked' },
    body: heartbeat,
    before: [crewStands, heartbeatStands],
  },
  'DELETE /api/v1/heartbeats/{name}': {
    may: owners,
    params: { name: 'walked' },
    before: [crewStands, heartbeatStands],
  },
  'POST /api/v1/heartbeats/{name}/address': {
    may: owners,
    params: { name: 'walked' },
    before: [crewStands, heartbeatStands],
  },
  'GET /api/v1/heartbeats/{name}/ping': {
    may: ['responder', ...owners],
    params: { name: 'walked' },
    before: [crewStands, heartbeatStands],
  },
  'POST /api/v1/heartbeats/{name}/ping': {
    may: ['responder', ...owners],
    params: { name: 'walked' },
    before: [crewStands, heartbeatStands],
  },

  // Escalation policies and pages: a team's policy by its editors; whoever answers pages somewhere may page others
  'GET /api/v1/escalation-policies': seen,
  'GET /api/v1/escalation-policies/{name}': {
    ...seen,
    params: { name: 'payments' },
    before: [crewStands, pagingStands],
  },
  'PUT /api/v1/escalation-policies/{name}': {
    may: owners,
    params: { name: 'payments' },
    body: paging,
    before: [crewStands, pagingStands],
  },
  'DELETE /api/v1/escalation-policies/{name}': {
    may: owners,
    params: { name: 'payments' },
    before: [crewStands, pagingStands],
  },
  'POST /api/v1/escalation-policies/{name}/try': {
    ...seen,
    params: { name: 'payments' },
    before: [crewStands, pagingStands],
  },
  'POST /api/v1/pages': {
    may: ['responder', ...owners, 'stranger'],
    body: { summary: 'For the walk', team: 'payments' },
    before: [crewStands, pagingStands],
  },
  'GET /api/v1/pages': seen,
  'GET /api/v1/pages/{id}': { ...seen, params: { id: unknownId } },
  // That an existing page of another team is refused, modules/oncall/server/pages/answers.db.test.ts shows.
  'POST /api/v1/pages/{id}/acknowledge': { ...seen, params: { id: unknownId }, body: {} },
  'POST /api/v1/pages/{id}/resolve': { ...seen, params: { id: unknownId }, body: {} },
  'POST /api/v1/pages/{id}/reassign': { ...seen, params: { id: unknownId }, body: { team: 'payments' } },
  'POST /api/v1/pages/{id}/snooze': { ...seen, params: { id: unknownId }, body: { minutes: 5 } },
  'POST /api/v1/pages/{id}/responders': {
    ...seen,
    params: { id: unknownId },
    body: { notify: [{ team: 'payments' }] },
  },
  'POST /api/v1/pages/{id}/judgements': { ...seen, params: { id: unknownId }, body: { useful: true } },
  'POST /api/v1/pages/{id}/notes': { ...seen, params: { id: unknownId }, body: { text: 'For the walk' } },
  'GET /api/v1/oncall/audit': seen,

  ...oncallRows({ seen, open, owners, admins, crewStands, soon, unknownId }),

  // Changes
  'GET /api/v1/changes': seen,
  'GET /api/v1/changes/{id}': { ...seen, params: { id: unknownId } },
  'POST /api/v1/changes': {
    may: ['responder', 'editor', 'admin', 'crewEditor', 'crewAdmin'],
    body: { service: 'shop/payment', version: '1.0.1' },
    before: [crewStands, serviceStands],
  },

  ...deliveryRows({ admins, signedIn }),
};
