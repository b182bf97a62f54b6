import { externalLimits } from './limits.ts';
import { SourceTrouble, type Ask } from './outgoing.ts';
import { numberOf, type ReadSeries } from './series.ts';

/**
 * Data points of Dynatrace's metrics API v2 (GET api/v2/metrics/query, resolution 1m; a point stands at the end of its minute,
 * https://docs.dynatrace.com/docs/dynatrace-api/environment-api/metric-v2/get-data-points). Not verified against a real one.
 */
export const readDynatrace =
  (ask: Ask): ReadSeries =>
  async (connection, { query, from, to }) => {
    const question = new URLSearchParams({
      metricSelector: query,
      resolution: '1m',
      from: String((from - 60) * 1_000),
      to: String(to * 1_000),
    });
    const entity = connection.details['entitySelector'];
    if (entity) question.set('entitySelector', entity);
    const { status, text } = await ask(`${connection.url.replace(/\/+$/, '')}/api/v2/metrics/query?${question}`, {
      method: 'GET',
      headers: connection.secret === null ? {} : { authorization: `Api-Token ${connection.secret}` },
    });
    if (status === 401 || status === 403)
      throw new SourceTrouble(`The source refuses us (HTTP ${status}): set or renew its secret.`, true);
    const answer = parsed(text);
    if (status !== 200)
      throw new SourceTrouble(
        `The source answered HTTP ${status}: ${String(answer?.error?.message ?? 'no message').slice(0, 300)}`,
        status >= 500 || status === 429,
      );
    const data = answer?.result?.flatMap((result) => result.data ?? []);
    if (!data) throw new SourceTrouble('The source did not answer as the metrics API v2 does.', true);
    if (data.length > externalLimits.seriesMax)
      throw new SourceTrouble(`The selector answered ${data.length} series: end it in :splitBy().`, false);
    return data.map(({ timestamps = [], values = [] }) => ({
      isOneCounter: false,
      values: new Map(
        timestamps.flatMap((at, index): [number, number][] =>
          values[index] === null || values[index] === undefined
            ? []
            : [[Math.round(Number(at) / 60_000) * 60, numberOf(values[index])]],
        ),
      ),
    }));
  };

interface DynatraceAnswer {
  readonly result?: readonly {
    readonly data?: readonly { readonly timestamps?: readonly number[]; readonly values?: readonly unknown[] }[];
  }[];
  readonly error?: { readonly message?: unknown };
}

const parsed = (text: string): DynatraceAnswer | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
};
