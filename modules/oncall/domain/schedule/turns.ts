import { minutesOf } from './fields.ts';
import { weekdays, type Rotation } from './schedule.ts';
import type { Stretch } from './shift.ts';
import { dayMs, localOfDate, weekdayOf, type ZoneClock } from './zone-clock.ts';

/** A piece of one turn. `position` says how far the order of people has moved on; it is the number of the turn except for periods. */
export interface Turn extends Stretch {
  readonly turn: number;
  readonly position: number;
}

/** A turn, or a day of it, on the wall clock. */
interface Slot {
  readonly turn: number;
  readonly position: number;
  readonly from: number;
  readonly to: number;
}

/** The endless row of slots of a rotation; those before 0 do not exist. */
interface Slots {
  /** Index of the last slot that begins at or before a local time. */
  indexAt(local: number): number;
  /** Null where the rotation leaves it out (a day that is not one of its days). */
  slot(index: number): Slot | null;
}

const hourMs = 3_600_000;
/** Local and universal time differ by less than this, also around a day that was skipped. */
const reachMs = 2 * dayMs;
/** Hours of a week: after so many slots a listed day has come, or none will. */
const slotsLookedAt = 168;

/**
 * The turns of a rotation that touch `window`, in order; a turn may reach out of it. A turn begins when the wall clock of the zone shows its hand-off and ends
 * where a later one begins, whatever the clock did between: where a change of the clock makes a turn begin at or after the next one
 * (an hour that is skipped), it does not take place.
 */
export const turnsOf = (rotation: Rotation, clock: ZoneClock, window: Stretch): Turn[] => {
  const slots = slotsOf(rotation);
  const first = Math.max(0, slots.indexAt(clock.toLocal(window.from) - reachMs));
  const last = slots.indexAt(clock.toLocal(window.to) + reachMs);
  const found: Turn[] = [];
  let laterFrom = Infinity;
  for (let index = last; index >= first; index -= 1) {
    const slot = slots.slot(index);
    if (slot === null) continue;
    const from = clock.toInstant(slot.from);
    const to = Math.min(clock.toInstant(slot.to), laterFrom);
    laterFrom = Math.min(laterFrom, from);
    if (from < to && from < window.to && to > window.from)
      found.push({ turn: slot.turn, position: slot.position, from, to });
  }
  return joined(found.reverse());
};

/** Number of the last turn that had begun at an instant; -1 before the first. */
export const lastTurnAt = (rotation: Rotation, clock: ZoneClock, instant: number): number => {
  const slots = slotsOf(rotation);
  for (let index = slots.indexAt(clock.toLocal(instant)) + 2; index >= 0; index -= 1) {
    const slot = slots.slot(index);
    if (slot !== null && clock.toInstant(slot.from) <= instant) return slot.turn;
  }
  return -1;
};

/** How far the order has moved on at a turn; 0 at the first. */
export const positionOf = ({ handoffs, advance }: Rotation, turn: number): number => {
  if (handoffs.length === 0 || advance === 'handoff') return turn;
  return Math.floor(turn / handoffs.length) + modulo(turn, handoffs.length);
};

/** False where `days` leave out every turn there is: weeks of hours that all begin on one other day. */
export const everBegins = (rotation: Rotation): boolean => {
  const slots = slotsOf(rotation);
  return Array.from({ length: slotsLookedAt }, (_, index) => index).some((index) => slots.slot(index) !== null);
};

/** The instant at which a turn (by default the first) begins. */
export const beginningOf = (rotation: Rotation, clock: ZoneClock, turn = 0): number => {
  const slots = slotsOf(rotation);
  let low = 0;
  let high = 1;
  while (firstFrom(slots, high).turn < turn) high *= 2;
  // Turns only ever go up along the slots.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (firstFrom(slots, middle).turn >= turn) high = middle;
    else low = middle + 1;
  }
  return clock.toInstant(firstFrom(slots, low).from);
};

/** The first slot from an index on that takes place; among a week of hours there is one. */
const firstFrom = (slots: Slots, index: number): Slot => {
  for (let at = index; ; at += 1) {
    const slot = slots.slot(at);
    if (slot !== null) return slot;
    if (at > index + slotsLookedAt) throw new RangeError('a rotation without any day');
  }
};

/** Days of one turn that follow each other without a break are one piece. */
const joined = (turns: readonly Turn[]): Turn[] => {
  const found: Turn[] = [];
  for (const each of turns) {
    const before = found.at(-1);
    if (before && before.turn === each.turn && before.to === each.from)
      found[found.length - 1] = { ...before, to: each.to };
    else found.push(each);
  }
  return found;
};

const slotsOf = (rotation: Rotation): Slots => {
  const start = localOfDate(rotation.start) + minutesOf(rotation.handoffAt) * 60_000;
  const { unit, length } = rotation;
  if (unit === 'week' && rotation.handoffs.length > 0) return splitWeeks(rotation);
  if (unit === 'hour') return hours(rotation, start);
  if (rotation.days.length > 0) return daysOf(rotation, start);
  if (unit === 'month') return months(start, length);
  return even(start, length * (unit === 'week' ? 7 : 1) * dayMs);
};

const even = (start: number, step: number): Slots => ({
  indexAt: (local) => Math.floor((local - start) / step),
  slot: (index) => ({ turn: index, position: index, from: start + index * step, to: start + (index + 1) * step }),
});

/** The same day of the month; the last one where a month does not have it. Counted from the start, so the 31st comes back. */
const months = (start: number, length: number): Slots => {
  const from = (index: number): number => monthsAfter(start, index * length);
  return {
    indexAt: (local) => {
      const near = Math.floor(monthsBetween(start, local) / length);
      return from(near) > local ? near - 1 : near;
    },
    slot: (index) => ({ turn: index, position: index, from: from(index), to: from(index + 1) }),
  };
};

const hours = (rotation: Rotation, start: number): Slots => {
  const step = rotation.length * hourMs;
  const plain = even(start, step);
  if (rotation.days.length === 0) return plain;
  const listed = listedDays(rotation);
  // After this many slots the weekdays repeat.
  const cycle = leastCommonMultiple(rotation.length, 168) / rotation.length;
  const before = countBefore(cycle, (index) => listed.has(weekdayOf(start + index * step)));
  return {
    indexAt: plain.indexAt,
    slot: (index) => {
      const { from, to } = plain.slot(index)!;
      if (!listed.has(weekdayOf(from))) return null;
      const turn = before(index);
      return { turn, position: turn, from, to };
    },
  };
};

/** Day after day; what a turn is depends on the unit. */
const daysOf = (rotation: Rotation, start: number): Slots => {
  const listed = listedDays(rotation);
  const before = countBefore(7, (index) => listed.has(weekdayOf(start + index * dayMs)));
  const monthly = months(start, rotation.length);
  const turnOf = (index: number): number => {
    if (rotation.unit === 'day') return Math.floor(before(index) / rotation.length);
    if (rotation.unit === 'week') return Math.floor(index / (7 * rotation.length));
    return monthly.indexAt(start + index * dayMs);
  };
  return {
    indexAt: (local) => Math.floor((local - start) / dayMs),
    slot: (index) => {
      const from = start + index * dayMs;
      if (!listed.has(weekdayOf(from))) return null;
      const turn = turnOf(index);
      return { turn, position: turn, from, to: from + dayMs };
    },
  };
};

/** Several hand-offs a period. The first turn begins at the first hand-off on or after the start. */
const splitWeeks = (rotation: Rotation): Slots => {
  const { length, handoffs } = rotation;
  const base = localOfDate(rotation.start);
  const period = length * 7 * dayMs;
  const offsets = handoffs
    .map(({ day, at, week }) => {
      const ahead = modulo(weekdays.indexOf(day) - weekdayOf(base), 7);
      return ((week - 1) * 7 + ahead) * dayMs + minutesOf(at) * 60_000;
    })
    .toSorted((a, b) => a - b);
  const from = (index: number): number =>
    base + Math.floor(index / offsets.length) * period + offsets[modulo(index, offsets.length)]!;
  return {
    indexAt: (local) => {
      const whole = Math.floor((local - base) / period);
      const rest = local - base - whole * period;
      return whole * offsets.length + offsets.filter((offset) => offset <= rest).length - 1;
    },
    slot: (index) => ({ turn: index, position: positionOf(rotation, index), from: from(index), to: from(index + 1) }),
  };
};

const listedDays = ({ days }: Rotation): ReadonlySet<number> => new Set(days.map((day) => weekdays.indexOf(day)));

/** How many of the slots before one are listed, where `listed` repeats after `cycle`. */
const countBefore = (cycle: number, listed: (index: number) => boolean): ((index: number) => number) => {
  const sums = [0];
  for (let index = 0; index < cycle; index += 1) sums.push(sums[index]! + (listed(index) ? 1 : 0));
  return (index) => Math.floor(index / cycle) * sums[cycle]! + sums[modulo(index, cycle)]!;
};

const monthsAfter = (local: number, count: number): number => {
  const at = new Date(local);
  const month = at.getUTCMonth() + count;
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const midnight = Date.UTC(at.getUTCFullYear(), month, Math.min(at.getUTCDate(), lastDay));
  return midnight + modulo(local, dayMs);
};

const monthsBetween = (from: number, to: number): number => {
  const [first, second] = [new Date(from), new Date(to)];
  return (second.getUTCFullYear() - first.getUTCFullYear()) * 12 + second.getUTCMonth() - first.getUTCMonth();
};

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

const leastCommonMultiple = (one: number, other: number): number => {
  let [a, b] = [one, other];
  while (b > 0) [a, b] = [b, a % b];
  return (one / a) * other;
};
