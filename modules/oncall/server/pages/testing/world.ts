import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../../../../../platform/postgres/eventually.ts';
import { moveClock } from '../../../../../platform/postgres/for-tests.ts';
import { oncallModule } from '../../module.ts';
import { startPeopleWorld, type PeopleWorld } from '../../people/testing.ts';
import type { OncallDoor } from '../../public.ts';

/** One request that a webhook received, as it came over the wire. */
export interface Received {
  readonly path: string;
  readonly key: string;
  readonly at: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: any;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What is answered from now on; a number of milliseconds after which it is. */
  answer(status: number, afterMs?: number): void;
  stop(): Promise<void>;
}

/** A real HTTP server on loopback that keeps what was posted to it, as a person's webhook does. */
export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = [];
  let [status, delayMs] = [204, 0];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const body = text === '' ? null : JSON.parse(text);
      const { headers } = request;
      received.push({
        path: request.url ?? '',
        key: String(headers['idempotency-key']),
        at: Date.now(),
        headers,
        body,
      });
      setTimeout(() => response.writeHead(status).end(), delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (next, afterMs = 0) => {
      [status, delayMs] = [next, afterMs];
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

/** On-call on real modules (without an engine where the test starts processes that have one) and a real PostgreSQL; p1 to p3 have a webhook each (and p1 a second one after two minutes). */
export interface PagesWorld extends PeopleWorld {
  readonly hooks: Receiver;
  readonly door: OncallDoor;
  /** Paths that were posted to, in order. */
  told(): string[];
  policy(name: string, spec: object): Promise<void>;
  /** Raises a page as ada; gives back its answer. */
  page(body: object): Promise<any>;
  read(id: string): Promise<any>;
  /** Moves the database's clock and wakes what waits for it. */
  pass(by: string): Promise<void>;
  until(check: () => unknown): Promise<void>;
}

export const startPagesWorld = async (
  options: {
    readonly engine: boolean;
    /** Puts a module above on the same ground, before the HTTP application is ready. */
    readonly above?: (below: Pick<PeopleWorld, 'ground' | 'identity' | 'delivery'> & { oncall: OncallDoor }) => unknown;
  } & Parameters<typeof startPeopleWorld>[1] = { engine: true },
): Promise<PagesWorld> => {
  const hooks = await startReceiver();
  let started: Awaited<ReturnType<typeof oncallModule.start>> | null = null;
  const world = await startPeopleWorld(async ({ ground, identity, delivery }) => {
    const { values, origins } = ground.config;
    const run = options.engine ? values.run : ['web'];
    started = await oncallModule.start(
      { ...ground, config: { values: { ...values, run }, origins } },
      { identity, delivery },
    );
    await options.above?.({ ground, identity, delivery, oncall: started.door });
  }, options);
  const { call } = world;
  const must = async (method: string, url: string, body: unknown): Promise<any> => {
    const answer = await call('ada', method, url, body);
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  for (const name of ['p1', 'p2', 'p3'])
    await must('PUT', `/api/v1/people/${name}`, {
      email: `${name}@example.org`,
      zone: 'Europe/Berlin',
      contactMethods: [
        { name: 'hook', channel: 'webhook', address: `${hooks.url}/${name}` },
        { name: 'second', channel: 'webhook', address: `${hooks.url}/${name}-second` },
      ],
      rules: [
        { after: 'PT0S', contactMethod: 'hook' },
        ...(name === 'p1' ? [{ after: 'PT2M', contactMethod: 'second' }] : []),
      ],
    });
  return {
    ...world,
    hooks,
    door: started!.door,
    told: () => hooks.received.map(({ path }) => path),
    policy: async (name, spec) => void (await must('PUT', `/api/v1/escalation-policies/${name}`, spec)),
    page: (body) => must('POST', '/api/v1/pages', body),
    read: async (id) => (await call('ada', 'GET', `/api/v1/pages/${id}`)).body,
    pass: async (by) => {
      await moveClock(world.postgres, by);
      await world.postgres.pool.query("SELECT pg_notify('oncall_due', ''), pg_notify('delivery_due', '')");
    },
    until: async (check) => eventually(async () => void (await check())),
    stop: async () => {
      await started!.stop?.();
      await world.stop();
      await hooks.stop();
    },
  };
};
