import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { laneOf } from '../modules/delivery/domain/lane.ts';
import { insertMessages } from '../modules/delivery/server/store/enqueue.ts';
import { aWebhookMessage } from '../modules/delivery/server/testing/a-webhook-message.ts';
import { startReceiver } from '../modules/delivery/server/testing/receiver.ts';
import { createLog } from '../platform/log/log.ts';
import { connectPostgres } from '../platform/postgres/connect.ts';
import { startEngine } from '../platform/postgres/engine.ts';
import { migratePostgres } from '../platform/postgres/migrate.ts';
import { everySource } from '../platform/postgres/sources.ts';
import type { Postgres } from '../platform/postgres/postgres.ts';
import { cpuSecondsOf, processTree } from './process-tree.ts';

/**
 * `npm run bench:delivery`: messages to webhooks at a steady rate, each committed in a transaction of its own on an embedded
 * PostgreSQL that syncs. Says when the provider was called after the commit, and what the sender and PostgreSQL spend.
 */
const { values: given } = parseArgs({
  options: {
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '120' },
    backlog: { type: 'string', default: '10000' },
  },
});
const [rate, seconds, backlog] = [Number(given.rate), Number(given.seconds), Number(given.backlog)];
const target = { p99Ms: 2_000 };
const program = fileURLToPath(new URL('../modules/delivery/server/testing/sender-process.ts', import.meta.url));

const data = await mkdtemp(join('/tmp', 'leadline-bench-delivery-'));
const log = createLog('error');
const engine = await startEngine({ data, log, purpose: 'server' });
const url = `postgresql://leadline@localhost/postgres?host=${encodeURIComponent(engine.socket)}`;
const postgres = await connectPostgres({ target: { connectionString: url }, log, connectionsMax: 8 });
await migratePostgres(postgres, await everySource(), log);
const receiver = await startReceiver();
const lane = laneOf('built-in-webhook', new URL(receiver.url).host);
const sender = spawn(process.execPath, [program, url, '5'], { stdio: ['ignore', 'pipe', 'inherit'] });
await once(sender.stdout, 'data');

const spentBy = () => ({
  sender: cpuSecondsOf([sender.pid!]),
  postgres: cpuSecondsOf(processTree(engine.pid()!)),
});
const spentSince = (before: ReturnType<typeof spentBy>) => {
  const now = spentBy();
  return { sender: now.sender - before.sender, postgres: now.postgres - before.postgres };
};
const enqueue = (handle: Postgres, count: number) => {
  const messages = Array.from({ length: count }, () => aWebhookMessage({ address: receiver.url }));
  return handle
    .transaction<any, void>((tx) =>
      insertMessages(
        tx,
        messages.map((message) => ({ message, lane })),
      ),
    )
    .then(() => messages.map(({ key }) => key));
};

const steady = async (): Promise<void> => {
  const committed = new Map<string, number>();
  const pending: Promise<unknown>[] = [];
  const before = spentBy();
  const began = performance.now();
  for (let sent = 0; sent < rate * seconds;) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - began) / 1_000) * rate));
    for (; sent < due; sent += 1)
      pending.push(enqueue(postgres, 1).then(([key]) => committed.set(key!, performance.now())));
    await wait(5);
  }
  await Promise.all(pending);
  await untilArrived(rate * seconds);
  const spent = spentSince(before);
  const delays = receiver.arrivals.map(({ key, at }) => at - committed.get(key!)!).toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${Math.max(0, delays[Math.floor((delays.length - 1) * share)]!).toFixed(0)} ms`;
  const total = spent.sender + spent.postgres;
  const elapsed = (performance.now() - began) / 1_000;
  console.log(
    `${rate} messages/s for ${seconds} s: ${committed.size} committed, ${receiver.arrivals.length} calls, ` +
      `${new Set(receiver.arrivals.map(({ key }) => key)).size} different keys`,
  );
  console.log(
    `  commit to the provider's receipt of the call: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} (target p99 ${target.p99Ms} ms)`,
  );
  console.log(
    `  CPU: sender ${spent.sender.toFixed(1)} s, PostgreSQL ${spent.postgres.toFixed(1)} s (with the commits of the enqueuing side); ` +
      `${((100 * total) / elapsed).toFixed(0)} % of one core; ${(committed.size / total).toFixed(0)} messages a CPU second`,
  );
};

const burst = async (): Promise<void> => {
  const already = receiver.arrivals.length;
  const before = spentBy();
  const began = performance.now();
  for (let sent = 0; sent < backlog; sent += 500) await enqueue(postgres, Math.min(500, backlog - sent));
  await untilArrived(already + backlog);
  const spent = spentSince(before);
  const elapsed = (performance.now() - began) / 1_000;
  console.log(
    `a backlog of ${backlog} to one receiver: ${(backlog / elapsed).toFixed(0)} messages/s, ` +
      `${(backlog / (spent.sender + spent.postgres)).toFixed(0)} messages a CPU second (sender ${spent.sender.toFixed(1)} s, PostgreSQL ${spent.postgres.toFixed(1)} s)`,
  );
};

const untilArrived = async (count: number): Promise<void> => {
  while (receiver.arrivals.length < count) await wait(20);
};

try {
  await steady();
  await burst();
} finally {
  sender.kill('SIGTERM');
  await once(sender, 'exit');
  await receiver.stop();
  await postgres.stop();
  await engine.stop();
  await rm(data, { recursive: true, force: true });
}
