import { expect, it } from 'vitest';
import { momentText } from './moment-text.ts';

it.each([
  ['2026-11-23T01:30:59.999Z', undefined, 'Mon 23 Nov 2026, 01:30 UTC'],
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', 'Sun 25 Oct 2026, 02:30 (Europe/Berlin)'],
  ['2026-12-31T23:59:00Z', 'Pacific/Chatham', 'Fri 1 Jan 2027, 13:44 (Pacific/Chatham)'],
])('%s in %s reads %s', (instant, zone, text) => {
  expect(momentText(instant, zone)).toBe(text);
  expect(momentText(Temporal.Instant.from(instant), zone)).toBe(text);
});
