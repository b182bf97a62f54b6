import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { createAnswerOnce } from './answer-once.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await testPostgres();
});
afterAll(() => postgres.stop());

const acted: string[] = [];
const act = (what: string) => async () => {
  acted.push(what);
  return `did ${what}`;
};

describe('What comes in acts once, in all processes together', () => {
  it('a repeat gets the first answer, also from another process', async () => {
    expect(await createAnswerOnce(postgres)('a', act('a'))).toEqual({ answer: 'did a', repeat: false });
    expect(await createAnswerOnce(postgres)('a', act('a'))).toEqual({ answer: 'did a', repeat: true });
    expect(acted).toEqual(['a']);
  });

  it('twenty at once: one acts, the others get its answer or come again', async () => {
    const before = acted.length;
    const once = createAnswerOnce(postgres);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => once('b', act('b'))));
    expect(acted.length - before).toBe(1);
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason.problem).toMatchObject({ status: 409, retryAfterSeconds: 1 });
      else expect(result.value.answer).toBe('did b');
    expect(await once('b', act('b'))).toEqual({ answer: 'did b', repeat: true });
  });

  it('one that failed may come again', async () => {
    const once = createAnswerOnce(postgres);
    await expect(once('c', () => Promise.reject(new Error('no database')))).rejects.toThrow('no database');
    expect(await once('c', act('c'))).toEqual({ answer: 'did c', repeat: false });
  });

  it('one whose process died is done by the next, but not before it must be dead', async () => {
    const once = createAnswerOnce(postgres);
    const entered = Promise.withResolvers<void>();
    void once('d', () => {
      entered.resolve();
      return new Promise<string>(() => undefined);
    });
    await entered.promise;
    await expect(once('d', act('d'))).rejects.toMatchObject({ problem: { status: 409 } });
    await postgres.pool.query(
      `UPDATE delivery.inbound SET begun_at = ground.now() - interval '61 s' WHERE answer IS NULL`,
    );
    expect(await once('d', act('d'))).toEqual({ answer: 'did d', repeat: false });
  });

  it('what is older than a month goes', async () => {
    await postgres.pool.query(`UPDATE delivery.inbound SET begun_at = ground.now() - interval '31 days'`);
    await createAnswerOnce(postgres)('e', act('e'));
    const { rows } = await postgres.pool.query('SELECT count(*)::int AS count FROM delivery.inbound');
    expect(rows[0].count).toBe(1);
  });
});
