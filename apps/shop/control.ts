import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Fault } from './fault.ts';

/** Where the running shops of this user tell how they are reached, one file each: readable by that user alone. */
const filePrefix = `leadline-shop-${process.getuid?.() ?? 0}-`;
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
  const file = join(tmpdir(), `${filePrefix}${randomBytes(6).toString('hex')}.json`);
  const fresh = `${file}.fresh`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, JSON.stringify({ url, key } satisfies Reach), { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
  return {
    stop: async () => {
      rmSync(file, { force: true });
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

/** Files of shops that ended without tidying up are taken away when they turn out to lead nowhere. */
const filesOfShops = (): string[] =>
  globSync(`${filePrefix}*.json`, { cwd: tmpdir() }).map((name) => join(tmpdir(), name));

const ask = async (file: string, faults: Readonly<Record<string, Fault>>): Promise<Record<string, Fault> | null> => {
  let response: Response;
  try {
    const { url, key } = JSON.parse(readFileSync(file, 'utf8')) as Reach;
    response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(faults),
    });
  } catch {
    rmSync(file, { force: true });
    return null;
  }
  const body = (await response.json()) as { error?: string };
  if (!response.ok) throw new Error(body.error ?? `The shop answered ${response.status}.`);
  return body as unknown as Record<string, Fault>;
};

/**
 * Sets the given faults in every shop that runs for this user and gives back those of all services. Throws an Error
 * that says what to do where none runs.
 */
export const changeFaults = async (faults: Readonly<Record<string, Fault>>): Promise<Record<string, Fault>> => {
  const answers = (await Promise.all(filesOfShops().map((file) => ask(file, faults)))).filter(
    (answer) => answer !== null,
  );
  const [first] = answers;
  if (first) return first;
  throw new Error('No shop is running for this user. Start one: npm run demo (with Leadline) or npm run shop (alone).');
};
