import { allowedBy } from './hours.ts';
import { isRotating, ordersOf, placeOf, type Order, type Place, type Rotating } from './order.ts';
import { personOf, type Layer, type Member } from './schedule.ts';
import type { Lead, OutsideStretch, Shift, Standing, Stretch } from './shift.ts';
import { clipped, united, within, without } from './stretches.ts';
import { beginningOf, turnsOf } from './turns.ts';
import type { ZoneClock } from './zone-clock.ts';

/** What the layers of one expansion share. */
export interface Around {
  /** The clock of a zone near the window; made once. */
  clock(zone: string): ZoneClock;
  /** Times in which somebody is away, sorted and apart. */
  away(person: string): readonly Stretch[];
  outside(layer: string): readonly OutsideStretch[];
}

/** One layer of one version: since when it holds so, and where its order stood then. */
export interface LayerInForce {
  readonly layer: Layer;
  /** Zone of the schedule. */
  readonly zone: string;
  readonly from: number;
  readonly standing: Standing | null;
}

/** Shifts of one layer alone within a window: its turns, without what restrictions and hours leave out, covered where people are away. */
export const shiftsOfLayer = (given: LayerInForce, window: Stretch, around: Around): Shift[] => {
  if (window.from >= window.to) return [];
  const { layer } = given;
  const clock = around.clock(layer.zone ?? given.zone);
  const allowed = layer.restrictions.length === 0 ? null : allowedBy(layer.restrictions, clock, window);
  const restrict = (one: Stretch): Stretch[] => (allowed === null ? [one] : within(one, allowed));
  if (!isRotating(layer)) {
    return clipped(around.outside(layer.name), window).flatMap(({ from, to, person }) =>
      restrict({ from, to }).flatMap((part) =>
        without(part, around.away(person)).map((free) => ({
          ...free,
          person,
          layer: layer.name,
          kind: 'rotation' as const,
        })),
      ),
    );
  }
  const lead = given.standing?.lead ?? null;
  const begin = lead === null ? -Infinity : beginningOf(layer.rotation, clock);
  const main = { from: Math.max(window.from, begin), to: window.to };
  const before = { from: window.from, to: Math.min(window.to, begin) };
  return [
    ...(lead === null ? [] : shiftsOfLead(lead, given.from, before, around)),
    ...rotated({ ...given, layer, standing: lead === null ? given.standing : null }, clock, main, around, restrict),
  ];
};

const shiftsOfLead = (lead: Lead, from: number, window: Stretch, around: Around): Shift[] =>
  shiftsOfLayer({ layer: lead.layer, zone: lead.zone, from, standing: lead.standing }, window, around);

const rotated = (
  given: LayerInForce & { readonly layer: Rotating },
  clock: ZoneClock,
  window: Stretch,
  around: Around,
  restrict: (one: Stretch) => Stretch[],
): Shift[] => {
  if (window.from >= window.to) return [];
  const { layer } = given;
  const hoursOf = memberHours(clock, window, around);
  const shifts: Shift[] = [];
  for (const { order, piece, place } of placedTurns(given, clock, window)) {
    const person = personOf(place.member);
    if (person === null) continue;
    for (const part of restrict(piece))
      for (const on of hoursOf(place.member, part)) {
        for (const free of without(on, around.away(person)))
          shifts.push({ ...free, person, layer: layer.name, kind: 'rotation' });
        if (layer.whenAway === 'leave') continue;
        for (const gap of within(on, around.away(person)))
          shifts.push(...covered(gap, candidatesAfter(order, place), { layer: layer.name, hoursOf, around }));
      }
  }
  return shifts.sort((a, b) => a.from - b.from);
};

/** Turns cut to the window with who has them; one that a change of people splits is one again where its holder stays. */
function* placedTurns(
  { layer, from, standing }: LayerInForce & { readonly layer: Rotating },
  clock: ZoneClock,
  window: Stretch,
): Generator<{ order: Order; piece: Stretch; place: Place }> {
  const orders = ordersOf(layer, clock, from, standing);
  let first = 0;
  for (const turn of turnsOf(layer.rotation, clock, window)) {
    let found: { order: Order; piece: Stretch; place: Place } | null = null;
    while (first + 1 < orders.length && orders[first + 1]!.from <= turn.from) first += 1;
    for (let index = first; index < orders.length; index += 1) {
      const order = orders[index]!;
      const piece = {
        from: Math.max(turn.from, order.from, window.from),
        to: Math.min(turn.to, orders[index + 1]?.from ?? Infinity, window.to),
      };
      if (order.from >= turn.to) break;
      if (piece.from >= piece.to) continue;
      const place = placeOf(layer, order, turn.turn);
      if (found && personOf(found.place.member) === personOf(place.member) && found.piece.to === piece.from) {
        found = { order, piece: { from: found.piece.from, to: piece.to }, place };
        continue;
      }
      if (found) yield found;
      found = { order, piece, place };
    }
    if (found) yield found;
  }
}

/** Parts of a stretch that lie within somebody's own hours. */
type HoursOf = (member: Member, one: Stretch) => Stretch[];

const memberHours = (clock: ZoneClock, window: Stretch, around: Around): HoursOf => {
  const known = new Map<Member, Stretch[]>();
  return (member, one) => {
    if (member === null || typeof member === 'string' || member.hours.length === 0) return [one];
    let allowed = known.get(member);
    if (allowed === undefined) {
      allowed = allowedBy(member.hours, member.zone === null ? clock : around.clock(member.zone), window);
      known.set(member, allowed);
    }
    return within(one, allowed);
  };
};

/** Everybody of the order after a place, once each, whoever is next first. */
const candidatesAfter = (order: Order, place: Place): Member[] => {
  const { people } = order;
  const begin = place.index === null ? order.next : place.index + 1;
  const seen = new Set<string | null>([null, personOf(place.member)]);
  const found: Member[] = [];
  for (let ahead = 0; ahead < people.length; ahead += 1) {
    const member = people[(begin + ahead) % people.length]!;
    if (seen.has(personOf(member))) continue;
    seen.add(personOf(member));
    found.push(member);
  }
  return found;
};

/** Who of the candidates covers which part of a stretch: the first who is there and within their hours. */
const covered = (
  one: Stretch,
  candidates: readonly Member[],
  given: { readonly layer: string; readonly hoursOf: HoursOf; readonly around: Around },
): Shift[] => {
  const { layer, hoursOf, around } = given;
  let open: Stretch[] = [one];
  const shifts: Shift[] = [];
  for (const candidate of candidates) {
    if (open.length === 0) break;
    const person = personOf(candidate)!;
    const taken = open.flatMap((each) =>
      hoursOf(candidate, each).flatMap((part) => without(part, around.away(person))),
    );
    for (const part of taken) shifts.push({ ...part, person, layer, kind: 'cover' });
    const held = united(taken);
    open = open.flatMap((each) => without(each, held));
  }
  return shifts;
};
