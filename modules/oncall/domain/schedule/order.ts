import { personOf, type Layer, type Member } from './schedule.ts';
import type { Standing } from './shift.ts';
import { lastTurnAt, positionOf } from './turns.ts';
import { localOfDate, type ZoneClock } from './zone-clock.ts';

/**
 * Who has which turn, while one list of people holds: turns up to `turn` are `held`, the one after it is `people[next]`, and from there
 * the list goes round.
 */
export interface Order {
  /** Instant from which it holds. */
  readonly from: number;
  readonly people: readonly Member[];
  readonly turn: number;
  readonly held: Member;
  readonly next: number;
}

/** A rotating layer: what orders are made of. */
type Rotating = Layer & { readonly rotation: NonNullable<Layer['rotation']> };

/** Where a turn is in its order: `index` null where somebody keeps it who came from an earlier list. */
export interface Place {
  readonly member: Member;
  readonly index: number | null;
}

export const placeOf = ({ rotation }: Rotating, order: Order, turn: number): Place => {
  if (turn <= order.turn) return { member: order.held, index: null };
  if (order.people.length === 0) return { member: null, index: null };
  const moved = positionOf(rotation, turn) - positionOf(rotation, order.turn + 1);
  const index = modulo(order.next + moved, order.people.length);
  return { member: order.people[index]!, index };
};

/**
 * The orders of a layer one after the other: its people, then each change at its date. With a standing (an edit at `from`) the present
 * holder keeps the running turn and the order goes on behind them; dated changes up to then are what the standing was made of.
 */
export const ordersOf = (layer: Rotating, clock: ZoneClock, from: number, standing: Standing | null): Order[] => {
  const changes = layer.changes
    .map((change) => ({ ...change, instant: instantOf(change.at, clock) }))
    .toSorted((a, b) => a.instant - b.instant);
  const past = standing === null ? [] : changes.filter(({ instant }) => instant <= from);
  const people = past.at(-1)?.people ?? layer.people;
  const orders: Order[] = [
    standing === null
      ? { from: -Infinity, people, turn: -1, held: null, next: 0 }
      : { from: -Infinity, people, turn: standing.turn, held: standing.held, next: standing.next },
  ];
  for (const change of changes.slice(past.length)) {
    const before = orders.at(-1)!;
    const turn = lastTurnAt(layer.rotation, clock, change.instant);
    orders.push({ from: change.instant, people: change.people, ...continued(layer, before, turn, change) });
  }
  return orders;
};

/** The list in force at an instant, and the order that it is in. */
export const orderAt = (orders: readonly Order[], instant: number): Order =>
  orders.findLast((order) => order.from <= instant) ?? orders[0]!;

/**
 * How another list goes on from an order in the middle of `turn`. Whoever holds the turn keeps it, also who is no longer in the list
 * (unless `at-once`); next is whoever follows them in the new list, or, where they left, whoever of the old order would have come next.
 */
export const continued = (
  layer: Rotating,
  before: Order,
  turn: number,
  { people, handover }: { readonly people: readonly Member[]; readonly handover: 'turn-end' | 'at-once' },
): Pick<Order, 'turn' | 'held' | 'next'> => {
  if (turn < 0) return { turn: -1, held: null, next: 0 };
  const { member } = placeOf(layer, before, turn);
  const step = positionOf(layer.rotation, turn + 1) - positionOf(layer.rotation, turn);
  const next = continuedIn(people, { layer, order: before, turn }, step);
  const stayed = people.find((each) => personOf(each) === personOf(member));
  // At once: the new order has this turn too, so the last kept one is the turn before.
  if (handover === 'at-once' && stayed === undefined) return { turn: turn - 1, held: null, next };
  return { turn, held: stayed ?? member, next };
};

/**
 * Place in the new list of whoever comes after a turn of an old order: who follows its holder there; where the holder left, whoever of
 * the old order would have come next and stayed. `step` says how far the new order moves on at its next hand-off.
 */
export const continuedIn = (
  people: readonly Member[],
  { layer, order, turn }: { readonly layer: Rotating; readonly order: Order; readonly turn: number },
  step: number,
): number => {
  if (people.length === 0) return 0;
  const { member, index } = placeOf(layer, order, turn);
  const oldStep = positionOf(layer.rotation, turn + 1) - positionOf(layer.rotation, turn);
  const upcoming = index === null ? order.next : index + oldStep;
  const old = order.people;
  const stayed = bestMatch(people, member, old, upcoming - oldStep);
  if (stayed !== null) return modulo(stayed + step, people.length);
  for (let ahead = 0; ahead < old.length; ahead += 1) {
    const found = bestMatch(people, old[modulo(upcoming + ahead, old.length)]!, old, upcoming + ahead);
    if (found !== null) return found;
  }
  return 0;
};

/**
 * Where somebody is in the new list. Who is in it several times (and buffers) are told apart by what follows: the place whose followers
 * agree longest with the old ones.
 */
const bestMatch = (
  people: readonly Member[],
  member: Member,
  old: readonly Member[],
  oldIndex: number,
): number | null => {
  let best: { index: number; agree: number } | null = null;
  for (let index = 0; index < people.length; index += 1) {
    if (personOf(people[index]!) !== personOf(member)) continue;
    const agree = agreeing(people, index, old, oldIndex);
    if (best === null || agree > best.agree) best = { index, agree };
  }
  return best?.index ?? null;
};

const agreeing = (people: readonly Member[], index: number, old: readonly Member[], oldIndex: number): number => {
  if (old.length === 0) return 0;
  for (let ahead = 1; ahead <= people.length; ahead += 1) {
    const mine = personOf(people[modulo(index + ahead, people.length)]!);
    if (mine !== personOf(old[modulo(oldIndex + ahead, old.length)]!)) return ahead - 1;
  }
  return people.length;
};

/** A date is midnight of the zone, an instant itself. */
export const instantOf = (text: string, clock: ZoneClock): number =>
  text.length === 10 ? clock.toInstant(localOfDate(text)) : Temporal.Instant.from(text).epochMilliseconds;

export const isRotating = (layer: Layer): layer is Rotating => layer.rotation !== null;
export type { Rotating };

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
