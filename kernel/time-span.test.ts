import { expect, it } from 'vitest';
import { durationOf, secondsOf } from './time-span.ts';

it.each([
  ['PT0S', 0],
  ['PT5M', 300],
  ['PT1H30M', 5_400],
  ['P1D', 86_400],
  ['PT90S', 90],
  ['P1W', null],
  ['P1M', null],
  ['-PT5M', null],
  ['PT0.5S', null],
  ['5m', null],
  ['', null],
])('%j lasts %s seconds', (text, seconds) => expect(secondsOf(text)).toBe(seconds));

it('writes seconds in the shortest form and reads them again', () => {
  expect([0, 120, 90, 86_400].map(durationOf)).toEqual(['PT0S', 'PT2M', 'PT1M30S', 'PT24H']);
});
