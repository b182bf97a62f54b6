import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { createLog } from '../../log/log.ts';
import { socketIn } from '../start.ts';
import { superviseEngine } from '../supervise.ts';

export interface RawAnswer {
  readonly status: number;
  readonly code: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
}

export interface OwnEngine {
  readonly socket: string;
  readonly folder: string;
  pid(): number;
  /** One HTTP request as it stands, without any client's help. */
  send(options: {
    readonly query?: Record<string, string>;
    readonly body?: string | Uint8Array;
    readonly headers?: Record<string, string>;
    readonly method?: string;
    readonly path?: string;
  }): Promise<RawAnswer>;
}

/** An engine process of the test file's own, whatever `CLICKHOUSE_URL` says: for what only the embedded engine promises. */
export const ownEngine = async (): Promise<OwnEngine> => {
  const folder = mkdtempSync(join(tmpdir(), 'leadline-own-'));
  const socket = socketIn(folder);
  const engine = superviseEngine({ data: join(folder, 'data'), socket }, createLog('silent'));
  await engine.settled(60_000);
  if (engine.status().state !== 'up') throw new Error(engine.status().detail);
  afterAll(async () => {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { socket, folder, pid: () => engine.pid()!, send: (options) => sendRaw(socket, options) };
};

const sendRaw: (socket: string, options: Parameters<OwnEngine['send']>[0]) => Promise<RawAnswer> = (
  socket,
  { query = {}, body = '', headers = {}, method = 'POST', path = '/' },
) =>
  new Promise((done, failed) => {
    const search = new URLSearchParams(query).toString();
    const asked = request(
      {
        socketPath: socket,
        path: search ? `${path}?${search}` : path,
        method,
        agent: false,
        headers: { Host: 'localhost', ...headers },
      },
      (response) => {
        buffer(response).then((bytes) => {
          const code = response.headers['x-clickhouse-exception-code'] as string | undefined;
          done({ status: response.statusCode!, code, headers: response.headers, body: bytes, text: bytes.toString() });
        }, failed);
      },
    );
    asked.on('error', failed);
    asked.end(body);
  });
