/**
 * The scenarios of Alertmanager's acceptance tests (prometheus/alertmanager, test/with_api_v2/acceptance/), rewritten as a table: what
 * is posted when, and which notifications come when. Times are in units of a minute from the beginning, so that what the machine takes
 * is nothing beside them. Where Leadline means to be different, `differs` says how.
 */
export interface Scenario {
  /** File and test that it is from. */
  readonly from: string;
  readonly differs?: string;
  /** Of the one route; its receivers are webhooks at the paths `to`. */
  readonly group: { readonly by: readonly string[]; readonly wait: number; readonly interval: number };
  readonly repeat?: number;
  /** Of the integration, in units; five minutes where absent. */
  readonly resolveTimeout?: number;
  readonly to?: readonly { readonly path: string; readonly sendResolved: boolean }[];
  readonly match?: readonly string[];
  readonly inhibition?: { readonly source: string[]; readonly target: string[]; readonly equal: string[] };
  readonly steps: readonly Step[];
  /** Every notification, in order for each path. */
  readonly told: readonly Told[];
}

export type Step =
  | { readonly at: number; readonly alerts: readonly PostedAlert[] }
  | { readonly at: number; readonly silence: readonly SilenceMatcher[]; readonly until: number }
  /** Ends the silence that was made last. */
  | { readonly at: number; readonly expire: true }
  /** The engine ends and begins anew, as after a reload. */
  | { readonly at: number; readonly restart: true }
  /** The receiver at this path answers so from now on. */
  | { readonly at: number; readonly answers: number; readonly path: string };

interface SilenceMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
}

export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly from?: number;
  readonly to?: number;
}

export interface Told {
  readonly between: readonly [from: number, to: number];
  readonly path?: string;
  readonly alerts: readonly PostedAlert[];
}

const alert = (labels: Readonly<Record<string, string>> | string, from?: number, to?: number): PostedAlert => ({
  labels: typeof labels === 'string' ? { alertname: labels } : labels,
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});
const noted = (ann: string, from?: number, to?: number): PostedAlert => ({
  ...alert('test', from, to),
  annotations: { ann },
});
const lbl = (value: string, from?: number, to?: number): PostedAlert =>
  alert({ alertname: 'test', lbl: value }, from, to);
const job = (alertname: string, zone: string, from?: number, to?: number): PostedAlert =>
  alert({ alertname, job: 'testjob', zone }, from, to);

const byName = { by: ['alertname'], wait: 1, interval: 1 } as const;
const together = { by: [], wait: 1, interval: 1 } as const;
const jobDown = {
  source: ['alertname="JobDown"'],
  target: ['alertname="InstanceDown"'],
  equal: ['job', 'zone'],
};

const merge = (end: (from: number) => number | undefined): Pick<Scenario, 'group' | 'repeat' | 'steps' | 'told'> => ({
  group: byName,
  repeat: 0,
  steps: [
    { at: 1, alerts: [alert('test', 1.1, end(1.1))] },
    // Another Prometheus sends later, with an earlier beginning.
    { at: 1.2, alerts: [alert('test', 1, end(1))] },
    { at: 2.1, alerts: [noted('v1', 2, end(2))] },
    { at: 3.6, alerts: [noted('v2', 1.5, end(1.5))] },
    { at: 4.6, alerts: [noted('v2', 3, 4.5)] },
    { at: 5.3, alerts: [alert('test', 5, end(5))] },
  ],
  told: [
    { between: [2, 2.5], alerts: [alert('test', 1)] },
    { between: [3, 3.5], alerts: [noted('v1', 1)] },
    { between: [4, 4.5], alerts: [noted('v2', 1)] },
    { between: [5, 5.5], alerts: [noted('v2', 1, 4.5)] },
    { between: [6, 6.5], alerts: [alert('test', 5)] },
  ],
});

export const scenarios: readonly Scenario[] = [
  { from: 'send_test.go TestMergeAlerts', ...merge(() => undefined) },
  { from: 'send_test.go TestMergeAlertsWithEndsAt', ...merge((from) => from + 3) },
  {
    from: 'send_test.go TestRepeat',
    group: byName,
    repeat: 0,
    steps: [
      { at: 1, alerts: [alert('test', 1)] },
      { at: 3.5, alerts: [alert('test', 1, 3)] },
    ],
    told: [
      { between: [2, 2.5], alerts: [alert('test', 1)] },
      { between: [3, 3.5], alerts: [alert('test', 1)] },
      { between: [4, 4.5], alerts: [alert('test', 1, 3)] },
    ],
  },
  {
    from: 'send_test.go TestRetry',
    differs: 'what failed is tried again by itself, with a pause that grows, and does not wait for the next interval',
    group: { by: ['alertname'], wait: 1, interval: 2 },
    repeat: 3,
    to: [
      { path: '/webhook', sendResolved: true },
      { path: '/failing', sendResolved: true },
    ],
    steps: [
      { at: 0, answers: 503, path: '/failing' },
      { at: 1, alerts: [alert('test1')] },
      { at: 2.4, answers: 200, path: '/failing' },
    ],
    told: [
      { between: [2, 2.5], path: '/webhook', alerts: [alert('test1', 1)] },
      { between: [2.4, 4], path: '/failing', alerts: [alert('test1', 1)] },
      { between: [5, 6.5], path: '/webhook', alerts: [alert('test1', 1)] },
      { between: [5, 6.5], path: '/failing', alerts: [alert('test1', 1)] },
    ],
  },
  {
    from: 'send_test.go TestBatching',
    group: together,
    repeat: 4.9,
    steps: [
      { at: 1.1, alerts: [alert('test1', 1)] },
      { at: 1.7, alerts: [alert('test5', 1)] },
      { at: 3.3, alerts: [alert('test2', 1.5), alert('test3', 1.5), alert('test4', 1.6)] },
    ],
    told: [
      { between: [2, 2.5], alerts: [alert('test1', 1), alert('test5', 1)] },
      {
        between: [3.3, 4.5],
        alerts: [alert('test1', 1), alert('test5', 1), alert('test2', 1.5), alert('test3', 1.5), alert('test4', 1.6)],
      },
    ],
  },
  {
    from: 'send_test.go TestResolved',
    group: { by: ['alertname'], wait: 1, interval: 5 },
    resolveTimeout: 2,
    steps: [{ at: 1, alerts: [lbl('v1'), lbl('v2'), lbl('v3')] }],
    told: [
      { between: [2, 2.5], alerts: [lbl('v1', 1), lbl('v2', 1), lbl('v3', 1)] },
      { between: [7, 7.5], alerts: [lbl('v1', 1, 3), lbl('v2', 1, 3), lbl('v3', 1, 3)] },
    ],
  },
  {
    from: 'send_test.go TestResolvedFilter',
    differs: 'the timeout is the default one of five minutes; each interval has its resolved ones',
    group: { by: ['alertname'], wait: 1, interval: 3 },
    to: [
      { path: '/webhook1', sendResolved: true },
      { path: '/webhook2', sendResolved: false },
    ],
    steps: [
      { at: 1, alerts: [lbl('v1'), lbl('v2')] },
      { at: 3, alerts: [lbl('v1', 1, 2.9), lbl('v3')] },
      { at: 5.5, alerts: [lbl('v3', 3)] },
    ],
    told: [
      { between: [2, 2.5], path: '/webhook1', alerts: [lbl('v1', 1), lbl('v2', 1)] },
      { between: [5, 5.5], path: '/webhook1', alerts: [lbl('v1', 1, 2.9), lbl('v2', 1), lbl('v3', 3)] },
      { between: [8, 8.5], path: '/webhook1', alerts: [lbl('v2', 1, 6), lbl('v3', 3)] },
      { between: [10.5, 11.5], path: '/webhook1', alerts: [lbl('v3', 3, 10.5)] },
      { between: [2, 2.5], path: '/webhook2', alerts: [lbl('v1', 1), lbl('v2', 1)] },
      { between: [5, 5.5], path: '/webhook2', alerts: [lbl('v2', 1), lbl('v3', 3)] },
    ],
  },
  {
    from: 'send_test.go TestReload',
    differs: 'the groups are on disk: an engine that begins anew neither tells again nor begins its intervals anew',
    group: { by: [], wait: 1, interval: 6 },
    repeat: 10,
    steps: [
      { at: 1, alerts: [alert('test1')] },
      { at: 3, restart: true },
      { at: 4, alerts: [alert('test2'), alert('test1', 1)] },
    ],
    told: [
      { between: [2, 2.5], alerts: [alert('test1', 1)] },
      { between: [8, 8.5], alerts: [alert('test1', 1), alert('test2', 4)] },
    ],
  },
  {
    from: 'startup: TestColdStart',
    differs: 'an engine that begins in the middle of a wait goes on with it, and waits for nobody to send again',
    group: byName,
    repeat: 10,
    steps: [
      { at: 1, alerts: [alert('test1', 1)] },
      { at: 1.2, restart: true },
      { at: 1.4, alerts: [alert('test1', 1)] },
      { at: 2.6, restart: true },
      { at: 2.7, alerts: [alert('test1', 1)] },
      { at: 3.2, alerts: [alert('test1', 1, 3.1)] },
    ],
    told: [
      { between: [2, 2.5], alerts: [alert('test1', 1)] },
      { between: [3, 4.5], alerts: [alert('test1', 1, 3.1)] },
    ],
  },
  {
    from: 'inhibit_test.go TestInhibiting',
    group: together,
    repeat: 1,
    inhibition: jobDown,
    steps: [
      { at: 1, alerts: [job('test1', 'aa')] },
      { at: 1, alerts: [job('InstanceDown', 'aa')] },
      { at: 1, alerts: [job('InstanceDown', 'ab')] },
      { at: 2.2, alerts: [job('JobDown', 'aa')] },
      { at: 3.6, alerts: [job('JobDown', 'aa', 2.2, 3.6)] },
    ],
    told: [
      {
        between: [2, 2.5],
        alerts: [job('test1', 'aa', 1), job('InstanceDown', 'aa', 1), job('InstanceDown', 'ab', 1)],
      },
      { between: [3, 3.5], alerts: [job('test1', 'aa', 1), job('InstanceDown', 'ab', 1), job('JobDown', 'aa', 2.2)] },
      {
        between: [4, 4.5],
        alerts: [
          job('test1', 'aa', 1),
          job('InstanceDown', 'aa', 1),
          job('InstanceDown', 'ab', 1),
          job('JobDown', 'aa', 2.2, 3.6),
        ],
      },
    ],
  },
  {
    from: 'inhibit_test.go TestAlwaysInhibiting',
    differs: 'that something is over which nobody was told of is told nobody: InstanceDown was never told',
    group: together,
    repeat: 1,
    inhibition: jobDown,
    steps: [
      { at: 1, alerts: [job('InstanceDown', 'aa')] },
      { at: 1, alerts: [job('JobDown', 'aa')] },
      { at: 2.6, alerts: [job('JobDown', 'aa', 1, 2.6), job('InstanceDown', 'aa', 1, 2.6)] },
    ],
    told: [
      { between: [2, 2.5], alerts: [job('JobDown', 'aa', 1)] },
      { between: [3, 3.5], alerts: [job('JobDown', 'aa', 1, 2.6)] },
    ],
  },
  {
    from: 'silence_test.go TestSilencing',
    group: together,
    repeat: 0,
    steps: [
      { at: 1, alerts: [alert('test1', 1)] },
      { at: 1, alerts: [alert('test2', 1)] },
      { at: 2.5, silence: [{ name: 'alertname', value: 'test1', isRegex: false }], until: 4.5 },
    ],
    told: [
      { between: [2, 2.5], alerts: [alert('test1', 1), alert('test2', 1)] },
      { between: [3, 3.5], alerts: [alert('test2', 1)] },
      { between: [4, 4.5], alerts: [alert('test2', 1)] },
      { between: [5, 5.5], alerts: [alert('test1', 1), alert('test2', 1)] },
    ],
  },
  {
    from: 'silence_test.go TestSilenceDelete',
    group: together,
    repeat: 0,
    steps: [
      { at: 1, alerts: [alert('test1', 1)] },
      { at: 1, alerts: [alert('test2', 1)] },
      { at: 1.3, silence: [{ name: 'alertname', value: '.+', isRegex: true }], until: 100 },
      { at: 3.5, expire: true },
    ],
    told: [{ between: [3.5, 4.5], alerts: [alert('test1', 1), alert('test2', 1)] }],
  },
  {
    from: 'utf8_test.go TestSendAlertsToUTF8Route',
    group: { by: ['foo🙂'], wait: 1, interval: 5 },
    match: ['foo🙂=bar'],
    steps: [{ at: 1, alerts: [alert({ 'foo🙂': 'bar' }, 1), alert({ 'foo🙂': 'baz' }, 1)] }],
    told: [{ between: [2, 2.5], alerts: [alert({ 'foo🙂': 'bar' }, 1)] }],
  },
];
