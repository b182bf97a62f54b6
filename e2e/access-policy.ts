import type { AccessRow, Who } from './access-row.ts';

interface Given {
  readonly seen: AccessRow;
  readonly open: AccessRow;
  readonly owners: readonly Who[];
  readonly editors: readonly Who[];
  readonly crewStands: readonly [string, string, unknown];
}

const ofTeam = ['team="payments"', 'walked="yes"'];
const spec = { team: 'payments', match: ofTeam, to: [{ team: 'payments' }] };
const routeStands = ['PUT', '/api/v1/routes/walked', spec] as const;
const holds = { team: 'payments', source: ['walked="no"'], target: ofTeam };
const inhibitionStands = ['PUT', '/api/v1/inhibitions/walked', holds] as const;
const silence = { match: ofTeam, duration: 'PT1H', why: 'The walk comes by' };
const silenceStands = ['PUT', '/api/v1/silences/walked', silence] as const;

/** Rows of the access walk for what alerts are judged by: a team's by its editors, silences by who answers for the alerts. */
export const policyRows = ({ seen, open, owners, editors, crewStands }: Given): Record<string, AccessRow> => {
  const params = { name: 'walked' };
  const responders: readonly Who[] = ['responder', ...owners];
  const silenced = { params: { silence: 'walked' }, before: [crewStands, silenceStands] };
  return {
    'GET /api/v1/routes': seen,
    'GET /api/v1/routes/{name}': { ...seen, params, before: [crewStands, routeStands] },
    'PUT /api/v1/routes/{name}': { may: owners, params, body: spec, before: [crewStands, routeStands] },
    'DELETE /api/v1/routes/{name}': { may: owners, params, before: [crewStands, routeStands] },
    'POST /api/v1/routes/try': { ...seen, body: { days: 1 } },
    'GET /api/v1/inhibitions': seen,
    'GET /api/v1/inhibitions/{name}': { ...seen, params, before: [crewStands, inhibitionStands] },
    'PUT /api/v1/inhibitions/{name}': { may: owners, params, body: holds, before: [crewStands, inhibitionStands] },
    'DELETE /api/v1/inhibitions/{name}': { may: owners, params, before: [crewStands, inhibitionStands] },
    'GET /api/v1/silences': seen,
    'GET /api/v1/silences/{silence}': { ...seen, ...silenced },
    'POST /api/v1/silences': { may: responders, body: silence, before: [crewStands] },
    'POST /api/v1/silences/try': { ...seen, body: { rrule: 'FREQ=DAILY', zone: 'UTC', duration: 'PT1H' } },
    'PUT /api/v1/silences/{silence}': { may: responders, ...silenced, body: silence },
    'DELETE /api/v1/silences/{silence}': { may: responders, ...silenced },
    'GET /api/v1/suppression': seen,
    'PUT /api/v1/suppression': { may: editors, body: {} },
    ...Object.fromEntries(
      ['Integration', 'AlertRule', 'Route', 'Inhibition', 'Silence'].map((kind) => [
        `GET /api/v1/schemas/${kind}`,
        open,
      ]),
    ),
    // Alertmanager's own configuration, read and made
    'POST /api/v1/alertmanager-config/import': {
      may: editors,
      body: { config: 'route: {receiver: a}\nreceivers: [{name: a}]', dryRun: true },
    },
    'GET /api/v1/alertmanager-config': seen,
  };
};
