import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anObjective } from '../../fixtures.ts';
import { addBacktestRoutes } from '../backtest/routes.ts';
import { addCorrectionRoutes } from '../corrections/routes.ts';
import { governedHouse, type GovernedHouse } from '../testing/governed-house.ts';
import { addPolicyRoutes, policyFacts } from './routes.ts';
import { watchPolicies } from './watch.ts';

/** Four weeks of 600 requests a minute, 99.9 %: 24,192,000 requests, of which 24,192 may fail. Twelve minutes of outage are 7,200, 29.8 %. */
const now = '2026-11-22T12:00:00Z';
const second = (text: string): number => Date.parse(text) / 1_000;
const outage = { from: '2026-11-15T10:00:00Z', to: '2026-11-15T12:00:00Z' };
const path = '/api/v1/objectives/checkout/policy';

let house: GovernedHouse;
beforeAll(async () => {
  house = await governedHouse(now, (ground, doors) => {
    addPolicyRoutes(ground);
    addBacktestRoutes(ground);
    addCorrectionRoutes(ground, doors);
  });
  await house.keep(anObjective({ name: 'checkout', owner: 'payments', budgetPolicy: 'default' }));
  await house.keep(anObjective({ name: 'strict', owner: 'payments', budgetPolicy: 'strict' }));
  const indicator = await house.indicatorOf('checkout');
  const at = second(now);
  await house.countEvenly([indicator], at - 35 * 86_400, at, { good: 100, bad: 0 });
  // Ten per cent of two hours.
  await house.countEvenly([indicator], second(outage.from), second(outage.to), { good: 90, bad: 10 });
});
afterAll(() => house?.stop());

const standing = async (url = path) => (await house.call('GET', url)).body;
const told = async (name: string) =>
  (await house.told(`objective:${name}`)).filter(({ kind }) => kind.startsWith('policy.'));

describe('The workbook’s policy holds without being written', () => {
  it('says of each rule whether it holds, with its numbers', async () => {
    const found = await standing();
    expect(found.policy).toEqual({ name: 'default', title: 'The SRE workbook’s error budget policy', missing: null });
    expect(found).toMatchObject({ from: '2026-10-25T12:00:10.000Z', findings: [] });
    expect(found.facts).toMatchObject({ good: 24_184_800, bad: 7_200, total: 24_192_000, allowed: 24_192 });
    expect(found.rules.map(({ rule, holds }: any) => [rule, holds])).toEqual([
      ['over-budget', 'no'],
      ['single-incident', 'no'],
      ['class-of-outage', 'unknown'],
    ]);
    expect(found.rules[0].reason).toBe(
      'The window spent 29.76 % of the budget: 7,200 bad events, 24,192 allowed at 99.9 % of 24,192,000.',
    );
    expect((await house.call('GET', '/api/v1/budget-policies')).body.items).toMatchObject([
      { name: 'default', builtIn: true, changedBy: null },
    ]);
    expect((await house.call('GET', '/api/v1/objectives/none/policy')).status).toBe(404);
  });

  it('asks for a postmortem where one incident that somebody marked spent over 20 %, and tells it once', async () => {
    await watchPolicies(house.ground);
    expect(await told('checkout')).toEqual([]);
    const incident = { ...outage, note: 'Database was full' };
    await house.call('POST', '/api/v1/objectives/checkout/real-incidents', incident, { who: 'editor' });
    const { findings, facts } = await standing();
    expect(facts.incidents).toMatchObject([{ marked: true, bad: 7_200 }]);
    expect(findings).toMatchObject([
      {
        rule: 'single-incident',
        consequence: { kind: 'open-action', priority: 'p0' },
        cause: 'Database was full (2026-11-15 10:00 UTC)',
      },
    ]);
    expect(findings[0].reason).toContain('spent 29.76 % of the budget');
    // Two processes at once, and again: one event.
    await Promise.all([watchPolicies(house.ground), watchPolicies(house.ground)]);
    await watchPolicies(house.ground);
    expect(await told('checkout')).toMatchObject([
      { kind: 'policy.consequence-began', data: { rule: 'single-incident', policy: 'default' } },
    ]);
    expect(await policyFacts(house.ground, 'shop/checkout')).toMatchObject([
      { objective: 'checkout', findings },
      { objective: 'strict' },
    ]);
    expect(await policyFacts(house.ground, 'shop/none')).toEqual([]);
  });

  it('a stretch in which a page fired is an incident too, until somebody marks it', async () => {
    const { ledger, postgres } = house.ground;
    await postgres.transaction<any, unknown>(async (tx) => {
      const event = { subject: 'objective:strict', actor: { kind: 'system', id: 'o', name: 'O' } } as const;
      const tier = { tier: 'page-fast', urgency: 'page' };
      await ledger.append(tx, {
        kind: 'budget.burning',
        ...event,
        data: { ...tier, crossedAt: '2026-11-15T10:07:00Z' },
      });
      const ended = { ...tier, crossedAt: '2026-11-15T12:04:00Z', firingSince: '2026-11-15T10:07:00Z' };
      await ledger.append(tx, { kind: 'budget.recovered', ...event, data: ended });
    });
    const strict = () => standing('/api/v1/objectives/strict/policy');
    await expect.poll(async () => (await strict()).facts.incidents.length).toBe(1);
    // From one short window (5 minutes) before it fired: 118 minutes of 60 bad ones.
    expect((await strict()).facts.incidents).toMatchObject([
      { name: 'Alert of 2026-11-15 10:02 UTC', marked: false, bad: 118 * 60 },
    ]);
    const incident = { ...outage, note: 'The same' };
    await house.call('POST', '/api/v1/objectives/strict/real-incidents', incident, { who: 'editor' });
    expect((await strict()).facts.incidents).toMatchObject([{ marked: true, bad: 7_200 }]);
  });

  it('what follows ends when a correction takes the time out, and that is told too', async () => {
    const said = { objectives: ['checkout'], ...outage, reason: 'It was a drill of ours' };
    expect((await house.call('POST', '/api/v1/corrections', said)).status).toBe(200);
    expect((await standing()).findings).toEqual([]);
    await watchPolicies(house.ground);
    expect((await told('checkout')).map(({ kind }) => kind)).toEqual([
      'policy.consequence-began',
      'policy.consequence-ended',
    ]);
  });
});

describe('A policy of one’s own', () => {
  const strict = {
    title: 'Strict',
    overMinutes: 14 * 1_440,
    rules: [
      {
        name: 'ask',
        when: { kind: 'spent', sharePpm: 500_000 },
        then: [{ kind: 'require-approval', from: 'sre' }],
        because: 'Half of two weeks is gone.',
      },
    ],
  };
  const put = (body: object, who = 'editor') => house.call('PUT', '/api/v1/budget-policies/strict', body, { who });

  it('is written by editors of the organisation, and holds for who names it', async () => {
    expect((await standing('/api/v1/objectives/strict/policy')).policy).toMatchObject({
      name: 'default',
      missing: 'strict',
    });
    expect((await put(strict, 'payer')).status).toBe(403);
    expect((await put(strict)).body).toMatchObject({ outcome: 'created', policy: { name: 'strict', builtIn: false } });
    expect((await put(strict)).body.outcome).toBe('unchanged');
    // Half as long a window, half the budget: 59.5 % are spent.
    const found = await standing('/api/v1/objectives/strict/policy');
    expect(found).toMatchObject({ policy: { name: 'strict', missing: null }, facts: { allowed: 12_096, bad: 7_200 } });
    expect(found.findings).toMatchObject([{ rule: 'ask', consequence: { kind: 'require-approval', from: 'sre' } }]);
    expect((await put({ ...strict, rules: [] })).body.outcome).toBe('changed');
    expect(await house.told('budget-policy:strict')).toMatchObject([
      { kind: 'budget-policy.described', data: { outcome: 'created', before: null } },
      { kind: 'budget-policy.described', data: { outcome: 'changed' } },
    ]);
  });

  it('stays while an objective names it', async () => {
    const remove = (name: string) =>
      house.call('DELETE', `/api/v1/budget-policies/${name}`, undefined, { who: 'editor' });
    expect(await remove('strict')).toMatchObject({ status: 409, body: { code: 'objectives.in-use' } });
    expect((await remove('default')).status).toBe(404);
    await house.call('PUT', '/api/v1/budget-policies/default', { title: 'Nothing', rules: [] }, { who: 'editor' });
    expect((await standing()).policy.title).toBe('Nothing');
    expect((await remove('default')).status).toBe(204);
    expect((await standing()).policy.title).toContain('workbook');
  });

  it.each([
    ['a rule twice', { rules: [strict.rules[0], strict.rules[0]] }, 'body.rules'],
    [
      'a share of nothing',
      { rules: [{ ...strict.rules[0], when: { kind: 'spent', sharePpm: 0 } }] },
      'body.rules.0.when.sharePpm',
    ],
    [
      'a condition that there is not',
      { rules: [{ ...strict.rules[0], when: { kind: 'rain' } }] },
      'body.rules.0.when.kind',
    ],
    ['a rule from which nothing follows', { rules: [{ ...strict.rules[0], then: [] }] }, 'body.rules.0.then'],
  ])('refuses %s', async (_, wrong, at) => {
    const { status, body } = await put({ ...strict, ...wrong });
    expect(status).toBe(400);
    expect(body.errors.map((each: { path: string }) => each.path)).toContain(at);
  });
});
