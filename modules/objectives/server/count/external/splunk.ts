import { externalLimits } from './limits.ts';
import { SourceTrouble, type Ask } from './outgoing.ts';
import { numberOf, type ReadSeries, type Series } from './series.ts';

/**
 * Searches of Splunk's REST API, answered in the request itself (POST services/search/v2/jobs/export, output_mode=json: one
 * object a line, https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch). The search makes a table with
 * `_time` and one more field, for example `… | timechart span=1m count`. Not verified against a real Splunk.
 */
export const readSplunk =
  (ask: Ask): ReadSeries =>
  async (connection, { query, from, to }) => {
    const search = /^\s*(\||search\b)/i.test(query) ? query : `search ${query}`;
    const { status, text } = await ask(`${connection.url.replace(/\/+$/, '')}/services/search/v2/jobs/export`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...authorization(connection) },
      // A row of timechart stands at the start of its minute; values are told at its end.
      body: new URLSearchParams({
        search,
        earliest_time: String(from - 60),
        latest_time: String(to),
        output_mode: 'json',
        preview: 'false',
      }).toString(),
    });
    if (status === 401 || status === 403)
      throw new SourceTrouble(`The source refuses us (HTTP ${status}): set or renew its secret.`, true);
    if (status !== 200)
      throw new SourceTrouble(`The source answered HTTP ${status}: ${messageOf(text)}`, status >= 500);
    return seriesOf(text);
  };

const seriesOf = (text: string): Series[] => {
  const fields = new Map<string, Map<number, number>>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const row = rowOf(line);
    if (row === null) continue;
    const at = Math.floor(Date.parse(String(row['_time'])) / 60_000) * 60 + 60;
    if (Number.isNaN(at))
      throw new SourceTrouble('The search answered rows without _time: end it in timechart span=1m.', false);
    for (const [field, value] of Object.entries(row)) {
      if (field.startsWith('_')) continue;
      const values = fields.get(field) ?? new Map<number, number>();
      fields.set(field, values);
      if (fields.size > externalLimits.seriesMax)
        throw new SourceTrouble('The search answered too many fields.', false);
      values.set(at, numberOf(value));
    }
  }
  return [...fields.values()].map((values) => ({ isOneCounter: false, values }));
};

/** Null for a preview or a line that is no result; messages of the search are trouble. */
const rowOf = (line: string): Record<string, unknown> | null => {
  let value: { preview?: unknown; result?: Record<string, unknown>; messages?: { type?: string; text?: string }[] };
  try {
    value = JSON.parse(line);
  } catch {
    throw new SourceTrouble('The source did not answer as Splunk does: a line is no JSON.', true);
  }
  const fatal = value.messages?.find(({ type }) => type === 'FATAL' || type === 'ERROR');
  if (fatal) throw new SourceTrouble(`The search failed: ${String(fatal.text).slice(0, 300)}`, false);
  return value.preview === true ? null : (value.result ?? null);
};

const messageOf = (text: string): string => {
  try {
    const { messages } = JSON.parse(text) as { messages?: { text?: string }[] };
    return String(messages?.[0]?.text ?? 'no message').slice(0, 300);
  } catch {
    return 'no message';
  }
};

/** A token of Splunk is a Bearer token; with a user it is a password. */
const authorization = ({ user, secret }: { user: string | null; secret: string | null }): Record<string, string> => {
  if (secret === null) return {};
  return {
    authorization: user === null ? `Bearer ${secret}` : `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`,
  };
};
