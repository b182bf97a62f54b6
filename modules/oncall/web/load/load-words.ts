import type { Load } from '../../contract/load.ts';

export type PersonLoad = Load['people'][number];

/** Hours for the eye: `0 h`, `4.5 h`, `168 h`; some is never `0`. */
export const hoursText = (hours: number): string =>
  hours > 0 && hours < 0.05
    ? '< 0.1\u202fh'
    : `${hours >= 10 || Number.isInteger(hours) ? Math.round(hours) : hours.toFixed(1)}\u202fh`;

/** A fairness index from 1/n to 1 in two digits; no load is no fairness. */
export const fairnessText = (value: number | null): string => (value === null ? '–' : value.toFixed(2));

/** A row of the chart: hours on call of one person, in parts of the longest row. */
export interface LoadBar {
  readonly person: string;
  readonly ordinary: number;
  readonly night: number;
  readonly weekend: number;
  readonly total: number;
}

/** People with any load, the most loaded first, each part as a share (0 to 1) of the most loaded person's hours. */
export const loadBars = (people: readonly PersonLoad[]): readonly LoadBar[] => {
  const most = Math.max(...people.map((each) => each.hoursOnCall), 0);
  const share = (hours: number): number => (most === 0 ? 0 : hours / most);
  return people
    .filter((each) => each.hoursOnCall > 0)
    .toSorted((a, b) => b.hoursOnCall - a.hoursOnCall)
    .map(({ person, hoursOrdinary, hoursNight, hoursWeekend, hoursOnCall }) => ({
      person,
      ordinary: share(hoursOrdinary),
      night: share(hoursNight),
      weekend: share(hoursWeekend),
      total: hoursOnCall,
    }));
};

const csvColumns = [
  'person',
  'zone',
  'shifts',
  'hoursOnCall',
  'hoursOrdinary',
  'hoursNight',
  'hoursWeekend',
  'weekends',
  'interrupts',
  'interruptsHigh',
  'pagesAtNight',
  'pagesOnWeekends',
  'hoursAwake',
] as const satisfies readonly (keyof PersonLoad)[];

/** RFC 4180: fields with commas, quotes or lines in quotes; a text that a spreadsheet would compute is kept a text. */
const csvField = (value: string | number): string => {
  const text = typeof value === 'string' && /^[=+\-@\t]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The table of people as a sheet. */
export const csvOf = (people: readonly PersonLoad[]): string =>
  [csvColumns.join(','), ...people.map((each) => csvColumns.map((column) => csvField(each[column])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('');

export const sizeWords = {
  enough: 'enough people',
  least: 'the least there may be',
  'too-few': 'too few people',
} as const;
