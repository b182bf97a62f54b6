/** What `accept` says of an alert. */
const outcomes = ['new', 'updated', 'unchanged', 'acknowledged', 'resolved', 'dropped'] as const;
export type OutcomeWord = (typeof outcomes)[number];

/** How many alerts became what, in the outcome of one request: a list of what became of each, or the counts themselves. */
export const outcomesIn = (outcome: unknown): ReadonlyMap<OutcomeWord, number> => {
  const counts = new Map<OutcomeWord, number>();
  if (typeof outcome !== 'object' || outcome === null) return counts;
  if (Array.isArray(outcome)) {
    for (const each of outcome) {
      const word = outcomes.find((one) => one === (each as { readonly outcome?: unknown } | null)?.outcome);
      if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return counts;
  }
  for (const word of outcomes) {
    const count = (outcome as Record<string, unknown>)[word];
    if (typeof count === 'number' && count > 0) counts.set(word, count);
  }
  return counts;
};
