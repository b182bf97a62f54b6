import { allowedBy } from '../schedule/hours.ts';
import type { Layer, ScheduleSpec } from '../schedule/schedule.ts';
import type { ScheduleVersion, Shift, Stretch } from '../schedule/shift.ts';
import { united, within, without } from '../schedule/stretches.ts';
import { zoneClock } from '../schedule/zone-clock.ts';

/** `nobody`: somebody is meant to be on call and nobody is. `outside-hours`: every layer leaves this time out, by what it says. */
export type GapKind = 'nobody' | 'outside-hours';

export interface Gap extends Stretch {
  readonly kind: GapKind;
}

/** Gaps of a schedule, told apart by whether the schedule means somebody to be there. */
export const gapsOf = (spec: ScheduleSpec, gaps: readonly Stretch[], window: Stretch): Gap[] => {
  const meant = meantTimes(spec, window);
  return gaps
    .flatMap((gap): Gap[] => [
      ...within(gap, meant).map((part) => ({ ...part, kind: 'nobody' as const })),
      ...without(gap, meant).map((part) => ({ ...part, kind: 'outside-hours' as const })),
    ])
    .sort((one, other) => one.from - other.from);
};

/** As `gapsOf`, each stretch by the version of the schedule that holds then (by their beginning); a deleted schedule means nobody. */
export const gapsByVersion = (
  versions: readonly Pick<ScheduleVersion, 'from' | 'spec'>[],
  gaps: readonly Stretch[],
  window: Stretch,
): Gap[] =>
  versions
    .flatMap(({ from, spec }, index): Gap[] => {
      const [begin, end] = [index === 0 ? -Infinity : from, versions[index + 1]?.from ?? Infinity];
      const holds = { from: Math.max(window.from, begin), to: Math.min(window.to, end) };
      if (holds.from >= holds.to) return [];
      const own = gaps.flatMap((gap) => within(gap, [holds]));
      return spec === null ? own.map((gap) => ({ ...gap, kind: 'outside-hours' })) : gapsOf(spec, own, holds);
    })
    .sort((one, other) => one.from - other.from)
    .reduce<Gap[]>((joined, gap) => {
      const last = joined.at(-1);
      if (last?.to !== gap.from || last.kind !== gap.kind) return [...joined, gap];
      return [...joined.slice(0, -1), { ...last, to: gap.to }];
    }, []);

/** Times in which at least one layer means to have somebody, sorted and apart. Working hours of people are no such word: a hole between them is one. */
const meantTimes = (spec: ScheduleSpec, window: Stretch): Stretch[] =>
  united(spec.layers.flatMap((layer) => meantBy(layer, layer.zone ?? spec.zone, window)));

const meantBy = (layer: Layer, zone: string, window: Stretch): Stretch[] => {
  const clock = zoneClock(zone, window);
  const restricted = layer.restrictions.length === 0 ? [window] : allowedBy(layer.restrictions, clock, window);
  const { rotation } = layer;
  if (rotation === null || rotation.days.length === 0) return restricted;
  // A turn of a day goes from hand-off to hand-off.
  const onDays = allowedBy([{ days: rotation.days, from: rotation.handoffAt, to: rotation.handoffAt }], clock, window);
  return restricted.flatMap((one) => within(one, onDays));
};

/** One person on call for several schedules at once. */
export interface DoubleBooking extends Stretch {
  readonly person: string;
  /** By name. */
  readonly schedules: readonly string[];
}

/** Where somebody is on call for more than one schedule at once, by its beginning. */
export const doubleBookings = (
  shifts: readonly (Pick<Shift, 'person' | 'from' | 'to'> & { readonly schedule: string })[],
): DoubleBooking[] =>
  [...Map.groupBy(shifts, ({ person }) => person)]
    .flatMap(([person, own]) => atOnce(own).map((each) => ({ person, ...each })))
    .sort((one, other) => one.from - other.from || (one.person < other.person ? -1 : 1));

const atOnce = (
  own: readonly (Stretch & { readonly schedule: string })[],
): (Stretch & { readonly schedules: readonly string[] })[] => {
  const edges = own
    .flatMap(({ from, to, schedule }) => [
      { at: from, schedule, step: 1 },
      { at: to, schedule, step: -1 },
    ])
    .sort((one, other) => one.at - other.at);
  const found: (Stretch & { schedules: readonly string[] })[] = [];
  const on = new Map<string, number>();
  for (let index = 0; index < edges.length; index += 1) {
    const { at, schedule, step } = edges[index]!;
    on.set(schedule, (on.get(schedule) ?? 0) + step);
    if (on.get(schedule) === 0) on.delete(schedule);
    const next = edges[index + 1]?.at ?? at;
    if (next === at || on.size < 2) continue;
    const schedules = [...on.keys()].toSorted();
    const last = found.at(-1);
    if (last && last.to === at && last.schedules.join(' ') === schedules.join(' '))
      found[found.length - 1] = { ...last, to: next };
    else found.push({ from: at, to: next, schedules });
  }
  return found;
};

export const secondsIn = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { from, to }) => sum + (to - from) / 1_000, 0);

/** Bounds of one look ahead. */
export const gapLimits = {
  schedules: 1_000,
  listed: 500,
  daysDefault: 365,
  daysMax: 366,
  /** A gap is told of this long before it begins. */
  warnHours: 24,
  /** One that nobody was told of in time is still told for half a day. */
  lateHours: 12,
} as const;
