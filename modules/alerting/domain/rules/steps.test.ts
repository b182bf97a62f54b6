import { describe, expect, it } from 'vitest';
import { aRule } from './fixtures.ts';
import { catchUpMax, dueSteps, nextStep, windowsOf } from './steps.ts';

/** Which steps are due, and what has to be measured for them; seconds since 1970. */
const at = 1_795_400_040;
const minute = { everySeconds: 60, forecast: null };

describe('the steps of a rule', () => {
  it.each([
    ['of a new rule: the newest', null, at + 5, [at], false],
    ['none before the next one', at, at + 59, [], false],
    ['the next one at its instant', at, at + 60, [at + 60], false],
    ['all that were missed, in their order', at, at + 185, [at + 60, at + 120, at + 180], false],
    ['from an instant between two steps', at + 30, at + 60, [at + 60], false],
    ['none while the clock is behind what was decided', at + 600, at + 60, [], false],
  ] as const)('%s', (_, decidedTo, now, steps, paused) => {
    expect(dueSteps(minute, decidedTo, now)).toEqual({ steps, paused });
  });

  it('of a long pause: the newest sixty, and it is told that there was one', () => {
    const { steps, paused } = dueSteps(minute, at, at + 7_200);
    expect([steps.length, steps[0], steps.at(-1), paused]).toEqual([
      catchUpMax,
      at + 7_200 - 59 * 60,
      at + 7_200,
      true,
    ]);
  });

  it('of a forecast: the newest alone', () => {
    const forecast = { withinSeconds: 3_600, fromSeconds: 3_600 };
    expect(dueSteps({ everySeconds: 60, forecast }, at, at + 600)).toEqual({ steps: [at + 600], paused: false });
    expect(nextStep(minute, at + 600)).toBe(at + 660);
  });
});

describe('what is measured for them', () => {
  it('ends `delay` before each step', () => {
    const rule = aRule({ over: 'PT5M', every: 'PT1M', delay: 'PT30S' });
    expect(windowsOf(rule, [at, at + 60])).toEqual({
      now: { firstEnd: at - 30, stepSeconds: 60, count: 2, windowSeconds: 300 },
      then: null,
    });
  });

  it('of a change is the same a week before as well', () => {
    const { now, then } = windowsOf(aRule({ change: { against: 'week', as: 'ratio' } }), [at]);
    expect(then).toEqual({ ...now, firstEnd: now.firstEnd - 7 * 86_400 });
  });

  it('of a forecast is one value each `over`, the newest now', () => {
    const rule = aRule({ over: 'PT10M', forecast: { within: 'PT4H', from: 'PT6H' } });
    const { firstEnd, stepSeconds, count } = windowsOf(rule, [at]).now;
    expect([count, stepSeconds, firstEnd + (count - 1) * stepSeconds]).toEqual([36, 600, at - 30]);
  });
});
