import { joinStretches, type Excluded, type Layer } from '../../domain/correct.ts';
import { excludedTimes, recurringOf } from '../../domain/correction-times.ts';
import { keyOfStretches } from '../../domain/left-out.ts';
import type { Stretch } from '../../domain/method.ts';
import type { Objective } from '../../domain/objective.ts';
import type { Recurring } from '../../domain/recurrence.ts';
import { nominalMinutes } from '../../domain/window.ts';
import type { CorrectionRow, Remaining } from './store.ts';

/** What corrections in force leave out, by objective. */
export interface Exclusions {
  /** Of one objective within a stretch of time; null where nothing is left out. */
  of(objective: Corrected, within: Stretch, find?: Find): Excluded | null;
}

type Corrected = Pick<Objective, 'name' | 'service' | 'components'>;
type Find = (name: string) => Corrected | undefined;

export const noExclusions: Exclusions = { of: () => null };

/** Makes corrections in force ready; each is expanded once for a stretch of time, however many objectives it touches. */
export const exclusionsOf = (rows: readonly CorrectionRow[], remaining: readonly Remaining[] = []): Exclusions => {
  if (rows.length === 0) return noExclusions;
  const byObjective = new Map<string, Ready[]>();
  const byService = new Map<string, Ready[]>();
  for (const row of rows) {
    const stands = remaining.filter(({ correction, counted }) => correction === row.id && counted);
    const instead = row.traffic === null ? null : new Map(stands.map((each) => [each.indicator, each.remaining]));
    const ready: Ready = { recurring: recurringOfRow(row), known: null, instead };
    if (row.service !== null) add(byService, row.service, ready);
    for (const name of row.objectives) add(byObjective, name, ready);
  }
  return {
    of: (objective, within, find = () => undefined) => {
      const touching = ({ name, service }: Corrected): Ready[] => [
        ...(byObjective.get(name) ?? []),
        ...((service && byService.get(service)) || []),
      ];
      const own = touching(objective);
      const stretches = joinStretches(own.flatMap((each) => (each.instead === null ? timesIn(each, within) : [])));
      const layers = [
        ...own.flatMap((each) => layerOf(each, each.instead, within)),
        ...partsOf(objective, find).flatMap((part) =>
          touching(part).flatMap((each) => layerOf(each, each.instead ?? nothingOf(part), within)),
        ),
      ];
      if (stretches.length === 0 && layers.length === 0) return null;
      const keys = [keyOfStretches(stretches), ...layers.map(keyOfLayer)];
      return { key: keys.join(' | '), stretches, ...(layers.length > 0 && { layers }) };
    },
  };
};

/**
 * The stretch of time that windows of an objective reach over which end between `from` and `to`: corrections outside it
 * need not be read apart.
 */
export const reachOf = ({ window, alerts }: Pick<Objective, 'window' | 'alerts'>, { from, to }: Stretch): Stretch => {
  const longest = Math.max(...alerts.tiers.map(({ longMinutes }) => longMinutes), 60);
  // A calendar period is at most a few days longer than it is called.
  const period = window.kind === 'rolling' ? window.minutes : nominalMinutes(window) * 1.05 + 2 * 1_440;
  const slice = 86_400;
  return { from: Math.floor(from - Math.max(longest, period) * 60 - slice), to };
};

export const recurringOfRow = (row: Pick<CorrectionRow, 'first_from' | 'first_to' | 'rrule' | 'zone'>): Recurring =>
  recurringOf({
    from: row.first_from.toISOString(),
    to: row.first_to.toISOString(),
    rrule: row.rrule,
    zone: row.zone,
  });

const layerOf = (ready: Ready, of: Layer['of'] | null, within: Stretch): Layer[] => {
  if (of === null || of.size === 0) return [];
  const stretches = timesIn(ready, within);
  return stretches.length === 0 ? [] : [{ stretches, of }];
};

const keyOfLayer = ({ stretches, of }: Layer): string =>
  `${keyOfStretches(stretches)} ${[...of].map(([indicator, by]) => `${indicator}:${by}`).join(',')}`;

/** Parts of a journey that are promised themselves, and theirs: what is left out of a part is left out of the journey's share of it. */
const partsOf = (objective: Corrected, find: Find): Corrected[] => {
  const found = new Map<string, Corrected>();
  const follow = ({ components }: Corrected): void => {
    for (const { indicator } of components) {
      const part = indicator.kind === 'objective' ? find(indicator.name) : undefined;
      if (!part || found.has(part.name) || part.name === objective.name) continue;
      found.set(part.name, part);
      follow(part);
    }
  };
  follow(objective);
  return [...found.values()];
};

const nothingOf = ({ components }: Corrected): Layer['of'] =>
  new Map(components.flatMap(({ indicator }) => (indicator.kind === 'indicator' ? [[indicator.number, null]] : [])));

interface Ready {
  readonly recurring: Recurring;
  /** What counts instead, by indicator, where only some traffic is left out; null where all of the time is. */
  readonly instead: ReadonlyMap<number, number> | null;
  known: { readonly within: Stretch; readonly stretches: readonly Stretch[] } | null;
}

const timesIn = (ready: Ready, within: Stretch): readonly Stretch[] => {
  const { known } = ready;
  if (known?.within.from === within.from && known.within.to === within.to) return known.stretches;
  const stretches = excludedTimes(ready.recurring, within);
  ready.known = { within, stretches };
  return stretches;
};

const add = (map: Map<string, Ready[]>, key: string, ready: Ready): void => {
  const present = map.get(key);
  if (present) present.push(ready);
  else map.set(key, [ready]);
};
