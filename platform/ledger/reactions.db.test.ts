import { Registry } from 'prom-client';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { createLog } from '../log/log.ts';
import { eventually } from '../postgres/eventually.ts';
import { moveClock, testPostgres } from '../postgres/for-tests.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { anEntry } from './fixtures.ts';
import { ledgerSource } from './source.ts';
import { startLedger } from './start.ts';

type RunningLedger = Awaited<ReturnType<typeof startLedger>>;

describe('a reaction sees every event of its kinds in order, at least once, also across restarts', () => {
  let postgres: Postgres;
  const running: RunningLedger[] = [];
  const start = async (): Promise<RunningLedger> => {
    const ledger = await startLedger(postgres, systemClock, createLog('silent'), new Registry());
    running.push(ledger);
    return ledger;
  };
  const write = (ledger: RunningLedger, kind: string, subject: string): Promise<string> =>
    postgres.transaction((tx) => ledger.append(tx, anEntry({ kind, subject })));
  beforeEach(async () => {
    postgres = await testPostgres([ledgerSource]);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((ledger) => ledger.stop()));
    await postgres.stop();
  });

  it('goes on after a restart where it was, and passes over other kinds', async () => {
    const first = await start();
    const seen: string[] = [];
    first.react('mine', ['a.done'], async (event) => void seen.push(event.subject));
    for (const number of [1, 2, 3]) {
      await write(first, 'a.done', `${number}`);
      await write(first, 'b.done', 'other');
    }
    await eventually(() => expect(seen).toEqual(['1', '2', '3']));
    await first.stop();
    const second = await start();
    await write(second, 'a.done', '4');
    second.react('mine', ['a.done'], async (event) => void seen.push(event.subject));
    await eventually(() => expect(seen).toEqual(['1', '2', '3', '4']));
  });

  it('tries a failed event again with a growing pause, and what follows waits', async () => {
    const ledger = await start();
    const tries: string[] = [];
    let broken = true;
    ledger.react('breaks', '*', async (event) => {
      tries.push(event.subject);
      if (broken && event.subject === '2') throw new Error('not now');
    });
    for (const number of [1, 2, 3]) await write(ledger, 'a.done', `${number}`);
    await eventually(() => expect(tries).toEqual(['1', '2']));
    const rowOf = async (): Promise<{ failures: number; last_error: string; seconds: number }> =>
      (
        await sql<any>`SELECT failures, last_error, round(extract(epoch FROM next_try - ground.now()))::int AS seconds
          FROM ledger.reaction WHERE name = 'breaks'`.execute(postgres.tables<any>())
      ).rows[0];
    await eventually(async () =>
      expect(await rowOf()).toMatchObject({ failures: 1, last_error: 'not now', seconds: 1 }),
    );
    await moveClock(postgres, '2 seconds');
    ledger.wake();
    await eventually(async () => expect(await rowOf()).toMatchObject({ failures: 2, seconds: 2 }));
    expect(tries).toEqual(['1', '2', '2']);
    broken = false;
    await moveClock(postgres, '10 seconds');
    ledger.wake();
    await eventually(() => expect(tries).toEqual(['1', '2', '2', '2', '3']));
    await eventually(async () => expect(await rowOf()).toMatchObject({ failures: 0, last_error: null }));
  });

  it('runs in one process at a time, and another takes over when the lease of a dead one has run out', async () => {
    const [one, two] = [await start(), await start()];
    const seen: string[] = [];
    const stuck = Promise.withResolvers<void>();
    one.react('shared', '*', async (event) => {
      seen.push(`one ${event.subject}`);
      await stuck.promise;
    });
    await write(one, 'a.done', '1');
    await eventually(() => expect(seen).toEqual(['one 1']));
    two.react('shared', '*', async (event) => void seen.push(`two ${event.subject}`));
    await write(two, 'a.done', '2');
    two.wake();
    await eventually(async () => expect((await two.read({ limit: 10 })).length).toBe(2));
    expect(seen).toEqual(['one 1']);
    await moveClock(postgres, '1 hour');
    two.wake();
    await eventually(() => expect(seen).toEqual(['one 1', 'two 1', 'two 2']));
    stuck.resolve();
  });
});
