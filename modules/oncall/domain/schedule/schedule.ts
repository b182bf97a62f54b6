/** What a schedule says, as a document says it with its defaults filled in. Times of day are `HH:MM` on the wall clock of a zone. */

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Limits of one schedule; an expansion is bounded by them. */
export const scheduleLimits = {
  nameLength: 63,
  layers: 20,
  people: 200,
  changes: 200,
  restrictions: 50,
  handoffs: 14,
  overrides: 2_000,
  lengthMax: 1_000,
  /** Longest stretch that one question may ask about, in days: three years and some. */
  windowDays: 1_100,
} as const;

/**
 * Hours of days. They begin on the days named, at `from`; where `to` is not after `from` they end on the day after (over midnight), so
 * equal times are a whole day. `24:00` is midnight at the end of the day. No days are all days.
 */
export interface Hours {
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
}

/** Somebody in a rotation with their own zone and working hours: outside of them the turn falls to the next layer. */
export interface MemberWithHours {
  readonly person: string;
  /** Null: the zone of the layer. */
  readonly zone: string | null;
  /** None: round the clock. */
  readonly hours: readonly Hours[];
}

/** Who has a turn: the name of a person, a person with working hours, or null for a buffer that nobody of this layer holds. */
export type Member = string | MemberWithHours | null;

/** One of several hand-offs of a week: `week` 1 is the first of the period's `length` weeks. */
export interface Handoff {
  readonly day: Weekday;
  readonly at: string;
  readonly week: number;
}

export interface Rotation {
  readonly unit: 'hour' | 'day' | 'week' | 'month';
  /** A turn lasts this many units. */
  readonly length: number;
  /** The local date on which the first turn begins, `2026-01-05`; its weekday is that of a weekly hand-off. */
  readonly start: string;
  /** Wall-clock time of the hand-off in the layer's zone. */
  readonly handoffAt: string;
  /** Only on these days (from hand-off to hand-off). Units of hours and days count them alone, so everybody keeps their turns. */
  readonly days: readonly Weekday[];
  /** Uneven splits of the week (unit week only), e.g. Monday and Friday; empty: one hand-off at `handoffAt`. */
  readonly handoffs: readonly Handoff[];
  /** With `handoffs`: `handoff` gives each part to the next person, `period` moves the whole order on by one each period. */
  readonly advance: 'handoff' | 'period';
}

/** Who is in the rotation from a date on. A date is midnight of the layer's zone. */
export interface MemberChange {
  /** `2026-03-01` or an instant. */
  readonly at: string;
  readonly people: readonly Member[];
  /** Whether who holds the turn then keeps it to its end, or the new order takes over in the middle of it. */
  readonly handover: 'turn-end' | 'at-once';
}

/** A calendar elsewhere whose events say who is on call. */
export interface OutsideCalendar {
  readonly url: string;
}

export interface Layer {
  readonly name: string;
  /** Null: the zone of the schedule. */
  readonly zone: string | null;
  /** Null where `calendar` says who. */
  readonly rotation: Rotation | null;
  readonly calendar: OutsideCalendar | null;
  readonly people: readonly Member[];
  readonly changes: readonly MemberChange[];
  readonly restrictions: readonly Hours[];
  /** When who has the turn is away: `next` lets the next one of the order who is not away cover, `leave` the next layer. */
  readonly whenAway: 'next' | 'leave';
}

/** An override that a document says; those by hand are kept apart and are not touched by files. */
export interface SaidOverride {
  readonly person: string;
  readonly from: string;
  readonly to: string;
  /** Only within this layer; null: whoever the whole schedule says. */
  readonly layer: string | null;
  /** Only where this person would be on call; null: all the time. */
  readonly replaces: string | null;
  readonly note: string;
}

export interface ScheduleSpec {
  readonly title: string;
  readonly description: string;
  readonly team: string | null;
  readonly zone: string;
  /** First layer first: each fills only what those before it leave. */
  readonly layers: readonly Layer[];
  readonly overrides: readonly SaidOverride[];
}

export const personOf = (member: Member): string | null =>
  member === null || typeof member === 'string' ? member : member.person;
