import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anObjective } from '../../fixtures.ts';
import { governedHouse, type GovernedHouse } from '../testing/governed-house.ts';
import { addReviewRoutes } from './routes.ts';

/** Three weeks of 600 requests a minute, promised 99.9 % a week: 6,048,000 requests, 6,048 may fail. The second week lost 600. */
const now = '2026-11-22T12:00:00Z';
const second = (text: string): number => Date.parse(text) / 1_000;
const week = 7 * 86_400;

let house: GovernedHouse;
beforeAll(async () => {
  house = await governedHouse(now, (ground, doors) => addReviewRoutes(ground, doors));
  const weekly = { owner: 'payments', window: { kind: 'rolling', minutes: 7 * 1_440 } as const };
  await house.keep(anObjective({ name: 'calm', ...weekly, displayName: 'Calm', reviewOn: '2026-11-20' }));
  await house.keep(anObjective({ name: 'bold', ...weekly, targetPpm: 999_990, reviewOn: '2027-06-01' }));
  await house.keep(anObjective({ name: 'undated', ...weekly }));
  const at = second(now);
  const indicator = await house.indicatorOf('calm');
  await house.countEvenly([indicator], at - 3 * week - 86_400, at, { good: 100, bad: 0 });
  const outage = at - 2 * week + 3_600;
  await house.countEvenly([indicator], outage, outage + 3_600, { good: 98, bad: 2 });
  await house.countEvenly([indicator], outage - week, outage - week + 7_200, { good: 99, bad: 1 });
  // Counted since three weeks and a day: three full weeks lie in it.
  await house.postgres.pool.query('UPDATE objectives.indicator SET counted_from = $1', [
    new Date((at - 3 * week - 86_400) * 1_000),
  ]);
});
afterAll(() => house?.stop());

const review = async (name: string) => (await house.call('GET', `/api/v1/objectives/${name}/review`)).body;
const record = (name: string, said: object, who = 'payer') =>
  house.call('POST', `/api/v1/objectives/${name}/review`, said, { who });

describe('A review', () => {
  it('shows how a promise fared in full windows, and that it is too loose', async () => {
    const { evidence, ...found } = await review('calm');
    expect(found).toEqual({ name: 'calm', owner: 'payments', dueOn: '2026-11-20', overdue: true, reviews: [] });
    expect(evidence.windows).toMatchObject([
      { from: '2026-11-01T12:00:00.000Z', to: '2026-11-08T12:00:00.000Z', pages: 0, remainingRatio: 1 - 720 / 6_048 },
      { from: '2026-11-08T12:00:00.000Z', to: '2026-11-15T12:00:00.000Z', remainingRatio: 1 - 720 / 6_048 },
      { from: '2026-11-15T12:00:00.000Z', to: '2026-11-22T12:00:00.000Z', achievedPpm: 1e6, remainingRatio: 1 },
    ]);
    // 88 % were left in two weeks: not hardly touched, and kept.
    expect(evidence).toMatchObject({ verdict: 'right', proposedTargetPpm: null });
    expect(evidence.reason).toContain('In 3 full windows');
  });

  it('says that a target is too tight, with one that would have been kept', async () => {
    const { evidence } = await review('bold');
    // 720 of 60 that were allowed, in two of three weeks.
    expect(evidence).toMatchObject({ verdict: 'too-tight', proposedTargetPpm: 999_500 });
  });

  it('is recorded by the owners, with the evidence as it stood, and names the next day', async () => {
    const said = { decision: 'keep', note: 'Fine.', nextOn: '2027-02-01' };
    expect(await record('calm', said, 'searcher')).toMatchObject({
      status: 403,
      body: { code: 'objectives.not-the-owner' },
    });
    expect((await record('calm', said, 'nobody')).status).toBe(401);
    expect((await record('none', said)).status).toBe(404);
    for (const nextOn of ['2026-11-22', '2036-01-01'])
      expect(await record('calm', { ...said, nextOn })).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'body.nextOn' }] },
      });
    const { body } = await record('calm', said);
    expect(body).toMatchObject({ ...said, by: 'pia', targetPpm: 999_000, evidence: { verdict: 'right' } });
    expect(await review('calm')).toMatchObject({ dueOn: '2027-02-01', overdue: false, reviews: [body] });
    expect(await house.told('objective:calm')).toMatchObject([
      { kind: 'objective.reviewed', actor: { id: 'p' }, data: { decision: 'keep', nextOn: '2027-02-01' } },
    ]);
  });

  it('is listed when it is overdue or soon, and where nobody named a day', async () => {
    const due = async () => (await house.call('GET', '/api/v1/objective-reviews')).body.items;
    expect((await due()).map(({ name, dueOn }: any) => [name, dueOn])).toEqual([['undated', null]]);
    house.clock.advance({ hours: 24 * 75 });
    expect(await due()).toMatchObject([
      { name: 'calm', dueOn: '2027-02-01', overdue: true },
      { name: 'undated', dueOn: null, overdue: false },
    ]);
  });
});
