import { joinStretches, type Excluded } from '../../domain/correct.ts';
import { excludedTimes, recurringOf } from '../../domain/correction-times.ts';
import type { Stretch } from '../../domain/method.ts';
import type { Objective } from '../../domain/objective.ts';
import type { Recurring } from '../../domain/recurrence.ts';
import { nominalMinutes } from '../../domain/window.ts';
import type { CorrectionRow } from './store.ts';

/** What corrections in force leave out, by objective. */
export interface Exclusions {
  /** Of one objective within a stretch of time; null where nothing is left out. */
  of(objective: Pick<Objective, 'name' | 'service'>, within: Stretch): Excluded | null;
}

export const noExclusions: Exclusions = { of: () => null };

/** Makes corrections in force ready; each is expanded once for a stretch of time, however many objectives it touches. */
export const exclusionsOf = (rows: readonly CorrectionRow[]): Exclusions => {
  if (rows.length === 0) return noExclusions;
  const byObjective = new Map<string, Ready[]>();
  const byService = new Map<string, Ready[]>();
  for (const row of rows) {
    const ready: Ready = { recurring: recurringOfRow(row), known: null };
    if (row.service !== null) add(byService, row.service, ready);
    for (const name of row.objectives) add(byObjective, name, ready);
  }
  return {
    of: ({ name, service }, within) => {
      const touching = [...(byObjective.get(name) ?? []), ...((service && byService.get(service)) || [])];
      if (touching.length === 0) return null;
      const stretches = joinStretches(touching.flatMap((each) => timesIn(each, within)));
      return stretches.length === 0
        ? null
        : { key: stretches.map(({ from, to }) => `${from}-${to}`).join(' '), stretches };
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

interface Ready {
  readonly recurring: Recurring;
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
