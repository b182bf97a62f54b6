import { createInterface } from 'node:readline';
import { Registry } from 'prom-client';
import { createTalk, type Address } from '../../../../../platform/clickhouse/client.ts';
import { movableClock } from '../../../../../platform/clock/clock.ts';
import { startLedger } from '../../../../../platform/ledger/start.ts';
import { createLog } from '../../../../../platform/log/log.ts';
import { connectPostgres } from '../../../../../platform/postgres/connect.ts';
import { createCycle } from '../cycle.ts';

/**
 * An evaluation in a process of its own, so that a test can kill it: `node evaluation-process.ts <postgres> <clickhouse> <database>`.
 * For each instant on standard input it evaluates once and says `done <written>`.
 */
const [url, address, database] = process.argv.slice(2);
const log = createLog('silent');
const postgres = await connectPostgres({ target: { connectionString: url! }, log, connectionsMax: 3 });
const talk = createTalk(JSON.parse(address!) as Address, { database: database!, embedded: true });
const clickhouse = {
  ...talk,
  kind: 'embedded' as const,
  status: () => ({ state: 'up' as const, detail: '' }),
  onUp: () => undefined,
  stop: talk.close,
};
const clock = movableClock('2026-11-22T12:00:00Z');
const ledger = await startLedger(postgres, clock, log, new Registry());
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  clock.set(Temporal.Instant.from(line));
  // Each instant is a start of its own: a test moves the clock by minutes.
  const result = await createCycle({ postgres, clickhouse, ledger, clock, log }, { catchUpMs: 0 }).run();
  process.stdout.write(`done ${result.decided ? result.transitions.length : result.reason}\n`);
}
