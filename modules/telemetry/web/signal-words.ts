import { formatCount, formatDuration, formatRate, formatRatio } from '../../../ui/format/quantity.ts';
import type { BigNumber } from '../../../ui/big-number.ts';
import type { SaturationSeries, Signals } from '../contract.ts';

type Totals = Signals['totals'];

/** Compared with last week, a change below this share is said to be none. */
const changeMin = 0.05;
/** Utilisation from which a resource is near its limit, and at it. */
export const saturationWarn = 0.8;
export const saturationBad = 0.95;

/** The row of big numbers above the charts; a missing value is never 0. */
export const bigNumbersOf = (signals: Signals): BigNumber[] => {
  const { totals, compare } = signals;
  const rate = totals.requestsPerSecond;
  const rateBefore = compare?.totals.requestsPerSecond ?? null;
  return [
    {
      label: 'Requests',
      value: formatCount(totals.requests),
      note: `${formatRate(rate)}${against(rate, rateBefore, formatRate)}`,
    },
    errorsOf(totals, compare?.totals ?? null),
    latencyOf('Latency, median', totals.p50Ms, compare?.totals.p50Ms ?? null),
    latencyOf('Latency, p99', totals.p99Ms, compare?.totals.p99Ms ?? null),
    fullestOf(signals.saturation),
  ];
};

const errorsOf = (totals: Totals, before: Totals | null): BigNumber => {
  const now = totals.errorRatio;
  const then = before?.errorRatio ?? null;
  const worse = now !== null && now > Math.max(0.001, (then ?? 0) * 1.5);
  return {
    label: 'Failed',
    value: formatRatio(now),
    note: then === null ? `${formatCount(totals.errors)} requests` : `${formatRatio(then)} last week`,
    ...(now === null ? {} : worse ? { state: now >= 0.05 ? ('bad' as const) : ('warn' as const) } : {}),
  };
};

const latencyOf = (label: string, now: number | null, before: number | null): BigNumber => {
  if (now === null || before === null || before === 0) return { label, value: formatDuration(now) };
  const change = now / before - 1;
  return {
    label,
    value: formatDuration(now),
    note: Math.abs(change) < changeMin ? 'as last week' : `${formatDuration(before)} last week`,
    ...(change > 0.5 ? { state: 'warn' as const } : {}),
  };
};

/** The fullest resource that has a limit. */
const fullestOf = (saturation: readonly SaturationSeries[]): BigNumber => {
  let fullest: { readonly series: SaturationSeries; readonly value: number } | null = null;
  for (const series of saturation.filter((candidate) => candidate.unit === 'ratio')) {
    const value = series.points.at(-1)?.[1];
    if (value !== undefined && (fullest === null || value > fullest.value)) fullest = { series, value };
  }
  if (fullest === null) return { label: 'Saturation', value: '–', note: 'no resource with a limit was sent' };
  const { series, value } = fullest;
  return {
    label: 'Fullest resource',
    value: formatRatio(value),
    note: nameOfResource(series),
    ...(value >= saturationBad ? { state: 'bad' as const } : value >= saturationWarn ? { state: 'warn' as const } : {}),
  };
};

const against = (now: number | null, before: number | null, format: (value: number | null) => string): string =>
  now === null || before === null || before === 0 || Math.abs(now / before - 1) < changeMin
    ? ''
    : `, ${format(before)} last week`;

const resourceWords: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  memory: 'Memory',
  'event-loop': 'Event loop',
  'garbage-collection': 'Garbage collection',
  'connection-pool': 'Connection pool',
  'thread-pool': 'Thread pool',
  queue: 'Queue',
  disk: 'Disk',
  network: 'Network',
  'file-descriptors': 'File descriptors',
};

/** `Connection pool orders`. */
export const nameOfResource = (series: Pick<SaturationSeries, 'resource' | 'subject'>): string =>
  `${resourceWords[series.resource] ?? series.resource}${series.subject ? ` ${series.subject}` : ''}`;

/** One sentence for those who do not see the charts. */
export const summaryOf = (signals: Signals, what: 'latency' | 'traffic' | 'errors'): string => {
  const { totals } = signals;
  switch (what) {
    case 'latency':
      return `Latency of ${signals.service}: median ${formatDuration(totals.p50Ms)}, 99th percentile ${formatDuration(totals.p99Ms)}.`;
    case 'traffic':
      return `Traffic of ${signals.service}: ${formatCount(totals.requests)} requests in the range.`;
    case 'errors':
      return `Errors of ${signals.service}: ${formatRatio(totals.errorRatio)} of requests failed, ${formatCount(totals.errors)} in all.`;
  }
};
