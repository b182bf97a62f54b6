import type { ObjectiveSummary } from '../contract.ts';

export const shownChoices = ['all', 'burning', 'exhausted', 'no-data'] as const;
export type Shown = (typeof shownChoices)[number];

/** Rows of a state whose name, service, team or indicator have every word of `q`; the order stays. */
export const filterObjectives = (
  rows: readonly ObjectiveSummary[],
  filter: { readonly q: string; readonly shown: Shown },
): readonly ObjectiveSummary[] => {
  const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (filter.shown !== 'all' && row.state !== filter.shown) return false;
    const text = [row.name, row.displayName, row.service, row.environment, row.owner, row.indicator]
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
};
