import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { Refusal } from '../../../../kernel/problem.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import type { SourceCall } from '../integrations/source.ts';

/** A body as JSON, and what was odd about it. */
export interface ReadBody {
  readonly payload: unknown;
  readonly text: string;
  readonly notes: readonly string[];
}

/**
 * What a sender posted, as JSON, whatever content type it calls it: also packed by gzip, as a form with the field `payload`, with a
 * byte order mark. Bytes that are no UTF-8 are replaced and told of rather than the alert lost. Throws a Refusal that says where the
 * JSON ends to be one.
 */
export const readBody = (call: Pick<SourceCall, 'body' | 'contentType' | 'headers'>): ReadBody => {
  const { text, notes } = readText(call);
  if (call.contentType === 'application/x-www-form-urlencoded') return { payload: formOf(text), text, notes };
  return { payload: jsonOf(text), text, notes };
};

/** The same without understanding it: for signatures over the text and for formats that others read. */
export const readText = ({
  body,
  headers,
}: Pick<SourceCall, 'body' | 'headers'>): { readonly text: string; readonly notes: readonly string[] } => {
  const bytes = headers['content-encoding']?.toLowerCase() === 'gzip' ? unpacked(body) : body;
  const text = bytes.toString('utf8').replace(/^\uFEFF/u, '');
  return { text, notes: isUtf8(bytes) ? [] : ['Some bytes are no UTF-8; they stand as � in the alert.'] };
};

const unpacked = (body: Buffer): Buffer => {
  try {
    return gunzipSync(body, { maxOutputLength: integrationLimits.bodyBytes });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new Refusal({
      status: isTooLarge ? 413 : 400,
      code: isTooLarge ? 'http.body-too-large' : 'alerting.payload-unreadable',
      title: isTooLarge ? 'The body is too large' : 'The body is not what gzip packed',
    });
  }
};

const jsonOf = (text: string): unknown => {
  if (text.trim() === '')
    throw new Refusal({
      status: 400,
      code: 'alerting.payload-empty',
      title: 'The body is empty',
      detail: 'JSON was expected.',
    });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal({
      status: 400,
      code: 'alerting.payload-unreadable',
      title: 'The body is not valid JSON',
      detail: (error as Error).message.slice(0, 300),
    });
  }
};

/** `payload=<json>`, else the fields themselves. */
const formOf = (text: string): unknown => {
  const fields = new URLSearchParams(text);
  const inner = fields.get('payload');
  return inner === null ? Object.fromEntries(fields) : jsonOf(inner);
};
