import type { Finding, Path } from '../openslo/finding.ts';
import { valueAt } from '../openslo/json.ts';

/** One document of OpenSLO v1 that was made of (a part of) another one. */
export interface Made {
  readonly document: unknown;
  /** Which place of the made document comes from which place of the said one; the longest that fits counts. */
  readonly places: readonly (readonly [made: Path, said: Path])[];
}

/** What one document means: documents of OpenSLO v1, and what is wrong or could not be carried over, by its own places. */
export interface Converted {
  readonly documents: readonly Made[];
  readonly findings: readonly Finding[];
}

/** Where something of a made document stands in the one that was said, as far as it is there. */
export const placeOf = (made: Made, path: Path, said: unknown): Path => {
  if (made.places.length === 0) return path;
  const fits = made.places
    .filter(([start]) => start.every((step, index) => path[index] === step))
    .sort(([a], [b]) => b.length - a.length)[0];
  return existing(said, fits ? [...fits[1], ...path.slice(fits[0].length)] : path);
};

/** The path as far as it is there; a last step that is missing stays, because that is what is to be written. */
const existing = (value: unknown, path: Path): Path => {
  let found: unknown = value;
  for (const [index, step] of path.entries()) {
    found = valueAt(found, step);
    if (found === null) return index === path.length - 1 ? path : path.slice(0, index);
  }
  return path;
};

/** A name as OpenSLO allows it, made of any text. */
export const nameOf = (...parts: readonly string[]): string =>
  parts
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');

/** A title that fits; null where the name says the same. */
export const titleOf = (title: string, name: string): string | undefined =>
  title === name ? undefined : [...title].slice(0, 63).join('');
