/** One series of an answer: values by the instant (epoch seconds, of the steps) at which they hold; as sent, also NaN. */
export interface Series {
  /** True for a counter of one origin, whose fall is a restart; a sum of several may fall for other reasons. */
  readonly isOneCounter: boolean;
  readonly values: ReadonlyMap<number, number>;
}

/** What one query answered; minutes outside of what was asked for are ignored. */
export interface SourceConnection {
  readonly url: string;
  readonly user: string | null;
  readonly secret: string | null;
  /** Other fields of the DataSource's connectionDetails, as text. */
  readonly details: Readonly<Record<string, string>>;
}

/**
 * Asks for the values of `query` at each step (a source may know whole minutes only) from `from` to `to`, both included;
 * throws SourceTrouble.
 */
export type ReadSeries = (
  connection: SourceConnection,
  question: { readonly query: string; readonly from: number; readonly to: number; readonly stepSeconds: number },
) => Promise<Series[]>;

/** A number as sources write it; NaN for what is none. */
export const numberOf = (value: unknown): number => {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(value.trim())) return value.trim().startsWith('-') ? -Infinity : Infinity;
  return Number(value);
};
