import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { indicatorsOf, readsOf, type AskedWindow, type Prepared } from './prepared.ts';
import type { Asked, Readings, Source } from './readings.ts';
import { lastSeen, type ReadOptions } from './signals.ts';
import type { CountsSources } from './window-plan.ts';

/**
 * When each silent objective counted its last event. Whoever counted something lately is not asked about; of the others it is
 * remembered, because a last event does not change until there is a newer one.
 */
export interface Silence {
  /** Reads that tell who is silent; to be read with the windows. */
  readsOf(prepared: Prepared, to: number): Asked[];
  /** This indicator counted something lately: what was remembered of its last event does not hold. */
  heard(indicator: number): void;
  /** End of the newest stretch with an event, by objective's id: `to` for who is not silent, null for who never had one. */
  lastSeen(all: readonly Prepared[], readings: Readings, sources: CountsSources): Promise<Map<string, number | null>>;
}

export const createSilence = (clickhouse: Pick<ClickHouse, 'query'>, options: ReadOptions): Silence => {
  const known = new Map<number, number | null>();
  return {
    readsOf: (prepared, to) => {
      const window = silentWindow(prepared, to);
      return window ? readsOf(eventsOf(prepared), window) : [];
    },
    heard: (indicator) => void known.delete(indicator),
    lastSeen: async (all, readings, sources) => {
      const { to } = readings;
      const silent = all.filter((prepared) => {
        const window = silentWindow(prepared, to);
        return (
          window !== null && eventsOf(prepared).sources.every((each) => readings.counted(each, window).minutes === 0)
        );
      });
      const silentOnes = new Set(silent);
      for (const prepared of all)
        if (!silentOnes.has(prepared)) for (const indicator of indicatorsOf(prepared)) known.delete(indicator);
      const unknown = [...new Set(silent.flatMap(indicatorsOf))].filter((indicator) => !known.has(indicator));
      const found = await lastSeen(clickhouse, unknown, { to, sources }, options);
      for (const indicator of unknown) known.set(indicator, found.get(indicator) ?? null);
      return new Map(
        all.map((prepared) => [prepared.id, silentOnes.has(prepared) ? newest(prepared, known) : to] as const),
      );
    },
  };
};

/** What is below an objective, in events whatever its method: a slice that is not over is no silence. */
const eventsOf = (prepared: Prepared): { readonly sources: readonly Source[] } => {
  const known = events.get(prepared);
  if (known) return known;
  const sources = indicatorsOf(prepared).map((indicator) => ({ indicators: [indicator], rule: null }));
  events.set(prepared, { sources });
  return { sources };
};
const events = new WeakMap<Prepared, { readonly sources: readonly Source[] }>();

/** Silence of the length that the objective bears; null where it is not told. */
const silentWindow = ({ definition }: Prepared, to: number): AskedWindow | null => {
  const { noDataMinutes } = definition.alerts;
  return noDataMinutes === null ? null : { from: to - noDataMinutes * 60, rolling: true };
};

const newest = (prepared: Prepared, known: ReadonlyMap<number, number | null>): number | null =>
  indicatorsOf(prepared).reduce<number | null>((latest, indicator) => {
    const last = known.get(indicator) ?? null;
    return last === null ? latest : Math.max(latest ?? 0, last);
  }, null);
