import type { Member, ScheduleSpec } from './schedule.ts';

/** A half-open stretch `[from, to)` in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export type ShiftKind = 'rotation' | 'override' | 'cover' | 'shadow';

/** One person on call for a time. `layer` is null where an override or cover of the whole schedule says so. */
export interface Shift extends Stretch {
  readonly person: string;
  readonly layer: string | null;
  readonly kind: ShiftKind;
}

/**
 * Where a layer's order stands when a version of its schedule begins: turns up to `turn` are `held`, the one after it is `people[next]`
 * of the list in force then. Without it a rotation begins at its first turn with its first person.
 */
export interface Standing {
  /** Number of the last turn that had begun, by the version's own rotation; -1 before the first. */
  readonly turn: number;
  /** Who holds that turn. */
  readonly held: Member;
  /** Place in the list of whoever has the turn after it. */
  readonly next: number;
  /** What goes on until the rotation of this version begins, where it begins later than the version. */
  readonly lead: Lead | null;
}

/** A layer as an earlier version said it, going on until the new rotation starts. */
export interface Lead {
  readonly layer: ScheduleSpec['layers'][number];
  readonly zone: string;
  readonly standing: Standing | null;
}

/** What held from an instant on. `spec` is null while the schedule was deleted. */
export interface ScheduleVersion {
  /** Milliseconds since 1970; -Infinity for the first, which also says what was before it was written down. */
  readonly from: number;
  readonly spec: ScheduleSpec | null;
  /** By the layer's name. */
  readonly standings: Readonly<Record<string, Standing>>;
}

/**
 * Somebody takes over by hand: an override (all of the time) or an accepted cover (only where `replaces` is on call). Later ones lie
 * over earlier ones. Ends at `endedAt` where it was taken back; holds from when it was made, so that the past stays.
 */
export interface Take extends Stretch {
  readonly id: string;
  readonly person: string;
  readonly kind: 'override' | 'cover';
  readonly layer: string | null;
  readonly replaces: string | null;
  /** Order of making; ties by id. */
  readonly madeAt: number;
}

/** Somebody cannot be on call: time off, a public holiday. */
export interface Absence extends Stretch {
  readonly person: string;
}

/** What a calendar elsewhere says of one layer. */
export interface OutsideStretch extends Stretch {
  readonly layer: string;
  readonly person: string;
}

/** Who goes along with somebody: beside whoever pages reach first, never instead of them. */
export interface Shadowing extends Stretch {
  readonly person: string;
  /** Whom they go along with; null: whoever is on call. */
  readonly of: string | null;
  /** `reverse`: the learner is paged first and the other goes along. */
  readonly mode: 'shadow' | 'reverse';
}

/** Everything from which shifts follow. */
export interface Given {
  /** By `from`, ascending. */
  readonly versions: readonly ScheduleVersion[];
  readonly takes: readonly Take[];
  readonly absences: readonly Absence[];
  readonly outside: readonly OutsideStretch[];
  readonly shadowings: readonly Shadowing[];
}

/** Where a layer's order stood when a version began; null where it begins with its first turn. */
export const standingOf = ({ standings }: Pick<ScheduleVersion, 'standings'>, layer: string): Standing | null =>
  Object.hasOwn(standings, layer) ? standings[layer]! : null;
