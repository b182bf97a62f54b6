import { expect, it } from 'vitest';
import { isListed, reviewDueOn } from './review-due.ts';

const last = { on: '2026-06-01', nextOn: '2026-12-01' };
it.each([
  ['nobody named a day', null, null, null],
  ['the document’s day, before any review', '2026-12-31', null, '2026-12-31'],
  ['the day that the last review named', null, last, '2026-12-01'],
  ['the document’s day that the review was held for', '2026-06-01', last, '2026-12-01'],
  ['a sooner day in the document', '2026-09-01', last, '2026-09-01'],
  ['a later day in the document', '2027-09-01', last, '2026-12-01'],
])('a review is due: %s', (_, reviewOn, reviewed, due) => {
  expect(reviewDueOn({ reviewOn, last: reviewed })).toBe(due);
});

it('is listed from thirty days before, and without a day', () => {
  expect(isListed('2026-12-22', '2026-11-22')).toBe(true);
  expect(isListed('2026-12-23', '2026-11-22')).toBe(false);
  expect(isListed('2020-01-01', '2026-11-22')).toBe(true);
  expect(isListed(null, '2026-11-22')).toBe(true);
});
