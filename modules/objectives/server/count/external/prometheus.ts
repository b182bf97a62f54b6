import { externalLimits } from './limits.ts';
import { SourceTrouble, type Ask } from './outgoing.ts';
import { numberOf, type ReadSeries, type Series } from './series.ts';

/**
 * Range queries of the Prometheus HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries), also of
 * those that speak it: Thanos, Mimir, VictoriaMetrics. A series that still has its name is a counter of one origin.
 */
export const readPrometheus =
  (ask: Ask): ReadSeries =>
  async (connection, { query, from, to, stepSeconds }) => {
    const address = `${connection.url.replace(/\/+$/, '')}/api/v1/query_range`;
    const { status, text } = await ask(address, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...authorization(connection) },
      body: new URLSearchParams({ query, start: String(from), end: String(to), step: String(stepSeconds) }).toString(),
    });
    const answer = parsed(text);
    if (status === 401 || status === 403)
      throw new SourceTrouble(`The source refuses us (HTTP ${status}): set or renew its secret.`, true);
    if (answer?.status === 'error')
      throw new SourceTrouble(`The source refused the query: ${words(answer.error)}`, status >= 500 && status !== 503);
    if (status !== 200) throw new SourceTrouble(`The source answered HTTP ${status}.`, true);
    if (answer?.status !== 'success' || answer.data?.resultType !== 'matrix' || !Array.isArray(answer.data.result))
      throw new SourceTrouble('The source did not answer as the Prometheus HTTP API does.', true);
    if (answer.data.result.length > externalLimits.seriesMax)
      throw new SourceTrouble(
        `The query answered ${answer.data.result.length} series, at most ${externalLimits.seriesMax} are read: add them up.`,
        false,
      );
    return answer.data.result.map(seriesOf);
  };

interface PrometheusAnswer {
  readonly status?: unknown;
  readonly error?: unknown;
  readonly data?: { readonly resultType?: unknown; readonly result?: PrometheusSeries[] };
}

interface PrometheusSeries {
  readonly metric?: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [unknown, unknown])[];
}

const seriesOf = ({ metric, values }: PrometheusSeries): Series => ({
  isOneCounter: metric?.['__name__'] !== undefined,
  values: new Map((values ?? []).map(([at, value]) => [Math.round(numberOf(at)), numberOf(value)])),
});

const authorization = ({ user, secret }: { user: string | null; secret: string | null }): Record<string, string> => {
  if (secret === null) return {};
  return {
    authorization: user === null ? `Bearer ${secret}` : `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`,
  };
};

const parsed = (text: string): PrometheusAnswer | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
};

const words = (error: unknown): string => String(error).replaceAll(/\s+/g, ' ').slice(0, 300);
