import { Registry } from 'prom-client';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { createLog } from '../log/log.ts';
import { eventually } from '../postgres/eventually.ts';
import { testPostgres } from '../postgres/for-tests.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { anEntry } from './fixtures.ts';
import { ledgerSource } from './source.ts';
import { startLedger } from './start.ts';
import { answerOf, eventOfAnswer } from './answer.ts';
import type { LedgerEventAnswer } from './contract.ts';
import { selectEvents } from './store.ts';
import { verifyChain, verifyLedger, type Verification } from './verify.ts';

describe('an edit of the ledger by somebody who owns the database is found', () => {
  let postgres: Postgres;
  let whole: Verification;
  beforeEach(async () => {
    postgres = await testPostgres([ledgerSource]);
    const ledger = await startLedger(postgres, systemClock, createLog('silent'), new Registry());
    for (const number of [1, 2, 3, 4])
      await postgres.transaction((tx) => ledger.append(tx, anEntry({ subject: `thing:${number}` })));
    await eventually(async () => {
      whole = await verifyLedger(postgres);
      if (whole.events < 4) throw new Error('not sealed yet');
    });
    await ledger.stop();
  });
  afterEach(() => postgres.stop());

  const tamper = async (statement: string): Promise<void> => {
    await postgres.transaction(async (tx) => {
      await sql`ALTER TABLE ledger.event DISABLE TRIGGER USER`.execute(tx);
      await sql.raw(statement).execute(tx);
      await sql`ALTER TABLE ledger.event ENABLE TRIGGER USER`.execute(tx);
    });
  };

  it.each([
    [
      'an edited subject',
      `UPDATE ledger.event SET subject = 'thing:9' WHERE place = 2`,
      { place: 2n, reason: 'hash-differs' },
    ],
    [
      'edited data',
      `UPDATE ledger.event SET data = '{"from": 1, "to": 3}' WHERE place = 4`,
      { place: 4n, reason: 'hash-differs' },
    ],
    [
      'a moved instant',
      `UPDATE ledger.event SET at = at + interval '1 microsecond' WHERE place = 1`,
      { place: 1n, reason: 'hash-differs' },
    ],
    [
      'another actor',
      `UPDATE ledger.event SET actor_name = 'Nobody' WHERE place = 3`,
      { place: 3n, reason: 'hash-differs' },
    ],
    ['a removed event', `DELETE FROM ledger.event WHERE place = 2`, { place: 2n, reason: 'place-missing' }],
  ] as const)('finds %s', async (_name, statement, fault) => {
    expect(whole.ok).toBe(true);
    await tamper(statement);
    expect(await verifyLedger(postgres)).toMatchObject({ ok: false, fault });
  });

  it('reads the same from what the API answers', async () => {
    const overApi = async (after: bigint) => {
      const events = await selectEvents(postgres.tables<any>(), { kinds: null, after, limit: 3 });
      return (JSON.parse(JSON.stringify(events.map(answerOf))) as LedgerEventAnswer[]).map(eventOfAnswer);
    };
    expect(await verifyChain(overApi)).toEqual({ ok: true, events: 4, head: whole.head, fault: null });
    await tamper(`UPDATE ledger.event SET data = '{"from": 1, "to": 3}' WHERE place = 4`);
    expect(await verifyChain(overApi)).toMatchObject({ ok: false, fault: { place: 4n, reason: 'hash-differs' } });
  });

  it('finds a chain that was cut short or written anew by the head that was noted', async () => {
    const noted = whole.head!;
    expect(await verifyLedger(postgres, noted)).toMatchObject({ ok: true });
    await tamper('DELETE FROM ledger.event WHERE place = 4');
    expect(await verifyLedger(postgres)).toMatchObject({ ok: true, events: 3 });
    expect(await verifyLedger(postgres, noted)).toMatchObject({
      ok: false,
      fault: { place: 4n, reason: 'head-missing' },
    });
    expect(await verifyLedger(postgres, { place: 3n, hash: 'ff'.repeat(32) })).toMatchObject({
      fault: { reason: 'head-differs' },
    });
  });
});
