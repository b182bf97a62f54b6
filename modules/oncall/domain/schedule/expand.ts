import { shiftsOfLayer, type Around } from './layer.ts';
import type { ScheduleSpec } from './schedule.ts';
import {
  standingOf,
  type Given,
  type OutsideStretch,
  type ScheduleVersion,
  type Shadowing,
  type Shift,
  type Stretch,
  type Take,
} from './shift.ts';
import { clipped, firstEndingAfter, united, within, without } from './stretches.ts';
import { laidOver, type Over } from './takes.ts';
import { zoneClock, type ZoneClock } from './zone-clock.ts';

export interface Expansion {
  /** Who is paged, sorted, never two at once, cut to the window. */
  readonly shifts: readonly Shift[];
  /** Who goes along. */
  readonly shadows: readonly Shift[];
  /** Times without anybody. */
  readonly gaps: readonly Stretch[];
}

/** Nothing but versions: a schedule without overrides by hand, covers, absences, calendars or shadows. */
export const onlyVersions = (versions: readonly ScheduleVersion[]): Given => ({
  versions,
  takes: [],
  absences: [],
  outside: [],
  shadowings: [],
});

/**
 * Who is on call in a window. What counts, from the weakest to the strongest: the last layer … the first layer; overrides that the
 * document says; overrides by hand and covers in the order in which they were made. One that names a layer counts within that layer.
 * Each time is answered by the version that held then.
 */
export const expand = (given: Given, window: Stretch): Expansion => {
  const around = aroundOf(given, window);
  const base = shiftsOfVersions(given, window, around);
  const taken = laidOver(base, whole(given, window), window, null);
  const { shifts, shadows } = accompanied(taken, given.shadowings);
  return { shifts, shadows, gaps: without(window, united(shifts)) };
};

/** Versions one after the other, each in its time. One that begins in the middle of somebody's turn does not make two shifts of it. */
const shiftsOfVersions = ({ versions, takes }: Given, window: Stretch, around: Around): Shift[] => {
  const found: Shift[] = [];
  let goesOn = false;
  versions.forEach((version, index) => {
    const part = {
      from: Math.max(window.from, version.from),
      to: Math.min(window.to, versions[index + 1]?.from ?? Infinity),
    };
    if (part.from >= part.to) return;
    // A moment longer than it holds, to see whether its last shift ends there by itself.
    const beyond = { from: part.from, to: part.to + 1 };
    const shifts = version.spec === null ? [] : shiftsOfVersion(version, version.spec, beyond, { takes, around });
    const own = clipped(shifts, part);
    const [last, first] = [found.at(-1), own[0]];
    if (goesOn && last && first && isSameShift(last, first))
      found.splice(-1, 1, { ...last, to: first.to }, ...own.slice(1));
    else for (const shift of own) found.push(shift);
    goesOn = (shifts.at(-1)?.to ?? 0) > part.to && shifts.at(-1)!.from < part.to;
  });
  return found;
};

const isSameShift = (one: Shift, other: Shift): boolean =>
  one.to === other.from && one.person === other.person && one.layer === other.layer && one.kind === other.kind;

const shiftsOfVersion = (
  version: ScheduleVersion,
  spec: ScheduleSpec,
  window: Stretch,
  { takes, around }: { readonly takes: readonly Take[]; readonly around: Around },
): Shift[] => {
  const said = saidOf(spec);
  const layers = spec.layers.map((layer) => {
    const alone = shiftsOfLayer(
      { layer, zone: spec.zone, from: version.from, standing: standingOf(version, layer.name) },
      window,
      around,
    );
    const over = [...said, ...inOrder(takes)].filter((each) => each.layer === layer.name);
    return laidOver(apart(alone), over, window, layer.name);
  });
  const whole = said.filter((each) => each.layer === null);
  return laidOver(flattened(layers), whole, window, null);
};

/** Overrides by hand of the whole schedule; those of a layer that is gone count for the whole: somebody was promised. */
const whole = ({ takes, versions }: Given, window: Stretch): Over[] =>
  inOrder(takes).flatMap((take) => {
    if (take.layer === null) return [take];
    return versions.flatMap((version, index) => {
      if (version.spec === null || version.spec.layers.some(({ name }) => name === take.layer)) return [];
      const from = Math.max(take.from, version.from, window.from);
      const to = Math.min(take.to, versions[index + 1]?.from ?? Infinity, window.to);
      return from < to ? [{ ...take, from, to }] : [];
    });
  });

const inOrder = (takes: readonly Take[]): Take[] =>
  takes.toSorted((a, b) => a.madeAt - b.madeAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

const saidOf = (spec: ScheduleSpec): (Over & { readonly layer: string | null })[] =>
  spec.overrides.map(({ person, from, to, layer, replaces }) => ({
    person,
    replaces,
    layer,
    kind: 'override' as const,
    from: Temporal.Instant.from(from).epochMilliseconds,
    to: Temporal.Instant.from(to).epochMilliseconds,
  }));

/** Each layer fills only what those before it leave. */
const flattened = (layers: readonly (readonly Shift[])[]): Shift[] => {
  let shifts: Shift[] = [];
  for (const layer of layers) {
    if (layer.length === 0) continue;
    const covered = united(shifts);
    const added = layer.flatMap((shift) => without(shift, covered).map((part) => ({ ...shift, ...part })));
    shifts = [...shifts, ...added].sort((a, b) => a.from - b.from);
  }
  return shifts;
};

/** Of two at once (a calendar elsewhere may say so) the one that began first goes on, of equal ones the first by name. */
const apart = (shifts: readonly Shift[]): Shift[] => {
  const found: Shift[] = [];
  let end = -Infinity;
  for (const shift of shifts.toSorted((a, b) => a.from - b.from || (a.person < b.person ? -1 : 1))) {
    if (shift.to <= end) continue;
    found.push(shift.from < end ? { ...shift, from: end } : shift);
    end = shift.to;
  }
  return found;
};

const accompanied = (
  shifts: readonly Shift[],
  shadowings: readonly Shadowing[],
): { shifts: readonly Shift[]; shadows: readonly Shift[] } => {
  let main = shifts;
  const shadows: Shift[] = [];
  for (const { person, of, mode, from, to } of shadowings) {
    const along = main.filter(
      (shift) => shift.from < to && shift.to > from && shift.person !== person && (of === null || shift.person === of),
    );
    for (const shift of along) {
      const part = { from: Math.max(shift.from, from), to: Math.min(shift.to, to) };
      shadows.push({ ...shift, ...part, person: mode === 'shadow' ? person : shift.person, kind: 'shadow' });
    }
    if (mode === 'reverse') {
      const parts = united(along);
      main = main.flatMap((shift) =>
        along.includes(shift)
          ? [
              ...without(shift, [{ from, to }]).map((part) => ({ ...shift, ...part })),
              ...within(shift, within({ from, to }, parts)).map((part) => ({ ...shift, ...part, person })),
            ].sort((a, b) => a.from - b.from)
          : [shift],
      );
    }
  }
  return { shifts: main, shadows: shadows.sort((a, b) => a.from - b.from) };
};

const aroundOf = (given: Given, window: Stretch): Around => {
  const clocks = new Map<string, ZoneClock>();
  const away = new Map<string, Stretch[]>();
  for (const { person, from, to } of given.absences) away.set(person, [...(away.get(person) ?? []), { from, to }]);
  for (const [person, stretches] of away) away.set(person, united(stretches));
  const outside = new Map<string, OutsideStretch[]>();
  for (const each of given.outside) outside.set(each.layer, [...(outside.get(each.layer) ?? []), each]);
  return {
    clock: (zone) => {
      const known = clocks.get(zone);
      if (known) return known;
      const made = zoneClock(zone, window);
      clocks.set(zone, made);
      return made;
    },
    away: (person) => away.get(person) ?? [],
    outside: (layer) => outside.get(layer) ?? [],
  };
};

/** The shift of an instant, or null in a gap. */
export const shiftAt = (shifts: readonly Shift[], instant: number): Shift | null => {
  const found = shifts[firstEndingAfter(shifts, instant)];
  return found && found.from <= instant ? found : null;
};
