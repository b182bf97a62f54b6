import { secondsOf } from '../../../../kernel/time-span.ts';
import { sameZone } from '../../../../kernel/zone.ts';
import type { Wishes } from './rules.ts';

/** What a file says and what the person said by hand; each thing said by hand wins over the file's. */
export interface SaidOfPerson {
  readonly file: Wishes | null;
  readonly hand: Partial<Wishes>;
}

const parts = ['zone', 'rules', 'quietHours', 'workingHours', 'notices', 'holidays'] as const;
export type WishPart = (typeof parts)[number];

/** What is in force; UTC for a person of whom nobody said where they live. */
export const wishesInForce = ({ file, hand }: SaidOfPerson): Wishes => ({
  ...file,
  ...withoutMissing(hand),
  zone: hand.zone ?? file?.zone ?? 'UTC',
});

export const saidByHand = (hand: Partial<Wishes>): WishPart[] => parts.filter((part) => hand[part] !== undefined);

/** Which parts differ in meaning: two names of one zone, or two spellings of one duration, do not. */
export const changedParts = (before: Partial<Wishes>, after: Partial<Wishes>): WishPart[] =>
  parts.filter((part) => !meansSame(before[part], after[part], part));

/** True where two values of a document's field say the same: `UTC` and `Etc/UTC`, `PT1M` and `PT60S`. */
export const meansSame = (before: unknown, after: unknown, field: string): boolean => {
  if (typeof before === 'string' && typeof after === 'string') {
    if (field === 'zone' || field.endsWith('.zone')) return sameZone(before, after);
    if (field.endsWith('after') || field.endsWith('shiftBefore')) {
      const seconds = secondsOf(before);
      return before === after || (seconds !== null && seconds === secondsOf(after));
    }
    return before === after;
  }
  if (!isObject(before) || !isObject(after)) return (before ?? null) === (after ?? null);
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].every((name) => meansSame(before[name], after[name], name));
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const withoutMissing = <Part extends object>(part: Part): Part =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as Part;
