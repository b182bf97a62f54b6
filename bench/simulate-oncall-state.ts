import type { Dice } from './simulate-oncall-random.ts';
import type { TakenByGateway } from './simulate-oncall-providers.ts';
import type { SimulatedWorld } from './simulate-oncall-world.ts';

/** Schedules that are kept at once. */
export const scheduleCount = 20;
export const peopleNames = Array.from({ length: 12 }, (_, index) => `s${index + 1}`);

/** A page as the simulation knows it. */
export interface Known {
  state: 'open' | 'answered';
  /** A snooze ends by itself: then it is open again. */
  snoozedUntil: number | null;
  readonly keys: Map<string, string>;
}

/** Everything of one simulation. */
export interface State {
  readonly dice: Dice;
  readonly world: SimulatedWorld;
  readonly zones: string[];
  readonly used: Set<string>;
  readonly faults: Record<string, number>;
  readonly wrongs: string[];
  readonly pages: Map<string, Known>;
  readonly stale: Awaited<ReturnType<SimulatedWorld['abandon']>>[];
  /** Who was on call when that was now, by schedule. */
  readonly past: { readonly schedule: string; readonly atMs: number; readonly person: string | null }[];
  /** Keys of SMS of which a receipt said that they arrived, with how many calls had come by then. */
  readonly delivered: Map<string, number>;
  /** What the gateways report of in a later step. */
  readonly late: Set<TakenByGateway>;
  seen: number;
  gaps: number;
  at: Temporal.Instant;
}
