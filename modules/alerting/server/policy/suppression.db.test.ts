import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPolicyHouse, type PolicyHouse } from './testing/house.ts';

/** What is held back by the service map and by its own coming and going, from the first alert until somebody is told. */
let house: PolicyHouse;
beforeAll(async () => {
  house = await startPolicyHouse();
  for (const [name, owner] of [
    ['front', 'payments'],
    ['ledger', 'search'],
    ['left', 'payments'],
    ['right', 'search'],
  ])
    await house.must('ada', 'PUT', `/api/v1/services/shop%2F${name}`, { owner });
  const now = Temporal.Now.instant();
  const use = { targetKind: 'service', kind: 'http', firstSeen: now, lastSeen: now } as const;
  await house.catalog.sawDependencies([
    { service: 'shop/front', target: 'shop/ledger', ...use },
    { service: 'shop/left', target: 'shop/right', ...use },
    { service: 'shop/right', target: 'shop/left', ...use },
  ]);
  // Whatever is said anew is heard at once, the service map too.
  await house.must('ada', 'PUT', '/api/v1/suppression', {});
});
afterAll(() => house?.stop());

const last = (alert: string, expected: RegExp) =>
  house.until(async () => expect((await house.fate(alert)).decisions.at(-1)).toMatch(expected));
/** Of one group all but the first join. */
const told = /notified|joined/;
const on = (service: string, key: string, over: object = {}) =>
  house.send({ alertname: `Down ${key}`, service }, { dedupKey: key, ...over });

describe('the service map', () => {
  it('holds back what stands on a service that is down, says so, and tells it when that is over', async () => {
    const parent = await on('shop/ledger', 'ledger');
    await last(parent, told);
    const child = await on('shop/front', 'front');
    await last(child, /parent-down/);
    expect(await house.fate(child)).toMatchObject({
      suppressed: { parentDown: ['shop/ledger'] },
      reasons: expect.stringContaining('shop/front uses shop/ledger, which is down: Down ledger fires there since'),
    });
    await house.until(() => expect(house.told()).toEqual(['/p2']));
    await on('shop/ledger', 'ledger', { action: 'resolve' });
    await last(child, told);
    await house.until(() => expect(house.told()).toContain('/p1'));
    await on('shop/front', 'front', { action: 'resolve' });
  });

  it('spares nobody for longer than an hour', async () => {
    const parent = await on('shop/ledger', 'ledger-long');
    await last(parent, told);
    const child = await on('shop/front', 'front-long');
    await last(child, /parent-down/);
    await house.later('61 minutes');
    await last(child, told);
    for (const key of ['ledger-long', 'front-long']) await on('shop/ledger', key, { action: 'resolve' });
  });

  it('tells both of two that use each other', async () => {
    const [left, right] = [await on('shop/left', 'left'), await on('shop/right', 'right')];
    await last(left, told);
    await last(right, told);
    for (const key of ['left', 'right']) await on('shop/left', key, { action: 'resolve' });
  });

  it('holds nothing back where it is switched off', async () => {
    await house.must('ada', 'PUT', '/api/v1/suppression', { parentDown: { enabled: false } });
    await last(await on('shop/ledger', 'ledger-off'), told);
    await last(await on('shop/front', 'front-off'), told);
    await house.must('ada', 'PUT', '/api/v1/suppression', {});
    for (const key of ['ledger-off', 'front-off']) await on('shop/ledger', key, { action: 'resolve' });
  });
});

describe('an alert that comes and goes', () => {
  it('is held back the fourth time within an hour, and told when it stays', async () => {
    for (let time = 0; time < 3; time++) {
      await last(await on('shop/front', 'flaps'), told);
      await house.later('1 minute');
      await on('shop/front', 'flaps', { action: 'resolve' });
      await house.later('1 minute');
    }
    const fourth = await on('shop/front', 'flaps');
    await last(fourth, /flapping/);
    expect((await house.fate(fourth)).reasons).toContain('it began 4 times within 60 minutes');
    await house.later('16 minutes');
    await last(fourth, told);
  });
});
