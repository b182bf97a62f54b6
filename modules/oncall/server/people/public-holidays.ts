import type Holidays from 'date-holidays';
import { Refusal } from '../../../../kernel/problem.ts';

/** A country, or a part of one, whose public holidays are known. */
export interface HolidayRegion {
  /** `DE`, `DE-BY`. */
  readonly code: string;
  readonly name: string;
}

/** A public holiday: so many days from a date on. */
export interface PublicHoliday {
  readonly date: Temporal.PlainDate;
  readonly days: number;
  readonly name: string;
}

const dayMs = 86_400_000;

/** Loaded when somebody first asks: its rules of all countries are megabytes. */
let library: Promise<typeof Holidays> | null = null;
const loaded = (): Promise<typeof Holidays> => (library ??= import('date-holidays').then((module) => module.default));

/** Countries by name; with a country, its parts that have holidays of their own. */
export const holidayRegions = async (country: string | null): Promise<HolidayRegion[]> => {
  const known = new (await loaded())();
  const found = country === null ? known.getCountries('en') : (known.getStates(country, 'en') ?? {});
  return Object.entries(found)
    .map(([code, name]) => ({ code: country === null ? code : `${country}-${code}`, name }))
    .toSorted((one, other) => one.name.localeCompare(other.name, 'en'));
};

export const isHolidayRegion = async (code: string): Promise<boolean> => {
  const [country = '', ...part] = code.split('-');
  const countries = await holidayRegions(null);
  if (!countries.some((each) => each.code === country)) return false;
  return part.length === 0 || (await holidayRegions(country)).some((each) => each.code === code);
};

/**
 * Public holidays of a region that touch `from` to `to`, by date. Only days off by law: neither observances nor bank or school
 * holidays. A holiday that begins at sunset counts from the day it is named for.
 */
export const publicHolidays = async (
  code: string,
  from: Temporal.PlainDate,
  to: Temporal.PlainDate,
): Promise<PublicHoliday[]> => {
  const [country = '', ...part] = code.split('-');
  const Library = await loaded();
  const region = part.length === 0 ? new Library(country) : new Library(country, part.join('-'));
  const years = Array.from({ length: to.year - from.year + 2 }, (_, index) => from.year - 1 + index);
  return years
    .flatMap((year) => region.getHolidays(year))
    .filter(({ type }) => type === 'public')
    .map(({ date, start, end, name }) => ({
      date: Temporal.PlainDate.from(date.slice(0, 10)),
      days: Math.max(1, Math.floor((end.getTime() - start.getTime()) / dayMs)),
      name,
    }))
    .filter(
      ({ date, days }) =>
        Temporal.PlainDate.compare(date.add({ days }), from) > 0 && Temporal.PlainDate.compare(date, to) < 0,
    )
    .toSorted((one, other) => Temporal.PlainDate.compare(one.date, other.date));
};

/** Throws where nobody knows the public holidays of a region. */
export const refuseUnknownRegion = async (region: string | null | undefined): Promise<void> => {
  if (!region || (await isHolidayRegion(region))) return;
  const message = `the public holidays of ${region} are not known; GET /api/v1/holiday-regions lists regions`;
  throw new Refusal({
    status: 422,
    code: 'oncall.holiday-region-unknown',
    title: 'There is no such region',
    detail: message,
    errors: [{ path: 'body.holidays', message }],
  });
};
