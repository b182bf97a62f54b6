import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Failure, failureOf } from './failure.ts';
import { limits } from './limits.ts';
import { sendAnswer, sendFailure } from './answer.ts';
import { Queue } from './queue.ts';
import type { Ballast } from './ballast.ts';
import { decodersOf, readRequest, type StatementRequest } from './request.ts';
import { refuseWithinReserve, type Reserve } from './reserve.ts';
import { requestSettings } from './settings.ts';
import type { Spool } from './spool.ts';
import { admit } from './statement.ts';
import type { Answer, Store } from './store.ts';

export interface EngineServer {
  readonly http: Server;
  /** Refuses new statements, waits for those that run (and kills what is left after `limits.drainMs`). */
  drain(): Promise<void>;
}

/** The ClickHouse HTTP interface over one embedded store. What a browser could send is refused. */
export const serve = (store: Store, spool: Spool, reserve: Reserve, ballast: Ballast): EngineServer => {
  const queue = new Queue(limits);
  const stopping = new AbortController();
  const active = new Set<Promise<void>>();
  const http = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: 15_000,
    },
    (request, response) => {
      const done = handle({ store, spool, reserve, ballast, queue, stopping: stopping.signal }, request, response)
        .catch(() => void response.destroy())
        .finally(() => active.delete(done));
      active.add(done);
    },
  );
  http.maxConnections = limits.connectionsMax;
  return {
    http,
    drain: async () => {
      stopping.abort();
      http.close();
      http.closeIdleConnections();
      const late = setTimeout(() => http.closeAllConnections(), limits.drainMs);
      while (active.size > 0) await Promise.allSettled(active);
      clearTimeout(late);
      http.closeAllConnections();
    },
  };
};

interface Parts {
  readonly store: Store;
  readonly spool: Spool;
  readonly reserve: Reserve;
  readonly ballast: Ballast;
  readonly queue: Queue;
  readonly stopping: AbortSignal;
}

const handle = async (parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  let queryId: string | null = null;
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort(new Failure(499, 394, 'QUERY_WAS_CANCELLED', 'The client went away'));
  });
  response.on('error', () => undefined);
  try {
    refuseBrowsers(request);
    const path = (request.url ?? '/').split('?')[0];
    if (path === '/ping' || (path === '/' && request.method === 'GET' && !request.url?.includes('query='))) {
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=UTF-8' }).end('Ok.\n');
      return;
    }
    if (path !== '/') throw new Failure(404, 36, 'BAD_ARGUMENTS', 'There is no such path; statements go to /');
    if (request.method !== 'GET' && request.method !== 'POST')
      throw new Failure(405, 36, 'BAD_ARGUMENTS', 'Statements come by POST or GET');
    if (parts.stopping.aborted) throw new Failure(503, 236, 'ABORTED', 'The engine is stopping');
    const statement = await readRequest(request);
    queryId = statement.queryId;
    await runStatement(parts, request, response, statement, gone.signal);
  } catch (error) {
    sendFailure(response, queryId, failureOf(error));
    // What is left of a refused body would otherwise be read to its end.
    if (!request.complete) response.once('finish', () => request.destroy());
  }
};

const runStatement = async (
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  statement: StatementRequest,
  signal: AbortSignal,
): Promise<void> => {
  const admission = admit(statement.sql, statement.hasBody);
  if (admission.kind === 'refused') throw refusedBy(admission.objection);
  if (request.method === 'GET' && !(admission.kind === 'statement' && admission.does === 'read')) {
    throw new Failure(403, 164, 'READONLY', 'A GET request may only read; use POST');
  }
  const settings = requestSettings(statement.params, statement.queryId, statement.lane);
  if (admission.kind === 'insert' || admission.does === 'insert') await refuseWithinReserve(parts.reserve);
  const file = admission.kind === 'insert' ? await spoolBody(parts.spool, request, statement) : null;
  const sql = admission.kind === 'insert' ? admission.withFile(file!) : admission.sql;
  try {
    const leave = await parts.queue.enter(statement.lane, signal);
    try {
      const { database, format, queryId } = statement;
      const run = (): Promise<Answer> => parts.store.run({ ...settings, sql, database, format, queryId, signal });
      const changes = admission.kind === 'statement' && admission.does === 'change';
      const answer = await (changes ? withBallast(parts.ballast, run) : run());
      const compressed = ['1', 'true'].includes(statement.params.get('enable_http_compression') ?? '');
      await sendAnswer(request, response, { queryId, format: formatOf(sql) ?? format, compressed }, answer);
    } finally {
      leave();
    }
  } finally {
    if (file !== null) await parts.spool.remove(file);
  }
};

/** A change (retention drops a partition) that finds no space left tries once more with what the ballast held. */
const withBallast = async (ballast: Ballast, run: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await run();
  } catch (error) {
    if (failureOf(error).code !== 243 || !(await ballast.release())) throw error;
    return await run();
  }
};

const spoolBody = (spool: Spool, request: IncomingMessage, statement: StatementRequest): Promise<string> =>
  spool.write(request, {
    bytesMax: limits.bodyBytesMax,
    sync: request.headers['x-leadline-sync'] === '1' || statement.params.get('fsync_after_insert') === '1',
    decoders: decodersOf(request),
  });

const refusedBy = (objection: { code: number; name: string; message: string }): Failure =>
  new Failure(objection.code === 497 ? 403 : 400, objection.code, objection.name, objection.message);

/** `… FORMAT JSONEachRow` at the end of a statement names the answer's format. */
const formatOf = (sql: string): string | null => /\bFORMAT\s+([A-Za-z0-9_]+)\s*$/i.exec(sql)?.[1] ?? null;

/**
 * A page in a browser can send a plain POST to loopback, and by DNS rebinding under its own name. No client of the
 * ClickHouse interface sends `Origin` or `Sec-Fetch-*`, and none reaches loopback under another name.
 */
const refuseBrowsers = (request: IncomingMessage): void => {
  const { origin, host } = request.headers;
  const name = (host ?? 'localhost').replace(/:\d+$/, '').toLowerCase();
  const local = ['localhost', '127.0.0.1', '[::1]', 'engine'].includes(name);
  if (origin !== undefined || request.headers['sec-fetch-site'] !== undefined || !local) {
    throw new Failure(
      403,
      497,
      'ACCESS_DENIED',
      'Requests from browsers or under another name than localhost are refused',
    );
  }
};
