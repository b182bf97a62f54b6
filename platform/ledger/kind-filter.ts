/** The kinds of a query: `incident.declared,page.*`; null for all. */
export const kindsOf = (text: string | undefined): readonly string[] | null =>
  text === undefined ? null : text.split(',');

/** True when `kind` is one of `kinds`, or begins as one that ends in `.*` does. */
export const matchesKind = (kinds: readonly string[] | null, kind: string): boolean =>
  kinds === null ||
  kinds.some((wanted) => (wanted.endsWith('.*') ? kind.startsWith(wanted.slice(0, -1)) : kind === wanted));
