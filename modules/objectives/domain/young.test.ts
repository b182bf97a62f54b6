import { expect, it } from 'vitest';
import { badEventsNeeded, isYoung } from './young.ts';

const hour = 3_600;

it('a window is young until it was counted for its whole length', () => {
  expect(isYoung(0, 60, hour - 10)).toBe(true);
  expect(isYoung(0, 60, hour)).toBe(false);
  expect(isYoung(null, 60, 10)).toBe(false);
});

it.each([
  ['young: two where the document says nothing', { to: 600 }, 2],
  ['young: as many as it says', { to: 600, youngBadEventsMin: 5 }, 5],
  ['young: one turns it off', { to: 600, youngBadEventsMin: 1 }, 1],
  ['young: never fewer than ever', { to: 600, badEventsMin: 4 }, 4],
  ['grown up: what holds ever', { to: hour }, 1],
  ['of unknown age: what holds ever', { to: 600, bornAt: null }, 1],
])('%s', (_, given, needed) => {
  const of = { bornAt: 0, windowMinutes: 60, badEventsMin: 1, youngBadEventsMin: undefined, ...given };
  expect(badEventsNeeded(of)).toBe(needed);
});
