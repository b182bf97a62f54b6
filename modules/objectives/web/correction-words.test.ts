import { expect, it } from 'vitest';
import { fromLocalInput, ruleOf, toLocalInput } from './correction-words.ts';

it.each([
  ['once', '', null],
  ['weekly', '', 'FREQ=WEEKLY'],
  ['own', ' RRULE:FREQ=MONTHLY;BYDAY=1SU ', 'FREQ=MONTHLY;BYDAY=1SU'],
  ['own', ' ', null],
] as const)('%s %j comes again by %j', (repeat, own, rule) => expect(ruleOf(repeat, own)).toBe(rule));

it('reads back the minute that it shows', () => {
  const ms = Date.parse('2026-03-29T00:30:00Z');
  expect(fromLocalInput(toLocalInput(ms))).toBe('2026-03-29T00:30:00.000Z');
  expect(fromLocalInput('')).toBeNull();
});
