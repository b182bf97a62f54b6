/** A stretch of time as the URL has it: `?range=1h`, or `?from=…&to=…` (RFC 3339, half-open). */
export type TimeRange =
  | { readonly kind: 'relative'; readonly token: string; readonly seconds: number }
  | { readonly kind: 'absolute'; readonly fromMs: number; readonly toMs: number };

export interface ResolvedRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const unitSeconds: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** The relative ranges that are offered; any other `<number><m|h|d|w>` may be written into the URL. */
export const offeredRanges: readonly { readonly token: string; readonly label: string }[] = [
  { token: '15m', label: 'Last 15 minutes' },
  { token: '1h', label: 'Last hour' },
  { token: '6h', label: 'Last 6 hours' },
  { token: '1d', label: 'Last day' },
  { token: '7d', label: 'Last 7 days' },
  { token: '30d', label: 'Last 30 days' },
];

export const defaultToken = '1h';
const secondsMax = 400 * 86_400;
/** Points that a chart is asked for at most; about one for each two pixels of a wide chart. */
const pointsMax = 360;

export const relativeRange = (token: string): TimeRange | null => {
  const parts = /^(\d{1,4})([mhdw])$/.exec(token);
  const seconds = parts ? Number(parts[1]) * unitSeconds[parts[2]!]! : 0;
  return seconds > 0 && seconds <= secondsMax ? { kind: 'relative', token, seconds } : null;
};

/** Reads a URL's query; what does not parse, is empty or runs backwards becomes `otherwise`. */
export const parseTimeRange = (
  query: Readonly<Record<string, unknown>>,
  otherwise: string = defaultToken,
): TimeRange => {
  const fromMs = Date.parse(String(query['from'] ?? ''));
  const toMs = Date.parse(String(query['to'] ?? ''));
  if (Number.isFinite(fromMs) && Number.isFinite(toMs) && fromMs < toMs && toMs - fromMs <= secondsMax * 1_000) {
    return { kind: 'absolute', fromMs, toMs };
  }
  return relativeRange(String(query['range'] ?? otherwise)) ?? relativeRange(otherwise)!;
};

/**
 * The range that two fields name, as `<input type=datetime-local>` gives them; else what is wrong at which field. The same
 * bounds as a URL's, so that what is chosen here can be opened again.
 */
export const rangeOfFields = (fields: {
  readonly from: string;
  readonly to: string;
}): { readonly range: TimeRange } | { readonly faults: { readonly from?: string; readonly to?: string } } => {
  const fromMs = new Date(fields.from).getTime();
  const toMs = new Date(fields.to).getTime();
  const missing = 'Give a day and a time.';
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) {
    return {
      faults: { ...(Number.isNaN(fromMs) ? { from: missing } : {}), ...(Number.isNaN(toMs) ? { to: missing } : {}) },
    };
  }
  if (fromMs >= toMs) return { faults: { to: 'The end must be later than the beginning.' } };
  if (toMs - fromMs > secondsMax * 1_000)
    return { faults: { from: `At most ${secondsMax / 86_400} days can be shown at once.` } };
  return { range: { kind: 'absolute', fromMs, toMs } };
};

/** The query parameters of a range, with the others removed (undefined). */
export const rangeQuery = (
  range: TimeRange,
  otherwise: string = defaultToken,
): Record<'range' | 'from' | 'to', string | undefined> =>
  range.kind === 'relative'
    ? { range: range.token === otherwise ? undefined : range.token, from: undefined, to: undefined }
    : { range: undefined, from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() };

/**
 * Width of one point in seconds: a step that the rollups have (10 s, then minutes, then hours) and that gives at most
 * `pointsMax` points.
 */
export const stepSecondsFor = (lengthSeconds: number): number => {
  const steps = [10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];
  return steps.find((step) => lengthSeconds / step <= pointsMax) ?? 86_400;
};

/** From and to of a range at `nowMs`, moved outward to whole steps so that a range that moves keeps its points. */
export const resolveRange = (range: TimeRange, nowMs: number, stepSeconds?: number): ResolvedRange => {
  if (range.kind === 'absolute') return { fromMs: range.fromMs, toMs: range.toMs };
  const stepMs = (stepSeconds ?? stepSecondsFor(range.seconds)) * 1_000;
  const toMs = Math.ceil(nowMs / stepMs) * stepMs;
  return { fromMs: toMs - Math.ceil((range.seconds * 1_000) / stepMs) * stepMs, toMs };
};

export const lengthSeconds = (range: TimeRange): number =>
  range.kind === 'relative' ? range.seconds : (range.toMs - range.fromMs) / 1_000;
