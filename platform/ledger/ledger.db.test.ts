import { Registry } from 'prom-client';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { createLog } from '../log/log.ts';
import { eventually } from '../postgres/eventually.ts';
import { testPostgres } from '../postgres/for-tests.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { anEntry } from './fixtures.ts';
import type { LedgerEntry, SealedEvent } from './ledger.ts';
import { ledgerSource } from './source.ts';
import { startLedger } from './start.ts';
import { verifyLedger } from './verify.ts';

type RunningLedger = Awaited<ReturnType<typeof startLedger>>;
const log = createLog('silent');

describe('nothing is announced that is not committed, and nothing committed goes unannounced', () => {
  let postgres: Postgres;
  let ledger: RunningLedger;
  beforeAll(async () => {
    postgres = await testPostgres([ledgerSource]);
    ledger = await startLedger(postgres, systemClock, log, new Registry());
  });
  afterAll(async () => {
    await ledger.stop();
    await postgres.stop();
  });
  const write = (entry: LedgerEntry): Promise<string> => postgres.transaction((tx) => ledger.append(tx, entry));
  const sealedOf = (subject: string): Promise<SealedEvent[]> => ledger.read({ subject, limit: 100 });

  it('seals what commits late behind what committed before, and a follower of places sees both', async () => {
    const seen: string[] = [];
    const following = ledger.follow(null, (event) => seen.push(event.subject));
    const open = Promise.withResolvers<void>();
    const slowWritten = Promise.withResolvers<void>();
    const slow = postgres.transaction(async (tx) => {
      await ledger.append(tx, anEntry({ subject: 'late:1' }));
      slowWritten.resolve();
      await open.promise;
    });
    await slowWritten.promise;
    await write(anEntry({ subject: 'late:2' }));
    await eventually(() => expect(seen).toEqual(['late:2']));
    open.resolve();
    await slow;
    await eventually(() => expect(seen).toEqual(['late:2', 'late:1']));
    following.stop();
  });

  it('says nothing of a transaction that was undone', async () => {
    await postgres
      .transaction(async (tx) => {
        await ledger.append(tx, anEntry({ subject: 'undone:1' }));
        throw new Error('undo');
      })
      .catch(() => undefined);
    await write(anEntry({ subject: 'done:1' }));
    await eventually(async () => expect(await sealedOf('done:1')).toHaveLength(1));
    expect(await sealedOf('undone:1')).toEqual([]);
  });

  it('reads back what was written, also NUL, half surrogates, and numbers of any size', async () => {
    const data = { text: 'a\u0000b\ud800c', numbers: [0.1 + 0.2, 1e300, -0, 2 ** 53 + 2], deep: { 'k\u0000': null } };
    await write(anEntry({ subject: 'odd:1', service: 'shop/checkout', data }));
    await eventually(async () => expect(await sealedOf('odd:1')).toHaveLength(1));
    const [event] = await sealedOf('odd:1');
    expect(event).toMatchObject({
      service: 'shop/checkout',
      data: { text: 'a\uFFFDb\uFFFDc', numbers: [0.1 + 0.2, 1e300, 0, 2 ** 53 + 2], deep: { 'k\uFFFD': null } },
    });
    expect(event!.at).toBeInstanceOf(Temporal.Instant);
  });

  it('numbers without a gap while several processes write and seal, and the chain verifies', async () => {
    const others = await Promise.all([1, 2].map(() => startLedger(postgres, systemClock, log, new Registry())));
    await Promise.all(Array.from({ length: 300 }, (_, index) => write(anEntry({ subject: `many:${index}` }))));
    await eventually(async () => expect((await verifyLedger(postgres)).pending).toBe(0));
    const result = await verifyLedger(postgres);
    expect(result).toMatchObject({ ok: true, fault: null });
    expect(result.head?.place).toBe(BigInt(result.events));
    await Promise.all(others.map((other) => other.stop()));
  });

  it('filters by kind, by the beginning of a kind, by subject and by place', async () => {
    for (const kind of ['page.sent', 'page.acknowledged', 'pages.counted'])
      await write(anEntry({ kind, subject: 'filter:1' }));
    await eventually(async () => expect(await sealedOf('filter:1')).toHaveLength(3));
    const kinds = async (filter: { kind: string }): Promise<string[]> =>
      (await ledger.read({ ...filter, subject: 'filter:1', limit: 10 })).map((event) => event.kind);
    expect(await kinds({ kind: 'page.sent' })).toEqual(['page.sent']);
    expect(await kinds({ kind: 'page.*' })).toEqual(['page.sent', 'page.acknowledged']);
    const [first] = await sealedOf('filter:1');
    expect(
      (await ledger.read({ subject: 'filter:1', after: first!.place, limit: 1 })).map((event) => event.kind),
    ).toEqual(['page.acknowledged']);
  });

  it('gives a follower that comes back every event after the place it names', async () => {
    const all = await ledger.read({ limit: 1_000 });
    const from = all[2]!.place;
    const seen: bigint[] = [];
    const following = ledger.follow(from, (event) => seen.push(event.place));
    await write(anEntry({ subject: 'resumed:1' }));
    await eventually(() => expect(seen.length).toBe(all.length - 3 + 1));
    expect(seen).toEqual(seen.map((_, index) => from + BigInt(index) + 1n));
    following.stop();
  });

  it('refuses to change or remove an event, sealed or waiting', async () => {
    const db = postgres.tables<any>();
    await expect(sql`UPDATE ledger.event SET kind = 'x.y'`.execute(db)).rejects.toThrow('append-only');
    await expect(sql`DELETE FROM ledger.event`.execute(db)).rejects.toThrow('append-only');
    await expect(sql`TRUNCATE ledger.event`.execute(db)).rejects.toThrow('append-only');
    await expect(
      postgres.transaction(async (tx) => {
        await ledger.append(tx, anEntry());
        await sql`DELETE FROM ledger.pending`.execute(tx);
      }),
    ).rejects.toThrow('not sealed yet');
  });

  it.each([{ kind: 'Nonsense' }, { kind: 'nodot' }])('refuses %j', async (wrong) => {
    await expect(write(anEntry(wrong))).rejects.toThrow('not a kind');
  });
});
