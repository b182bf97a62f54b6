import {
  continuedIn,
  instantOf,
  isRotating,
  orderAt,
  ordersOf,
  placeOf,
  type Order,
  type Place,
  type Rotating,
} from './order.ts';
import { personOf, type Layer, type Member, type ScheduleSpec } from './schedule.ts';
import { standingOf, type Lead, type ScheduleVersion, type Standing, type Stretch } from './shift.ts';
import { beginningOf, lastTurnAt, positionOf } from './turns.ts';
import { dayMs, zoneClock, type ZoneClock } from './zone-clock.ts';

/** The first version of a schedule: it says what was before, too, because nothing else does. */
export const firstVersion = (spec: ScheduleSpec): ScheduleVersion => ({ from: -Infinity, spec, standings: {} });

/**
 * The version that an edit at `at` makes. What was stays, because the version before answers for it. In each layer of the same name
 * whoever holds the running turn keeps it to its end (to the hand-off of the new rotation that is nearest to that end), and the new
 * order goes on behind them. A rotation that starts only later leaves the old one on until then. New layers begin with their first
 * turn; restrictions, hours and the order of layers hold at once.
 */
export const versionAfter = (before: ScheduleVersion, spec: ScheduleSpec, at: number): ScheduleVersion => {
  const standings: Record<string, Standing> = {};
  for (const layer of spec.layers) {
    const old = before.spec?.layers.find(({ name }) => name === layer.name);
    if (!old || !isRotating(layer) || before.spec === null) continue;
    const given = { layer: old, zone: before.spec.zone, standing: standingOf(before, layer.name) };
    const standing = standingAfter({ ...given, from: before.from }, { layer, zone: spec.zone }, at);
    if (standing !== null) standings[layer.name] = standing;
  }
  return { from: at, spec, standings };
};

/** The version that deleting makes: nobody is on call from `at` on. */
export const deletedVersion = (at: number): ScheduleVersion => ({ from: at, spec: null, standings: {} });

interface Kept extends Lead {
  /** When the version began that said so. */
  readonly from: number;
}

/** What runs in a layer at an instant: its rotation, or the one before it that goes on until it starts. */
interface Running {
  readonly layer: Rotating;
  readonly zone: string;
  readonly clock: ZoneClock;
  readonly order: Order;
  readonly turn: number;
  readonly place: Place;
}

const standingAfter = (
  old: Kept,
  next: { readonly layer: Rotating; readonly zone: string },
  at: number,
): Standing | null => {
  const running = runningAt(old, at);
  // Nobody had a turn yet, so there is nobody to keep.
  if (running === null) return null;
  const near: Stretch = { from: at - 366 * dayMs, to: at + 366 * dayMs };
  const clock = zoneClock(next.layer.zone ?? next.zone, near);
  const begin = beginningOf(next.layer.rotation, clock);
  if (begin > at) {
    const standing = standingAt(running, running.layer, running.clock, running.turn, at);
    return { turn: -1, held: null, next: 0, lead: { layer: running.layer, zone: running.zone, standing } };
  }
  const end = beginningOf(running.layer.rotation, running.clock, running.turn + 1);
  return standingAt(running, next.layer, clock, turnNearest(next.layer, clock, { at, end }), at);
};

const runningAt = (old: Kept, at: number): Running | null => {
  if (!isRotating(old.layer)) return null;
  const clock = zoneClock(old.layer.zone ?? old.zone, { from: at - 366 * dayMs, to: at + 366 * dayMs });
  const lead = old.standing?.lead ?? null;
  if (lead !== null && at < beginningOf(old.layer.rotation, clock)) return runningAt({ ...lead, from: old.from }, at);
  const turn = lastTurnAt(old.layer.rotation, clock, at);
  if (turn < 0) return null;
  const standing = lead === null ? old.standing : null;
  const order = orderAt(ordersOf(old.layer, clock, old.from, standing), at);
  return { layer: old.layer, zone: old.zone, clock, order, turn, place: placeOf(old.layer, order, turn) };
};

/** Where the order of `layer` stands when `turn` of its rotation is held by whoever runs now. */
const standingAt = (running: Running, layer: Rotating, clock: ZoneClock, turn: number, at: number): Standing => {
  const people = peopleAt(layer, clock, at);
  const step = positionOf(layer.rotation, turn + 1) - positionOf(layer.rotation, turn);
  const { member } = running.place;
  return {
    turn,
    held: people.find((each) => personOf(each) === personOf(member)) ?? member,
    next: continuedIn(people, { layer: running.layer, order: running.order, turn: running.turn }, step),
    lead: null,
  };
};

/** The turn of the new rotation that ends nearest to the end of the running one, of those that end after now. */
const turnNearest = (
  layer: Rotating,
  clock: ZoneClock,
  { at, end }: { readonly at: number; readonly end: number },
): number => {
  const turn = lastTurnAt(layer.rotation, clock, end);
  const begin = beginningOf(layer.rotation, clock, Math.max(turn, 0));
  const after = beginningOf(layer.rotation, clock, turn + 1);
  const earlier = begin > at && end - begin <= after - end;
  return Math.max(earlier ? turn - 1 : turn, 0);
};

const peopleAt = (layer: Layer, clock: ZoneClock, at: number): readonly Member[] =>
  layer.changes
    .map(({ at: said, people }) => ({ instant: instantOf(said, clock), people }))
    .toSorted((a, b) => a.instant - b.instant)
    .findLast(({ instant }) => instant <= at)?.people ?? layer.people;
