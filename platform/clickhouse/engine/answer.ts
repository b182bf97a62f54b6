import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Failure } from './failure.ts';
import type { Answer } from './store.ts';

const compress = promisify(gzip);
/** Smaller answers are sent as they are: compressing them costs more than it saves. */
const compressFromBytes = 1024;

const contentTypes: Readonly<Record<string, string>> = {
  JSON: 'application/json; charset=UTF-8',
  JSONCompact: 'application/json; charset=UTF-8',
  JSONEachRow: 'application/x-ndjson; charset=UTF-8',
  TabSeparated: 'text/tab-separated-values; charset=UTF-8',
  TSV: 'text/tab-separated-values; charset=UTF-8',
  CSV: 'text/csv; charset=UTF-8; header=absent',
};

/** Sends a whole result. The engine has finished, so a status of 200 is the truth (a server's stream may still fail later). */
export const sendAnswer = async (
  request: IncomingMessage,
  response: ServerResponse,
  context: { readonly queryId: string; readonly format: string; readonly compressed: boolean },
  answer: Answer,
): Promise<void> => {
  response.setHeader('X-ClickHouse-Query-Id', context.queryId);
  response.setHeader('X-ClickHouse-Format', context.format);
  response.setHeader('X-ClickHouse-Timezone', 'UTC');
  response.setHeader('Content-Type', contentTypes[context.format] ?? 'application/octet-stream');
  response.setHeader(
    'X-ClickHouse-Summary',
    JSON.stringify({
      read_rows: String(answer.rowsRead),
      read_bytes: String(answer.bytesRead),
      elapsed_ns: String(Math.round(answer.elapsedSeconds * 1e9)),
    }),
  );
  const accepts = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  let bytes: Uint8Array = answer.bytes;
  if (context.compressed && accepts && bytes.length >= compressFromBytes) {
    bytes = await compress(bytes, { level: 1 });
    response.setHeader('Content-Encoding', 'gzip');
  }
  response.writeHead(200, { 'Content-Length': bytes.length });
  response.end(bytes);
};

/** Sends an error as a ClickHouse server does: its text, and its code in a header. */
export const sendFailure = (response: ServerResponse, queryId: string | null, failure: Failure): void => {
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = Buffer.from(`${failure.message}\n`);
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(failure.status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': text.length,
    'X-ClickHouse-Exception-Code': String(failure.code),
    ...(queryId ? { 'X-ClickHouse-Query-Id': queryId } : {}),
    ...(failure.status === 503 ? { 'Retry-After': '1' } : {}),
  });
  response.end(text);
};
