import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NoiseReport } from '../../contract/noise.ts';
import { startAlertsWorld, type AlertsWorld } from '../testing/world.ts';
import { reportNoise } from './report.ts';

let world: AlertsWorld;
beforeAll(async () => {
  world = await startAlertsWorld();
});
afterAll(() => world?.stop());

const times = 9;
const pageOf = async (id: string): Promise<string> => {
  let page: string | null = null;
  await world.until(async () => {
    page = (await world.decisions(id)).find(({ decision }) => decision === 'notified')?.page_id ?? null;
    expect(page).not.toBeNull();
  });
  return page!;
};
/** Fires once, is told, and goes by itself; `act` does something meanwhile. */
const once = async (dedupKey: string, act: (page: string) => Promise<unknown> = async () => null): Promise<void> => {
  const [taken] = await world.accept([{ dedupKey }]);
  await act(await pageOf(taken!.alertId!));
  await world.accept([{ dedupKey, action: 'resolve' }]);
  await world.until(async () =>
    expect((await world.decisions(taken!.alertId!)).map(({ decision }) => decision)).toContain('resolved'),
  );
};
const report = (team: string | null = null): Promise<NoiseReport> => reportNoise(world.alerting, { days: 30, team });
const named = ({ items }: NoiseReport): [string, string][] => items.map(({ kind, name }) => [kind, name]);

it('what goes by itself and nobody acts on is told of, with what it cost; a note, or the word that it was useful, is an act', async () => {
  const note = (page: string) =>
    world.call('ada', 'POST', `/api/v1/pages/${page}/notes`, { text: 'Cleaned the queue' });
  const useful = (page: string) => world.call('ada', 'POST', `/api/v1/pages/${page}/judgements`, { useful: true });
  const useless = (page: string) => world.call('ada', 'POST', `/api/v1/pages/${page}/judgements`, { useful: false });
  for (let time = 0; time < times; time += 1) {
    await once('Useless', time < 2 ? useless : undefined);
    await once('Noted', note);
    await once('Praised', useful);
    await world.later('PT3H');
  }
  const found = await report();
  expect(found).toMatchObject({ alerts: 3 * times, notified: 3 * times, disturbances: 3 * times, actedOn: 2 * times });
  expect(named(found).filter(([kind]) => kind === 'unactionable')).toEqual([['unactionable', 'Useless']]);
  const [useless1] = found.items.filter(({ kind }) => kind === 'unactionable');
  expect(useless1).toMatchObject({ saved: times, firings: times, owner: 'payments', service: 'shop/checkout' });
  expect(useless1!.reason).toContain('It came 9 times, went by itself, and nobody did anything');
  expect(useless1!.proposals.map(({ document }) => document?.['kind'] ?? null)).toEqual(['Route', 'Silence', null]);
});

it('two that always begin together are told as one, with the inhibition that would hold the second back', async () => {
  for (let time = 0; time < 6; time += 1) {
    for (const dedupKey of ['Errors', 'ErrorsElsewhere']) await world.accept([{ dedupKey }]);
    for (const dedupKey of ['Errors', 'ErrorsElsewhere']) await world.accept([{ dedupKey, action: 'resolve' }]);
    await world.later('PT5H');
  }
  const [pair] = (await report()).items.filter(({ kind, name }) => kind === 'duplicate' && name.startsWith('Errors'));
  expect([pair!.name, pair!.of!.name].toSorted()).toEqual(['Errors', 'ErrorsElsewhere']);
  expect(pair!.proposals[0]!.document).toMatchObject({
    kind: 'Inhibition',
    spec: { source: [`alertname="${pair!.of!.name}"`], target: [`alertname="${pair!.name}"`] },
  });
});

it('what nobody owns is told of, and no team sees what is another’s', async () => {
  await world.accept([{ dedupKey: 'Stray', service: 'shop/unknown' }]);
  const found = await report();
  expect(named(found)).toContainEqual(['ownerless', 'Stray']);
  expect(named(await report('payments'))).not.toContainEqual(['ownerless', 'Stray']);
  expect((await report('nobodys')).alerts).toBe(0);
});
