import { expect, it } from 'vitest';
import type { BadSpan, SpanSelection } from '../../domain/indicator.ts';
import type { KeptIndicator } from '../store.ts';
import { historySteps } from './history.ts';
import { planSpans } from './span-plan.ts';

const kept = (number: number, bad: readonly BadSpan[], of: Partial<SpanSelection> = {}): KeptIndicator => ({
  number,
  kind: 'spans',
  definition: {
    kind: 'spans',
    of: { service: 's', environment: null, operation: null, attributes: [], ...of },
    bad,
  },
  countedFrom: null,
  unusedSince: null,
});
const edges = [100, 300];

it('what the rollups know is simple: errors or one of their edges, nothing else', () => {
  const plan = planSpans(
    [
      kept(1, [{ kind: 'error' }], { service: 'z' }),
      kept(2, [{ kind: 'slower-than', ms: 300 }], { operation: 'o', environment: '' }),
      kept(3, []),
      kept(4, [{ kind: 'slower-than', ms: 250 }]),
      kept(5, [{ kind: 'error' }, { kind: 'slower-than', ms: 300 }]),
      kept(6, [{ kind: 'error' }], { attributes: [{ key: 'k', op: '=', value: 'v' }] }),
      kept(7, [{ kind: 'attribute', filter: { key: 'k', op: '=', value: 'v' } }]),
    ],
    edges,
  );
  expect(plan.simple.map(({ number, bad }) => [number, bad])).toEqual([
    [2, { slowerThanEdge: 2 }],
    [3, 'nothing'],
    [1, 'errors'],
  ]);
  expect(plan.raw.map(({ number }) => number)).toEqual([4, 5, 6, 7]);
});

it('a history is read without a hole: ten seconds of the last hours, minutes by days, hours alone beyond', async () => {
  const now = Date.UTC(2026, 10, 22, 10, 12, 7) / 1_000;
  const done: [string, number, number][] = [];
  const note = (what: string) => async (first: unknown, second?: unknown) => {
    const stretch = (typeof first === 'string' ? second : first) as { from: number; to: number };
    done.push([typeof first === 'string' ? `${what} ${first}` : what, stretch.from, stretch.to]);
  };
  const counts = { fine: note('fine'), coarser: note('coarser'), oldHours: note('old') };
  const reach = { hours: now - 100 * 86_400, minutes: now - 60 * 86_400, spans: now - 8 * 86_400 };
  for (const step of historySteps(counts, [kept(1, [])], { nowSeconds: now, reach, fromSpans: false }))
    await step.run();
  const of = (what: string) => done.filter(([name]) => name === what).sort((a, b) => a[1] - b[1]);
  const minutes = of('fine minute');
  expect(minutes[0]![1]).toBeLessThanOrEqual(reach.minutes);
  expect(minutes.at(-1)![2]).toBeGreaterThan(now);
  for (const [index, [, from]] of minutes.entries()) if (index > 0) expect(from).toBe(minutes[index - 1]![2]);
  const hours = of('coarser hour');
  expect(hours[0]![1]).toBeLessThanOrEqual(minutes[0]![1]);
  expect(of('old')[0]!.slice(1)).toEqual([reach.hours, Math.floor(reach.minutes / 3_600) * 3_600]);
  const ten = of('fine 10s');
  expect(now - ten[0]![1]).toBeGreaterThanOrEqual(7 * 3_600);
  expect(ten.at(-1)![2]).toBeGreaterThan(now);
});
