import { errorAt, type Finding, type Path } from './finding.ts';
import type { Shape } from './shape.ts';

/** OpenSLO's duration shorthand: a whole number and one of m, h, d, w, M (months), Q, Y. */
export interface Duration {
  readonly count: number;
  readonly unit: 'm' | 'h' | 'd' | 'w' | 'M' | 'Q' | 'Y';
}

const form = /^(\d{1,9})([mhdwMQY])$/;

export const parseDuration = (text: unknown): Duration | null => {
  const match = typeof text === 'string' ? form.exec(text) : null;
  if (!match || Number(match[1]) === 0) return null;
  return { count: Number(match[1]), unit: match[2] as Duration['unit'] };
};

/** As minutes; a month counts as 30 days, a quarter as 91, a year as 365, as everywhere for rolling windows. */
export const minutesOf = ({ count, unit }: Duration): number =>
  count * { m: 1, h: 60, d: 1_440, w: 10_080, M: 43_200, Q: 131_040, Y: 525_600 }[unit];

/** `1m`, `4w`, `1M`; zero only where `mayBeZero`. */
export const duration =
  ({ mayBeZero = false } = {}): Shape =>
  (value, path) =>
    parseDuration(value) || (mayBeZero && typeof value === 'string' && /^0+[mhdwMQY]$/.test(value))
      ? []
      : [wrongDuration(value, path)];

const wrongDuration = (value: unknown, path: Path): Finding => {
  const written = typeof value === 'string' ? `\`${value.slice(0, 40)}\`` : JSON.stringify(value);
  const seconds = typeof value === 'string' && /^\d+s$/.test(value) ? ' (seconds do not exist there)' : '';
  return errorAt(
    path,
    `${written} is not a duration${seconds}; write a whole number and one letter: 5m, 1h, 28d, 4w, 1M (month), 1Q, 1Y`,
  );
};

/** The shortest duration that says so many minutes: 40320 is `4w`. */
export const durationText = (minutes: number): string => {
  for (const [unit, length] of [
    ['w', 10_080],
    ['d', 1_440],
    ['h', 60],
  ] as const)
    if (minutes % length === 0) return `${minutes / length}${unit}`;
  return `${minutes}m`;
};
