/** What could not be carried over, or must be decided by somebody: where it stands, what it is, and what to do. */
export interface Finding {
  readonly where: string;
  readonly what: string;
  readonly why: string;
  /** `lost`: it is not there any more. `asked`: say it, or the stated choice holds. `note`: told for the record. */
  readonly level: 'lost' | 'asked' | 'note';
}

export type Said = Readonly<Record<string, unknown>>;

/** A mapping, or null for anything else. */
export const mapping = (value: unknown): Said | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Said) : null;

/** The mappings of a list; what is none is left out. */
export const mappings = (value: unknown): Said[] =>
  Array.isArray(value) ? value.flatMap((each: unknown): Said[] => [mapping(each)].filter((one) => one !== null)) : [];

/** A list of texts; numbers and booleans of YAML as they are written. */
export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((each: unknown): string[] => [text(each)].filter((one) => one !== null)) : [];

export const text = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;

/** Tells of every field that nobody reads. */
export const leftOver = (
  said: Said,
  known: readonly string[],
  { where, why, findings }: { readonly where: string; readonly why: string; readonly findings: Finding[] },
): void => {
  for (const what of Object.keys(said))
    if (!known.includes(what) && said[what] !== null) findings.push({ where, what, why, level: 'lost' });
};
