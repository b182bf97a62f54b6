import { expect, it } from 'vitest';
import { countsText, groupStatus } from './group-words.ts';
import { inboxNumbers } from './inbox-numbers.ts';
import { isNew } from './seen-mark.ts';

const nowMs = Date.parse('2026-11-23T03:10:00Z');
const status = (firing: number, acknowledged = 0) => [
  { value: 'firing', count: firing },
  { value: 'acknowledged', count: acknowledged },
];

it('counts as firing only what somebody is told of', () => {
  const numbers = inboxNumbers({
    active: { status: status(9, 2) },
    heldBack: { total: 5, status: status(4, 1) },
    fresh: 3,
    seenMs: nowMs - 3_600_000,
    nowMs,
  });
  expect(numbers.map(({ value }) => value)).toEqual(['5', '2', '5', '3']);
  expect(numbers[3]?.note).toBe('1 h ago');
});

it('never says nought for what is not known', () => {
  const numbers = inboxNumbers({ active: null, heldBack: null, fresh: 0, seenMs: null, nowMs });
  expect(numbers.slice(0, 3).map(({ value }) => value)).toEqual(['–', '–', '–']);
});

it('on the first visit nothing is new', () => {
  const came = { receivedAt: '2026-11-23T03:00:00Z' };
  expect(isNew(came, null)).toBe(false);
  expect(isNew(came, Date.parse('2026-11-23T02:59:00Z'))).toBe(true);
  expect(isNew(came, Date.parse('2026-11-23T03:01:00Z'))).toBe(false);
});

it('tells those of a group that fire from those that are held back', () => {
  const counts = { firing: 3, suppressed: 1, acknowledged: 2, resolved: 0 };
  expect(countsText(counts)).toBe('2 firing, 1 held back, 2 acknowledged');
  expect(groupStatus({ state: 'open', counts }).word).toBe('Firing');
  expect(groupStatus({ state: 'open', counts: { ...counts, firing: 1, acknowledged: 0 } }).word).toBe('Held back');
});
