import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Fault } from './fault.ts';

/** Where a running shop tells how it is reached: readable by its own user alone. */
const controlFile = (): string => join(tmpdir(), `leadline-shop-${process.getuid?.() ?? 0}.json`);
const bodyBytesMax = 1_024;

interface Reach {
  readonly url: string;
  /** Other users of the machine can reach the port, but not read this. */
  readonly key: string;
}

/** Lets `npm run shop -- fault …` change the faults of this shop over loopback. */
export const serveControl = async (shop: {
  faults: ReadonlyMap<string, Fault>;
  setFault(service: string, fault: Fault): void;
}): Promise<{ stop(): Promise<void> }> => {
  const key = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    const say = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${key}`) return say(401, { error: 'The key is wrong.' });
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > bodyBytesMax) request.destroy();
    });
    request.on('end', () => {
      try {
        for (const [service, fault] of Object.entries(text ? (JSON.parse(text) as Record<string, Fault>) : {}))
          shop.setFault(service, fault);
        say(200, Object.fromEntries(shop.faults));
      } catch (error) {
        say(400, { error: error instanceof Error ? error.message : String(error) });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = controlFile();
  const fresh = `${file}.${process.pid}`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, JSON.stringify({ url, key } satisfies Reach), { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
  return {
    stop: async () => {
      if (reach()?.url === url) rmSync(file, { force: true });
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

const reach = (): Reach | null => {
  try {
    return JSON.parse(readFileSync(controlFile(), 'utf8')) as Reach;
  } catch {
    return null;
  }
};

/** Sets the given faults in the running shop and gives back those of all services. Throws an Error that says what to do. */
export const changeFaults = async (faults: Readonly<Record<string, Fault>>): Promise<Record<string, Fault>> => {
  const found = reach();
  const absent = 'No shop is running for this user. Start one: npm run demo (with Leadline) or npm run shop (alone).';
  if (!found) throw new Error(absent);
  const response = await fetch(found.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${found.key}` },
    body: JSON.stringify(faults),
  }).catch(() => {
    throw new Error(absent);
  });
  const body = (await response.json()) as { error?: string };
  if (!response.ok) throw new Error(body.error ?? `The shop answered ${response.status}.`);
  return body as unknown as Record<string, Fault>;
};
