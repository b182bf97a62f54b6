/**
 * Who the walk tries the protocols of others as: tokens stand where the protocol has its key, people come with the cookie of the page.
 */
export const wireActors = {
  nobody: 'without anything',
  sender: 'a token that may only send telemetry, with the role admin',
  viewer: 'a token of a viewer',
  responder: 'a token of a responder',
  editor: 'a token of an editor',
  admin: 'a token of an admin',
  stranger: 'a viewer of the organisation, admin in another team',
  key: 'the key of an integration of this kind',
  otherKind: 'the key of an integration of another kind',
  disabled: 'the key of an integration of this kind that is switched off',
  revoked: 'a key of this kind that was revoked',
  unknown: 'a key that was never made',
} as const;
export type WireWho = keyof typeof wireActors;

export type WireProtocol = 'alertmanager' | 'pagerduty' | 'opsgenie' | 'intake';

export interface WireRow {
  readonly may: readonly WireWho[];
  /** Where the key stands. */
  readonly carry: 'bearer' | 'genie' | 'address' | 'body';
  readonly body?: unknown;
  readonly params?: Readonly<Record<string, string>>;
}

/** How each protocol refuses whoever may not; every other answer means that the door was open. */
export const wireRefusals: Readonly<
  Record<WireProtocol, { readonly statuses: readonly number[]; readonly fields: readonly string[] }>
> = {
  alertmanager: { statuses: [401, 403], fields: ['code', 'message'] },
  // PagerDuty has no 401: a key that opens nothing is a fault of the event.
  pagerduty: { statuses: [400], fields: ['status', 'message', 'errors'] },
  opsgenie: { statuses: [401], fields: ['message', 'took', 'requestId'] },
  intake: { statuses: [401, 403], fields: ['type', 'title', 'status', 'code'] },
};

/** Of each protocol the kind of integration whose key opens it, and another. */
export const wireKinds: Readonly<Record<WireProtocol, readonly [own: string, other: string]>> = {
  alertmanager: ['alertmanager', 'pagerduty'],
  pagerduty: ['pagerduty', 'json'],
  opsgenie: ['opsgenie', 'alertmanager'],
  intake: ['json', 'sentry'],
};

const everybody = Object.keys(wireActors) as WireWho[];
const unknownId = '018f0000-0000-7000-8000-000000000000';
const inAnHour = new Date(Date.now() + 3_600_000).toISOString();

const rows = (carry: WireRow['carry'], may: readonly WireWho[], routes: Record<string, Partial<WireRow>>) =>
  Object.fromEntries(Object.entries(routes).map(([route, row]) => [route, { carry, may, ...row }]));

const api = '/alertmanager/api/v2';
const readers: readonly WireWho[] = ['viewer', 'responder', 'editor', 'admin', 'stranger', 'key'];
const senders: readonly WireWho[] = ['responder', 'editor', 'admin', 'key'];
const silence = {
  matchers: [{ name: 'alertname', value: 'NeverFired', isRegex: false }],
  startsAt: new Date().toISOString(),
  endsAt: inAnHour,
  createdBy: 'walk',
  comment: 'The walk comes by',
};
const alertmanager = {
  ...rows('bearer', everybody, {
    'GET /alertmanager/-/healthy': {},
    'GET /alertmanager/-/ready': {},
  }),
  ...rows('bearer', readers, {
    [`GET ${api}/status`]: {},
    [`GET ${api}/receivers`]: {},
    [`GET ${api}/alerts`]: {},
    [`GET ${api}/alerts/groups`]: {},
    [`GET ${api}/silences`]: {},
    [`GET ${api}/silence/{silenceID}`]: { params: { silenceID: unknownId } },
    // That a silence of others is refused, modules/alerting/server/sources/alertmanager-read.db.test.ts shows.
    [`DELETE ${api}/silence/{silenceID}`]: { params: { silenceID: unknownId } },
  }),
  ...rows('bearer', senders, {
    [`POST ${api}/alerts`]: { body: [{ labels: { alertname: 'Walked', severity: 'info' } }] },
    [`POST ${api}/silences`]: { body: silence },
  }),
};

const pagerduty = rows('body', ['key'], {
  'POST /v2/enqueue': { body: { event_action: 'resolve', dedup_key: 'walked' } },
  'POST /v2/change/enqueue': { body: { payload: { summary: 'Walked', custom_details: { service: 'shop/payment' } } } },
});

const ofAlert = { params: { identifier: unknownId, action: 'restart', search: unknownId, request: unknownId } };
const alertRoutes = [
  'GET /v2/alerts',
  'GET /v2/alerts/count',
  'GET /v2/alerts/requests/{request}',
  'GET /v2/alerts/{identifier}',
  'GET /v2/alerts/{identifier}/notes',
  'GET /v2/alerts/{identifier}/logs',
  'GET /v2/alerts/saved-searches',
  'GET /v2/alerts/saved-searches/{search}',
  'DELETE /v2/alerts/saved-searches/{search}',
  'DELETE /v2/alerts/{identifier}',
  'DELETE /v2/alerts/{identifier}/tags',
  'DELETE /v2/alerts/{identifier}/details',
];
const alertActs = [
  'POST /v2/alerts/{identifier}/close',
  'POST /v2/alerts/{identifier}/acknowledge',
  'POST /v2/alerts/{identifier}/unacknowledge',
  'POST /v2/alerts/{identifier}/snooze',
  'POST /v2/alerts/{identifier}/escalate',
  'POST /v2/alerts/{identifier}/actions/{action}',
  'POST /v2/alerts/saved-searches',
  'PATCH /v2/alerts/saved-searches/{search}',
  'POST /v2/alerts/{identifier}/notes',
  'POST /v2/alerts/{identifier}/tags',
  'POST /v2/alerts/{identifier}/details',
  'POST /v2/alerts/{identifier}/responders',
  'POST /v2/alerts/{identifier}/teams',
  'POST /v2/alerts/{identifier}/assign',
  'PUT /v2/alerts/{identifier}/message',
  'PUT /v2/alerts/{identifier}/description',
  'PUT /v2/alerts/{identifier}/priority',
];
const ofBeat = { params: { name: 'walked' } };
const opsgenie = rows('genie', ['key'], {
  ...Object.fromEntries(alertRoutes.map((route) => [route, ofAlert])),
  ...Object.fromEntries(alertActs.map((route) => [route, { ...ofAlert, body: {} }])),
  'POST /v2/alerts': { body: { message: 'Walked', alias: 'walked', priority: 'P5' } },
  'GET /v2/heartbeats': {},
  'POST /v2/heartbeats': { body: { name: 'walked', interval: 1, intervalUnit: 'days', enabled: false } },
  'GET /v2/heartbeats/{name}': ofBeat,
  'PATCH /v2/heartbeats/{name}': { ...ofBeat, body: { description: 'Walked' } },
  'PUT /v2/heartbeats/{name}': { ...ofBeat, body: { description: 'Walked' } },
  'DELETE /v2/heartbeats/{name}': { params: { name: 'no-such-heartbeat' } },
  ...Object.fromEntries(
    ['GET', 'POST', 'PUT', 'PATCH'].map((method) => [`${method} /v2/heartbeats/{name}/ping`, ofBeat]),
  ),
  'POST /v2/heartbeats/{name}/enable': { params: { name: 'no-such-heartbeat' } },
  'POST /v2/heartbeats/{name}/disable': ofBeat,
});

// Every kind of webhook comes by one door; which kind reads the body, the key says.
const webhook = { body: { summary: 'Walked', severity: 'info', id: 'walked' } };
const intake = {
  ...rows('bearer', ['key', 'otherKind'], { 'POST /intake': webhook, 'PUT /intake': webhook }),
  ...rows('address', ['key', 'otherKind'], { 'POST /intake/{key}': webhook, 'PUT /intake/{key}': webhook }),
  ...rows('address', ['key'], { 'OPTIONS /intake/{key}': {} }),
};

/** Who may, for every route of a protocol of others that the OpenAPI document describes. */
export const wireTable: Readonly<Record<string, WireRow>> = { ...alertmanager, ...pagerduty, ...opsgenie, ...intake };
