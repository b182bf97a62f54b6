import type { AttributeFilter, BadSpan, Indicator } from './indicator.ts';

/**
 * One text for all indicators that count the same: keys in order, filters and conditions in order and without repeats.
 * Two objectives with the same text share one number, and are counted once.
 */
export const canonicalIndicator = (indicator: Indicator): string => canonicalText(inOrder(indicator));

/** The same value with the same text, whatever the order of its keys. */
export const canonicalText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`)
    .join(',')}}`;
};

const inOrder = (indicator: Indicator): Indicator => {
  switch (indicator.kind) {
    case 'spans':
      return {
        ...indicator,
        of: narrowed(indicator.of),
        bad: sorted<BadSpan>(indicator.bad),
        ...(indicator.without && { without: narrowed(indicator.without) }),
      };
    case 'metric-ratio':
      return {
        ...indicator,
        total: narrowed(indicator.total),
        part: { is: indicator.part.is, of: narrowed(indicator.part.of) },
      };
    case 'metric-threshold':
    case 'metric-within':
      return { ...indicator, of: narrowed(indicator.of) };
    case 'external':
    case 'fed':
      return indicator;
  }
};

const narrowed = <Of extends { readonly attributes: readonly AttributeFilter[] }>(of: Of): Of => ({
  ...of,
  attributes: sorted(of.attributes),
});

const sorted = <Item>(items: readonly Item[]): Item[] =>
  [...new Map(items.map((item) => [canonicalText(item), item])).entries()]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([, item]) => item);
