import type { PersonLoad } from './load.ts';

/** What being on call is made good with, in hours of time off or in money; each is 0 where nothing is given. */
export interface CompensationRules {
  /** `h` for hours of time off, else a currency: `EUR`. */
  readonly unit: string;
  readonly perHourOrdinary: number;
  readonly perHourNight: number;
  readonly perHourWeekend: number;
  readonly perPageAtNight: number;
  readonly perHourAwake: number;
}

/** The SRE workbook (chapter 8) leaves the sum to the organisation: until it says one, the sheet tells the hours alone. */
export const noCompensation: CompensationRules = {
  unit: 'h',
  perHourOrdinary: 0,
  perHourNight: 0,
  perHourWeekend: 0,
  perPageAtNight: 0,
  perHourAwake: 0,
};

/** What somebody is owed by the rules, to a hundredth of the unit. */
export const compensationOf = (load: PersonLoad, rules: CompensationRules): number =>
  Math.round(
    (load.hoursOrdinary * rules.perHourOrdinary +
      load.hoursNight * rules.perHourNight +
      load.hoursWeekend * rules.perHourWeekend +
      load.pagesAtNight * rules.perPageAtNight +
      load.hoursAwake * rules.perHourAwake) *
      100,
  ) / 100;

const columns = [
  'person',
  'zone',
  'from',
  'to',
  'shifts',
  'hours on call',
  'ordinary hours',
  'night hours',
  'weekend hours',
  'weekends',
  'pages',
  'pages at night',
  'hours awake',
  'compensation',
  'unit',
] as const;

/** The sheet as CSV (RFC 4180, lines end in CRLF): one line a person, and the sum of each column of numbers. */
export const compensationSheet = (
  loads: readonly PersonLoad[],
  rules: CompensationRules,
  window: { readonly from: string; readonly to: string },
): string => {
  const rows = loads.map((load) => [
    load.person,
    load.zone,
    window.from,
    window.to,
    load.shifts,
    load.hoursOnCall,
    load.hoursOrdinary,
    load.hoursNight,
    load.hoursWeekend,
    load.weekends,
    load.interrupts,
    load.pagesAtNight,
    load.hoursAwake,
    compensationOf(load, rules),
    rules.unit,
  ]);
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
};

/** Quoted where it must be; a text that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection). */
const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};
