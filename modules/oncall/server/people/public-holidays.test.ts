import { expect, it } from 'vitest';
import { holidayRegions, isHolidayRegion, publicHolidays } from './public-holidays.ts';

const of = async (code: string, from: string, to: string): Promise<string[]> =>
  (await publicHolidays(code, Temporal.PlainDate.from(from), Temporal.PlainDate.from(to))).map(
    ({ date, days }) => `${date.toString().slice(5)}${days > 1 ? ` ${days}` : ''}`,
  );

// Dates of the gazettes: Bavarian and Berlin holiday acts, gov.uk/bank-holidays, opm.gov (federal holidays), Turkish act 2429.
it.each([
  ['DE-BY', '2027-01-01', '2028-01-01', '01-01 01-06 03-26 03-29 05-01 05-06 05-17 05-27 10-03 11-01 12-25 12-26'],
  ['DE-BE', '2027-01-01', '2028-01-01', '01-01 03-08 03-26 03-29 05-01 05-06 05-17 10-03 12-25 12-26'],
  ['GB-ENG', '2026-12-01', '2027-01-02', '12-25 12-26 12-28 01-01'],
  ['US', '2026-11-01', '2026-12-31', '11-11 11-26 12-25'],
  ['TR', '2026-03-01', '2026-04-01', '03-20 3'],
])('%s from %s to %s', async (code, from, to, expected) => {
  expect((await of(code, from, to)).join(' ')).toBe(expected);
});

it('knows countries and their parts, and what is none', async () => {
  expect(await holidayRegions(null)).toContainEqual({ code: 'DE', name: 'Germany' });
  expect((await holidayRegions('DE')).map(({ code }) => code)).toContain('DE-BY');
  expect(await Promise.all(['DE', 'DE-BY', 'DE-XX', 'XX', ''].map(isHolidayRegion))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
