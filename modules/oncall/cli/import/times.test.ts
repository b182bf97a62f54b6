import { expect, it } from 'vitest';
import { joinedDays } from './times.ts';

it('keeps hours of every day where hours of one day are the same', () => {
  const hours = { from: '08:00', to: '17:00' };
  expect(
    joinedDays([
      { days: [], ...hours },
      { days: ['mon'], ...hours },
    ]),
  ).toEqual([{ days: [], ...hours }]);
  expect(
    joinedDays([
      { days: ['tue'], ...hours },
      { days: ['mon'], ...hours },
    ]),
  ).toEqual([{ days: ['mon', 'tue'], ...hours }]);
});
