import { allIndicators, definitionsMark, type Db, type KeptIndicator } from '../store.ts';

/** Indicators as PostgreSQL has them now: asked for anew before each run, read again only where something changed. */
export interface Definitions {
  /** Those that are counted: used by an objective, or no longer for only a short while. */
  counted(): Promise<readonly KeptIndicator[]>;
  all(): Promise<readonly KeptIndicator[]>;
}

export const createDefinitions = (
  db: Db,
  options: { readonly nowMs: () => number; readonly unusedGraceMs: number },
): Definitions => {
  let known: { readonly mark: string; readonly indicators: readonly KeptIndicator[] } | null = null;
  const all = async (): Promise<readonly KeptIndicator[]> => {
    const mark = await definitionsMark(db);
    // The mark is older than the list or as old: a change in between is read next time.
    if (known?.mark !== mark) known = { mark, indicators: await allIndicators(db) };
    return known.indicators;
  };
  return {
    all,
    counted: async () => {
      const unusedFrom = options.nowMs() - options.unusedGraceMs;
      return (await all()).filter(
        ({ unusedSince }) => unusedSince === null || unusedSince.epochMilliseconds > unusedFrom,
      );
    },
  };
};
