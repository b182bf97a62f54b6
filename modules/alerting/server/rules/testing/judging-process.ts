import { createInterface } from 'node:readline';
import { createTalk, type Address } from '../../../../../platform/clickhouse/client.ts';
import type { ClickHouse } from '../../../../../platform/clickhouse/clickhouse.ts';
import { systemClock } from '../../../../../platform/clock/clock.ts';
import { createLog } from '../../../../../platform/log/log.ts';
import { connectPostgres } from '../../../../../platform/postgres/connect.ts';
import { measuresOver } from '../../../../telemetry/server/signals/testing/history-over.ts';
import { builtInIntegration } from '../../../domain/alert.ts';
import { accept } from '../../intake/accept.ts';
import { runCycle } from '../cycle.ts';
import type { RulesGround } from '../rules-ground.ts';
import { tellWanted } from '../tell.ts';

/**
 * Judging in a process of its own, so that a test can kill it: `node judging-process.ts <postgres> <clickhouse> <database>`. For each
 * line on standard input it decides and tells everything that is due, and says `done`.
 */
const [url, address, database] = process.argv.slice(2);
const log = createLog('silent');
const postgres = await connectPostgres({ target: { connectionString: url! }, log, connectionsMax: 3 });
const talk = createTalk(JSON.parse(address!) as Address, { database: database!, embedded: true });
const clickhouse = { ...talk, kind: 'embedded', status: () => ({ state: 'up', detail: '' }) } as unknown as ClickHouse;
const ground = {
  postgres,
  log,
  telemetry: { measures: measuresOver(clickhouse, systemClock) },
  baseUrl: () => 'http://leadline.example',
  tell: (alerts) => accept({ postgres }, builtInIntegration('rules'), alerts),
} as Pick<RulesGround, 'tell'> as RulesGround;
process.stdout.write('ready\n');
for await (const _ of createInterface({ input: process.stdin })) {
  while ((await runCycle(ground)) > 0);
  while ((await tellWanted(ground)) > 0);
  process.stdout.write('done\n');
}
