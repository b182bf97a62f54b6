import { describe, expect, it } from 'vitest';
import { isExhausted } from './budget.ts';
import { firesFor, judgeBurn, readyTier } from './decide-burn.ts';
import { decideForecast } from './decide-budget.ts';
import { projectExhaustion } from './exhaustion.ts';
import { surelyQuiet } from './surely-quiet.ts';
import { anObjective } from '../fixtures.ts';
import { windowAt } from './window.ts';
import type { ObjectiveWindow } from './objective.ts';

/** Numbers in [0, 1) that are the same in every run. */
let seed = 11;
const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
const now = Temporal.Instant.from('2026-11-22T12:00:00Z');
const { alerts } = anObjective();

const month: ObjectiveWindow = {
  kind: 'calendar',
  unit: 'month',
  count: 1,
  startsOn: '2026-01-01',
  zone: 'Europe/Berlin',
};

describe('Nothing is told of an objective that is surely quiet', () => {
  it.each([
    ['30 days', { kind: 'rolling', minutes: 43_200 } as const],
    ['a day', { kind: 'rolling', minutes: 1_440 } as const],
    ['a calendar month', month],
  ])('%s', (_, window) => {
    const at = windowAt(window, now);
    let [quiet, wrong] = [0, 0];
    for (let turn = 0; turn < 20_000; turn += 1) {
      const targetPpm = [900_000, 990_000, 999_000, 999_900][turn % 4]!;
      const ready = alerts.tiers.map((tier) => readyTier(tier, targetPpm, at.periodMinutes));
      const share = (1 - targetPpm / 1e6) * 10 ** (random() * 3 - 1.5);
      const counts = (minutes: number) => {
        const total = Math.round(minutes * 10 ** (random() * 3 - 1));
        const bad = Math.min(total, Math.round(total * share * random() * 2));
        return { good: total - bad, bad, minutes: Math.min(minutes, Math.ceil(minutes * random() * 1.1)) };
      };
      const soFar = (at.to.epochMilliseconds - at.from.epochMilliseconds) / 60_000;
      const [budget, recent] = [counts(soFar), counts(60)];
      const long = ready.map(({ tier }) => counts(tier.longMinutes));
      const short = ready.map(({ tier }) => counts(tier.shortMinutes));
      const exhaustsWithinMinutes = [null, 60, 240, 4_320][Math.floor(random() * 4)]!;
      const rules = {
        targetPpm,
        tests: ready.map(({ test }) => test),
        exhaustsWithinMinutes,
        recentMinutes: 60,
        periodMinutes: at.periodMinutes,
        rolling: window.kind === 'rolling',
      };
      if (!surelyQuiet(rules, { budget, recent, long, short })) continue;
      quiet += 1;
      const fires = ready.some((tier, index) => {
        const [one, two] = [long[index]!, short[index]!];
        const sums = {
          longTotal: one.good + one.bad,
          longBad: one.bad,
          shortTotal: two.good + two.bad,
          shortBad: two.bad,
        };
        return firesFor(judgeBurn(tier, sums, false));
      });
      const projection = projectExhaustion({
        counts: budget,
        targetPpm,
        window: at,
        recent,
        recentMinutes: 60,
        filledMinutes: budget.minutes,
      });
      const forecast = decideForecast({ projection, withinMinutes: exhaustsWithinMinutes, soon: false, now });
      if (fires || isExhausted(budget, targetPpm) || forecast.soon) wrong += 1;
    }
    expect(wrong).toBe(0);
    expect(quiet).toBeGreaterThan(1_000);
  });
});
