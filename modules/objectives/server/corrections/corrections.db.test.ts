import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Objective } from '../../domain/objective.ts';
import { anObjective } from '../../fixtures.ts';
import { governedHouse, type GovernedHouse } from '../testing/governed-house.ts';
import { addCorrectionRoutes } from './routes.ts';

/** Three days of even traffic, 60 good requests a minute, and an outage of an hour on the second night. */
const start = '2026-11-19T12:00:00Z';
const now = '2026-11-22T12:00:00Z';
const outage = { from: '2026-11-21T02:00:00Z', to: '2026-11-21T03:00:00Z' };
const second = (text: string): number => Date.parse(text) / 1_000;
const reason = 'New disks for the ledger database';
const night = { objectives: ['checkout'], from: outage.from, to: outage.to, reason };

let house: GovernedHouse;
const threeDays = (given: Partial<Objective>): Objective =>
  anObjective({ owner: 'payments', window: { kind: 'rolling', minutes: 3 * 1_440 }, ...given });

beforeAll(async () => {
  house = await governedHouse(now, (ground, doors) => addCorrectionRoutes(ground, doors));
  for (const name of ['checkout', 'approved', 'named', 'past']) await house.keep(threeDays({ name }));
  await house.keep(
    threeDays({ name: 'slices', method: 'Timeslices', timeSlice: { seconds: 600, targetPpm: 990_000 } }),
  );
  const indicator = await house.indicatorOf('checkout');
  await house.countEvenly([indicator], second(start), second(now), { good: 10, bad: 0 });
  await house.countEvenly([indicator], second(outage.from), second(outage.to), { good: 0, bad: 10 });
});
afterAll(() => house?.stop());

const propose = (said: object, who = 'payer', approval = false) =>
  house.call('POST', '/api/v1/corrections', said, { who, approval });
const decide = (id: string, decision: string, who: string) =>
  house.call('POST', `/api/v1/corrections/${id}/decision`, { decision }, { who, approval: true });
const report = async (name: string) => (await house.call('GET', `/api/v1/objectives/${name}`)).body;

describe('Planned maintenance', () => {
  it('is proposed by the owners only, and told on the ledger', async () => {
    for (const who of ['searcher', 'viewer'])
      expect(await propose(night, who)).toMatchObject({ status: 403, body: { code: 'objectives.not-the-owner' } });
    expect((await propose(night, 'nobody')).status).toBe(401);
    const { status, body } = await propose(night);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...night,
      from: '2026-11-21T02:00:00.000Z',
      to: '2026-11-21T03:00:00.000Z',
      state: 'in-force',
      createdBy: 'pia',
      decidedBy: 'pia',
      retroactive: true,
      next: [],
    });
    expect(await house.told(`correction:${body.id}`)).toMatchObject([
      { kind: 'correction.proposed', actor: { id: 'p' }, data: { approvalNeeded: false, correction: { reason } } },
    ]);
    expect((await house.call('GET', '/api/v1/corrections?objective=checkout')).body.items).toEqual([body]);
    expect((await house.call('GET', '/api/v1/corrections?objective=approved')).body.items).toEqual([]);
  });

  it('costs no budget; what it would have cost stands beside', async () => {
    const before = await report('approved');
    expect(before).toMatchObject({ bad: 3_600, total: 259_200, uncorrected: null });
    const after = await report('checkout');
    // 72 hours of 3,600 requests; the hour of maintenance is out, good and bad alike.
    expect(after).toMatchObject({ good: 255_600, bad: 0, total: 255_600, noDataRatio: 0, state: 'ok' });
    expect(after.budget).toMatchObject({ allowed: 255.6, spent: 0, remainingRatio: 1 });
    expect(after.uncorrected).toMatchObject({ good: 255_600, bad: 3_600, budget: { allowed: 259.2, spent: 3_600 } });
  });

  it('is left out of the burn-down, which shows both', async () => {
    const { body } = await house.call('GET', '/api/v1/objectives/checkout/budget?step=21600');
    expect(body.points.at(-1)).toMatchObject({ remainingRatio: 1, uncorrected: 1 - 3_600 / 259.2 });
    expect(body.points.every(({ remainingRatio }: any) => remainingRatio === 1)).toBe(true);
    const plain = await house.call('GET', '/api/v1/objectives/approved/budget?step=21600');
    expect(plain.body.points.at(-1)).not.toHaveProperty('uncorrected');
  });

  it('leaves out whole slices, and of a broken slice what lies in it', async () => {
    expect(await report('slices')).toMatchObject({ bad: 6, total: 432 });
    const said = { ...night, objectives: ['slices'], from: '2026-11-21T02:05:00Z', to: '2026-11-21T02:40:30Z' };
    const { body } = await propose(said);
    // 02:00 to 02:05 is left of the first slice and is bad; 02:41 to 03:00 two more.
    expect(await report('slices')).toMatchObject({ bad: 3, total: 429, uncorrected: { bad: 6 } });
    expect(body.retroactive).toBe(true);
  });

  it.each([
    ['an end before its begin', { to: outage.from }, 'body.to'],
    ['a rule that is none', { rrule: 'FREQ=SOMETIMES' }, 'body.rrule'],
    ['a begin that its rule does not know', { rrule: 'FREQ=WEEKLY;BYDAY=SU' }, 'body.from'],
    ['a zone that is none', { zone: 'Europe/Hamburg' }, 'body.zone'],
    ['years ago', { from: '2020-01-01T00:00:00Z', to: '2020-01-01T01:00:00Z' }, 'body.from'],
    ['half a century', { to: '2076-01-01T00:00:00Z' }, 'body.to'],
    ['objectives and a service', { service: 'shop/checkout' }, 'body.objectives'],
    ['neither', { objectives: [] }, 'body.objectives'],
    ['an objective that is none', { objectives: ['nothing'] }, 'body.objectives.0'],
    ['a service without promises', { objectives: [], service: 'shop/none' }, 'body.service'],
  ])('refuses %s, with the field', async (_, wrong, path) => {
    const refused = await propose({ ...night, ...wrong });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  });

  it('needs a reason', async () => {
    expect(await propose({ ...night, reason: 'because' })).toMatchObject({ status: 400 });
  });
});

describe('Where corrections need an approval', () => {
  const approved = { ...night, objectives: ['approved'] };
  it('another person gives it, also not the same one by a token; then it holds', async () => {
    const { body } = await propose(approved, 'payer', true);
    expect(body).toMatchObject({ state: 'proposed', decidedBy: null, inForceSince: null });
    expect(await report('approved')).toMatchObject({ bad: 3_600, uncorrected: null });
    for (const who of ['payer', 'payersToken'])
      expect(await decide(body.id, 'approve', who)).toMatchObject({
        status: 409,
        body: { code: 'objectives.own-correction' },
      });
    expect(await decide(body.id, 'approve', 'searcher')).toMatchObject({ status: 403 });
    const done = await decide(body.id, 'approve', 'editor');
    expect(done.body).toMatchObject({ state: 'in-force', decidedBy: 'eva', inForceSince: expect.any(String) });
    expect(await report('approved')).toMatchObject({ bad: 0, uncorrected: { bad: 3_600 } });
    expect(await decide(body.id, 'refuse', 'editor')).toMatchObject({
      status: 409,
      body: { code: 'objectives.correction-decided' },
    });
    // A token of hers that may only look does not take it back.
    expect(await decide(body.id, 'withdraw', 'payersGlass')).toMatchObject({ status: 403 });
    // Taken back, the budget is what it was; the ledger keeps every step.
    expect((await decide(body.id, 'withdraw', 'payer')).body).toMatchObject({ state: 'withdrawn' });
    expect(await report('approved')).toMatchObject({ bad: 3_600, uncorrected: null });
    expect((await house.told(`correction:${body.id}`)).map(({ kind, actor }) => [kind, actor.name])).toEqual([
      ['correction.proposed', 'pia'],
      ['correction.approved', 'eva'],
      ['correction.withdrawn', 'pia'],
    ]);
  });

  it('a refused one never holds', async () => {
    const { body } = await propose(approved, 'payersToken', true);
    expect(await decide(body.id, 'approve', 'payer')).toMatchObject({ status: 409 });
    expect((await decide(body.id, 'refuse', 'editor')).body.state).toBe('refused');
    expect(await decide(body.id, 'withdraw', 'payer')).toMatchObject({ status: 409 });
    expect(await decide('018f0000-0000-7000-8000-000000000000', 'approve', 'editor')).toMatchObject({ status: 404 });
  });
});

describe('Corrections as code', () => {
  const put = (said: object, who = 'payer') => house.call('PUT', '/api/v1/named-corrections/nightly', said, { who });
  const nightly = {
    objectives: ['named'],
    from: '2026-11-19T02:00:00+01:00',
    to: '2026-11-19T04:00:00+01:00',
    rrule: 'FREQ=DAILY',
    zone: 'Europe/Berlin',
    reason,
  };
  it('are made once, made anew when they say something else, and withdrawn', async () => {
    const first = await put(nightly);
    expect(first.body).toMatchObject({ outcome: 'created', correction: { name: 'nightly' } });
    expect(first.body.correction.next).toHaveLength(10);
    expect(first.body.correction.next[0]).toEqual({ from: '2026-11-23T01:00:00.000Z', to: '2026-11-23T03:00:00.000Z' });
    expect((await put(nightly)).body).toEqual({ ...first.body, outcome: 'unchanged' });
    expect((await put(nightly, 'searcher')).status).toBe(403);
    // Three nights of two hours lie in the window; the outage is in the second of them.
    expect(await report('named')).toMatchObject({ bad: 0, total: (72 - 6) * 3_600 });
    house.clock.advance({ milliseconds: 1 });
    const changed = await put({ ...nightly, to: '2026-11-19T03:00:00+01:00' });
    expect(changed.body.outcome).toBe('changed');
    expect(await report('named')).toMatchObject({ bad: 3_600, total: (72 - 3) * 3_600 });
    expect((await put(nightly, 'searcher')).status).toBe(403);
    expect((await house.call('DELETE', '/api/v1/named-corrections/nightly')).status).toBe(204);
    expect((await house.call('DELETE', '/api/v1/named-corrections/nightly')).status).toBe(404);
    expect((await house.call('GET', '/api/v1/corrections?objective=named')).body.items).toMatchObject([
      { state: 'withdrawn', decisionReason: 'Deleted.' },
      { state: 'withdrawn', decisionReason: 'Another text was applied.' },
    ]);
  });
});

describe('Alerts look at what is left', () => {
  it('nobody is woken by an outage in maintenance; a correction afterwards ends an alert and leaves what was told', async () => {
    const alone = {
      ...anObjective().components[0]!,
      indicator: {
        kind: 'indicator' as const,
        number: 0,
        definition: { kind: 'fed' as const, feeder: 'test', key: 'alone' },
      },
    };
    for (const name of ['planned', 'surprise']) await house.keep(threeDays({ name, components: [alone as never] }));
    const indicator = await house.indicatorOf('planned');
    const at = second(now);
    await house.countEvenly([indicator], at - 2 * 86_400, at, { good: 10, bad: 0 });
    const begins = new Date((at - 600) * 1_000).toISOString();
    const ends = new Date((at + 600) * 1_000).toISOString();
    await house.count(
      indicator,
      Array.from({ length: 60 }, (_, index) => [at - 600 + index * 10, 0, 10] as const),
    );
    await propose({ objectives: ['planned'], from: begins, to: ends, reason });
    const cycle = house.cycle();
    await cycle.run();
    const eventsOf = async (name: string) =>
      (await house.told(`objective:${name}`)).map(({ kind }) => kind).filter((kind) => kind.startsWith('budget.'));
    expect(await eventsOf('planned')).toEqual([]);
    const fired = await eventsOf('surprise');
    expect(fired).toContain('budget.burning');
    await propose({ objectives: ['surprise'], from: begins, to: ends, reason });
    house.clock.advance({ seconds: 10 });
    await cycle.run();
    const after = await eventsOf('surprise');
    expect(after.slice(0, fired.length)).toEqual(fired);
    expect(after.filter((kind) => kind === 'budget.recovered')).toHaveLength(
      fired.filter((kind) => kind === 'budget.burning').length,
    );
  });
});
