import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../../platform/log/log.ts';
import { connectPostgres } from '../../../platform/postgres/connect.ts';
import { startEngine, type Engine } from '../../../platform/postgres/engine.ts';
import { migratePostgres } from '../../../platform/postgres/migrate.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import { everySource } from '../../../platform/postgres/sources.ts';
import { laneOf } from '../domain/lane.ts';
import { insertMessages } from './store/enqueue.ts';
import { aWebhookMessage } from './testing/a-webhook-message.ts';
import { startReceiver, type Receiver } from './testing/receiver.ts';

/** The database dies by SIGKILL while messages leave, and comes back: nothing is lost, nothing comes under another key. */
const kills = 3;
const each = 150;
const program = fileURLToPath(new URL('./testing/sender-process.ts', import.meta.url));
let data: string;
let engine: Engine;
let postgres: Postgres;
let receiver: Receiver;
let sender: ChildProcess;

beforeAll(async () => {
  data = await mkdtemp(join('/tmp', 'leadline-delivery-database-'));
  const log = createLog('silent');
  engine = await startEngine({ data, log, purpose: 'server' });
  const url = `postgresql://leadline@localhost/postgres?host=${encodeURIComponent(engine.socket)}`;
  postgres = await connectPostgres({ target: { connectionString: url }, log, connectionsMax: 4 });
  await migratePostgres(postgres, await everySource(), log);
  receiver = await startReceiver();
  sender = spawn(process.execPath, [program, url, '2'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(sender.stdout!, 'data');
});
afterAll(async () => {
  sender.kill('SIGKILL');
  await receiver.stop();
  await postgres.stop();
  await engine.stop();
  await rm(data, { recursive: true, force: true });
});

it('sends all that was committed, through kills of the database', async () => {
  receiver.answer((_arrival, response) => void setTimeout(() => response.writeHead(200).end(), 10));
  const lane = laneOf('built-in-webhook', new URL(receiver.url).host);
  const keys = new Set<string>();
  for (let round = 0; round < kills; round += 1) {
    const messages = Array.from({ length: each }, () => ({
      message: aWebhookMessage({ address: receiver.url }),
      lane,
    }));
    for (const { message } of messages) keys.add(message.key);
    const before = receiver.arrivals.length;
    // A commit whose answer was lost is made again: the same key is kept once.
    await expect
      .poll(
        () => postgres.transaction<any, void>((tx) => insertMessages(tx, messages)).then(() => 'committed', String),
        {
          timeout: 30_000,
        },
      )
      .toBe('committed');
    await expect.poll(() => receiver.arrivals.length, { timeout: 20_000, interval: 2 }).toBeGreaterThan(before + 20);
    process.kill(engine.pid()!, 'SIGKILL');
  }
  const open = async (): Promise<string> => {
    const query = `SELECT count(*) AS open FROM delivery.message WHERE state <> 'accepted'`;
    return postgres.pool.query(query).then(({ rows }) => rows[0].open, String);
  };
  await expect.poll(open, { timeout: 45_000 }).toBe('0');
  expect(new Set(receiver.arrivals.map(({ key }) => key))).toEqual(keys);
  console.warn(
    `${keys.size} messages, ${engine.restarts()} kills of the database: ${receiver.arrivals.length - keys.size} repeats, each under its own key`,
  );
});
