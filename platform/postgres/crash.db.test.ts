import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import { eventually } from './eventually.ts';
import { startEmbedded } from './start.ts';

const kills = 5;
const writers = 4;

it('no acknowledged commit is lost when the database is killed with SIGKILL under writes, and it serves again by itself', async () => {
  const folder = await mkdtemp('/tmp/leadline-crash-');
  await chmod(folder, 0o711);
  const postgres = await startEmbedded({ data: join(folder, 'data'), log: createLog('silent'), purpose: 'server' });
  try {
    await postgres.pool.query('CREATE TABLE written (id int PRIMARY KEY)');
    let notified = 0;
    await postgres.listen('crash', (payload) => (notified += payload === 'hello' ? 1 : 0));
    const acknowledged = new Set<number>();
    const stopping = new AbortController();
    let next = 0;
    let refused = 0;
    const write = async (): Promise<void> => {
      while (!stopping.signal.aborted) {
        const id = (next += 1);
        try {
          await postgres.pool.query('INSERT INTO written VALUES ($1)', [id]);
          acknowledged.add(id);
        } catch {
          // Not acknowledged: it may be there or not.
          refused += 1;
        }
      }
    };
    const writing = Array.from({ length: writers }, write);
    const outagesMs: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      const before = acknowledged.size;
      await eventually(() => expect(acknowledged.size).toBeGreaterThan(before + 20 * kill));
      process.kill(postgres.engine.pid()!, 'SIGKILL');
      const killedAt = performance.now();
      await eventually(() => expect(postgres.engine.restarts()).toBe(kill));
      await eventually(() => postgres.check());
      outagesMs.push(Math.round(performance.now() - killedAt));
    }
    stopping.abort();
    await Promise.all(writing);
    const { rows } = await postgres.pool.query<{ id: number }>('SELECT id FROM written');
    const found = new Set(rows.map((row) => row.id));
    const lost = [...acknowledged].filter((id) => !found.has(id));
    process.stdout.write(
      `${kills} kills of PostgreSQL: ${acknowledged.size} commits acknowledged, ${lost.length} lost, ${refused} refused, away for ${outagesMs.join(', ')} ms\n`,
    );
    expect(lost).toEqual([]);
    await eventually(async () => {
      await postgres.pool.query(`SELECT pg_notify('crash', 'hello')`);
      expect(notified).toBeGreaterThan(0);
    });
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
