import { openSloVersion } from '../openslo/kinds.ts';
import { durationText } from '../openslo/duration.ts';
import { errorAt, noteAt, type Finding, type Path } from '../openslo/finding.ts';
import { isObject, isSaid, listAt, textAt, valueAt, type Json } from '../openslo/json.ts';
import { anything, fields, oneOf, optional, required, text, type Shape } from '../openslo/shape.ts';
import { targetOf } from '../openslo/target.ts';
import { nameOf, titleOf, type Converted } from './converted.ts';
import { importedSource } from './sloth.ts';

export const pyrraVersion = 'pyrra.dev/v1alpha1';

/** A selector of series, as Pyrra wants them: a name, or braces, or both. */
const selector = text({
  max: 10_000,
  pattern: /^\s*(?:[a-zA-Z_:][a-zA-Z0-9_:]*\s*(?:\{[^]*\})?|\{[^]+\})\s*$/,
  say: 'a selector of series: http_requests_total{job="api"}',
});
const metric = (say: string) => required(fields({ metric: required(selector, say) }), `metric: ${say}`);

/** Durations of Prometheus: `4w`, `1h30m`, `200ms`. In milliseconds; null where it is none. */
const prometheusMs = (value: unknown): number | null => {
  if (typeof value !== 'string' || !/^(?:\d+(?:ms|[ywdhms]))+$/.test(value)) return null;
  const length: Readonly<Record<string, number>> = {
    ms: 1,
    s: 1_000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
    w: 604_800_000,
    y: 31_536_000_000,
  };
  return [...value.matchAll(/(\d+)(ms|[ywdhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * length[unit!]!,
    0,
  );
};

const prometheusDuration =
  (say: string): Shape =>
  (value, path) =>
    prometheusMs(value)
      ? []
      : [errorAt(path, `${JSON.stringify(value)} is not a duration of Prometheus; write ${say}`)];

const percent: Shape = (value, path) => {
  const written = typeof value === 'number' ? String(value) : value;
  if (typeof written !== 'string' || !/^\d{1,3}(?:\.\d+)?$/.test(written))
    return [errorAt(path, `${JSON.stringify(value)} is no target; write percent in quotes: '99.9'`)];
  const target = targetOf(Number(written), 100);
  return 'wrong' in target ? [errorAt(path, target.wrong)] : [];
};

const grouping = optional(anything);

const document = fields({
  apiVersion: required(oneOf([pyrraVersion]), pyrraVersion),
  kind: required(oneOf(['ServiceLevelObjective']), 'ServiceLevelObjective'),
  metadata: required(fields({ name: required(text({ max: 253 }), 'a name') }, { open: true }), 'metadata with a name'),
  status: optional(anything),
  spec: required(
    fields({
      description: optional(text({ max: 1_050, mayBeEmpty: true })),
      target: required(percent, "percent in quotes: '99.9'"),
      window: required(prometheusDuration('4w'), 'a duration: 4w'),
      indicator: required(
        fields({
          ratio: optional(fields({ errors: metric('the bad ones'), total: metric('all of them'), grouping })),
          latency: optional(
            fields({ success: metric('the fast ones, a bucket with le'), total: metric('all of them'), grouping }),
          ),
          latencyNative: optional(
            fields({
              latency: required(prometheusDuration('200ms'), 'a duration: 200ms'),
              total: metric('a native histogram'),
              grouping,
            }),
          ),
          bool_gauge: optional(fields({ metric: required(selector, 'a gauge of 0 and 1'), grouping })),
        }),
        'what is measured: {ratio: {errors: …, total: …}}',
      ),
      alerting: optional(anything),
      partial_response_strategy: optional(anything),
      performanceOverAccuracy: optional(anything),
      ruleOutput: optional(anything),
    }),
    'a spec',
  ),
});

const kinds = ['ratio', 'latency', 'latencyNative', 'bool_gauge'] as const;

/** A ServiceLevelObjective of Pyrra as an SLO document of OpenSLO v1: its selectors become increases within the minute. */
export const convertPyrra = (said: unknown): Converted => {
  const findings: Finding[] = [...document(said, [])];
  const indicator = ['spec', 'indicator'] as const;
  const measured = kinds.filter((kind) => isSaid(said, ...indicator, kind));
  if (isSaid(said, ...indicator) && measured.length !== 1)
    findings.push(
      measured.length === 0
        ? errorAt([...indicator], `measures nothing; write one of ${kinds.join(', ')}`)
        : errorAt([...indicator, measured[1]!], `stands beside ${measured[0]}; write only one of ${kinds.join(', ')}`),
    );
  const kind = measured[0];
  const windowMs = prometheusMs(valueAt(said, 'spec', 'window'));
  if (windowMs !== null && windowMs % 60_000 !== 0)
    findings.push(errorAt(['spec', 'window'], 'is no whole number of minutes; write 4w'));
  if (kind === 'latency') findings.push(...checkBucket(said));
  if (!kind || !windowMs || findings.some(({ level }) => level === 'error')) return { documents: [], findings };
  const lost = notCarried(said, kind, findings);
  const place: Path = [...indicator, kind];
  return {
    documents: [
      {
        document: sloOf(said, kind, durationText(windowMs / 60_000), lost),
        places: [
          [['metadata'], ['metadata']],
          [
            ['spec', 'service'],
            ['metadata', 'name'],
          ],
          [['spec', 'indicator'], place],
          [
            ['spec', 'timeWindow'],
            ['spec', 'window'],
          ],
          [
            ['spec', 'timeWindow', 0, 'duration'],
            ['spec', 'window'],
          ],
          [
            ['spec', 'objectives'],
            ['spec', 'target'],
          ],
        ],
      },
    ],
    findings,
  };
};

/** The bucket that is fast enough is told by `le`. */
const checkBucket = (said: unknown): Finding[] => {
  const place = ['spec', 'indicator', 'latency', 'success', 'metric'];
  const bucket = textAt(said, ...place);
  return bucket === null || /[{,]\s*le\s*=~?\s*["'`][\d.eE+-]+["'`]/.test(bucket)
    ? []
    : [errorAt(place, 'has no le with a number; write the bucket that is fast enough: le="0.1"')];
};

const sloOf = (said: unknown, kind: (typeof kinds)[number], window: string, lost: readonly string[]): Json => {
  const title = textAt(said, 'metadata', 'name')!;
  const name = nameOf(title);
  const labels = valueAt(said, 'metadata', 'labels');
  const namespace = textAt(said, 'metadata', 'namespace');
  const displayName = titleOf(title, name);
  return {
    apiVersion: openSloVersion,
    kind: 'SLO',
    metadata: {
      name,
      ...(displayName === undefined ? {} : { displayName }),
      labels: { ...labelsOf(labels), ...(namespace === null ? {} : { namespace }) },
      annotations: {
        'leadline.dev/imported-from': `${pyrraVersion} ServiceLevelObjective`,
        ...alertsOf(valueAt(said, 'spec', 'alerting')),
        ...(lost.length === 0 ? {} : { 'leadline.dev/not-carried-over': lost.join('; ') }),
      },
    },
    spec: {
      description: textAt(said, 'spec', 'description') ?? undefined,
      service: labelOf(labels, 'pyrra.dev/service') ?? jobOf(said, kind) ?? name,
      indicator: { metadata: { name }, spec: { ratioMetric: ratioOf(valueAt(said, 'spec', 'indicator', kind), kind) } },
      timeWindow: [{ duration: window, isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ targetPercent: Number(valueAt(said, 'spec', 'target')) }],
    },
  };
};

/** Whose promise it is: the label `job` of the series, as Prometheus names what it scrapes. */
const jobOf = (said: unknown, kind: (typeof kinds)[number]): string | null => {
  const selector =
    textAt(said, 'spec', 'indicator', kind, 'total', 'metric') ?? textAt(said, 'spec', 'indicator', kind, 'metric');
  return /[{,]\s*job\s*=\s*"([^"]+)"/.exec(selector ?? '')?.[1] ?? null;
};

const ratioOf = (of: unknown, kind: (typeof kinds)[number]): Json => {
  const source = (query: string): Json => ({
    metricSource: { metricSourceRef: importedSource, type: 'Prometheus', spec: { query } },
  });
  const increase = (selector: string | null): string => `sum(increase(${(selector ?? '').trim()}[1m]))`;
  const total = textAt(of, 'total', 'metric');
  switch (kind) {
    case 'ratio':
      return { counter: false, bad: source(increase(textAt(of, 'errors', 'metric'))), total: source(increase(total)) };
    case 'latency':
      return {
        counter: false,
        good: source(increase(textAt(of, 'success', 'metric'))),
        total: source(increase(total)),
      };
    case 'latencyNative': {
      const seconds = prometheusMs(valueAt(of, 'latency'))! / 1_000;
      const all = `histogram_count(${increase(total)})`;
      return {
        counter: false,
        good: source(`histogram_fraction(0, ${seconds}, ${increase(total)}) * ${all}`),
        total: source(all),
      };
    }
    case 'bool_gauge': {
      const gauge = (textAt(of, 'metric') ?? '').trim();
      return {
        counter: false,
        good: source(`sum(sum_over_time(${gauge}[1m]))`),
        total: source(`sum(count_over_time(${gauge}[1m]))`),
      };
    }
  }
};

const alertsOf = (alerting: unknown): Json => ({
  ...(valueAt(alerting, 'burnrates') === false || valueAt(alerting, 'disabled') === true
    ? { 'leadline.dev/alerts': 'off' }
    : {}),
  ...(valueAt(alerting, 'absent') === false || valueAt(alerting, 'disabled') === true
    ? { 'leadline.dev/no-data-minutes': 'off' }
    : {}),
});

const notCarried = (said: unknown, kind: (typeof kinds)[number], findings: Finding[]): string[] => {
  const lost: string[] = [];
  const lose = (path: Path, words: string): void => {
    findings.push(noteAt(path, `${words}: not carried over`));
    lost.push(words);
  };
  const groups = listAt(said, 'spec', 'indicator', kind, 'grouping');
  if (groups.length > 0)
    lose(
      ['spec', 'indicator', kind, 'grouping'],
      `one objective for each ${groups.join(' and ')}; there is one over all of them`,
    );
  for (const field of ['severities', 'name', 'absentName'])
    if (isSaid(said, 'spec', 'alerting', field)) lose(['spec', 'alerting', field], `${field} of the alerts`);
  for (const field of ['partial_response_strategy', 'performanceOverAccuracy', 'ruleOutput'])
    if (isSaid(said, 'spec', field)) lose(['spec', field], `${field}, which is about recording rules`);
  return lost;
};

/** Labels of Kubernetes may have a prefix, which OpenSLO's labels may not: it is left out. */
const labelsOf = (labels: unknown): Json =>
  isObject(labels)
    ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key.split('/').at(-1)!, String(value)]))
    : {};

const labelOf = (labels: unknown, key: string): string | null => textAt(labels, key);
