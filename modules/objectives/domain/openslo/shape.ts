import { errorAt, type Finding, type Path } from './finding.ts';
import { isObject } from './json.ts';

/** Looks at one value and says everything that is wrong with it; an empty list is a good value. */
export type Shape = (value: unknown, path: Path) => readonly Finding[];

export interface Field {
  readonly shape: Shape;
  /** What to write where it is missing; null for what may be left out. */
  readonly required: string | null;
}

export const required = (shape: Shape, write: string): Field => ({ shape, required: write });
export const optional = (shape: Shape): Field => ({ shape, required: null });

export const anything: Shape = () => [];

/** All of several shapes. */
export const both =
  (...shapes: readonly Shape[]): Shape =>
  (value, path) =>
    shapes.flatMap((shape) => shape(value, path));

interface TextRule {
  readonly max: number;
  readonly pattern?: RegExp;
  /** What the text must be, for a person: `a name of small letters, digits and dashes`. */
  readonly say?: string;
  /** Empty text is fine. */
  readonly mayBeEmpty?: boolean;
}

export const text =
  ({ max, pattern, say = 'text', mayBeEmpty = false }: TextRule): Shape =>
  (value, path) => {
    if (typeof value !== 'string') return [errorAt(path, `is ${kindOf(value)}; write ${say}, in quotes where needed`)];
    if (value === '') return mayBeEmpty ? [] : [errorAt(path, `is empty; write ${say}`)];
    if ([...value].length > max)
      return [errorAt(path, `has ${[...value].length} characters; write at most ${max} characters`)];
    return pattern && !pattern.test(value) ? [errorAt(path, `\`${shortened(value)}\` is not ${say}`)] : [];
  };

interface NumberRule {
  readonly atLeast?: number;
  readonly above?: number;
  readonly below?: number;
  readonly atMost?: number;
  readonly whole?: boolean;
  readonly say: string;
}

export const number =
  ({ atLeast, above, below, atMost, whole, say }: NumberRule): Shape =>
  (value, path) => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      return [errorAt(path, `is ${kindOf(value)}; write ${say}, without quotes`)];
    const good =
      (atLeast === undefined || value >= atLeast) &&
      (above === undefined || value > above) &&
      (below === undefined || value < below) &&
      (atMost === undefined || value <= atMost) &&
      (!whole || Number.isInteger(value));
    return good ? [] : [errorAt(path, `${value} is not ${say}`)];
  };

export const flag: Shape = (value, path) =>
  typeof value === 'boolean' ? [] : [errorAt(path, `is ${kindOf(value)}; write true or false`)];

export const oneOf =
  (words: readonly string[]): Shape =>
  (value, path) => {
    if (typeof value === 'string' && words.includes(value)) return [];
    const written = typeof value === 'string' ? `\`${shortened(value)}\` is not known` : `is ${kindOf(value)}`;
    const near = typeof value === 'string' ? nearest(value, words) : null;
    return [
      errorAt(path, `${written}; write ${near ?? words.join(', ')}${near ? ` (or ${others(words, near)})` : ''}`),
    ];
  };

export const list =
  (item: Shape, { min = 0, max, say }: { min?: number; max: number; say: string }): Shape =>
  (value, path) => {
    if (!Array.isArray(value)) return [errorAt(path, `is ${kindOf(value)}; write a list: ${say}`)];
    const wrong = value.flatMap((each, index) => item(each, [...path, index]));
    if (value.length < min || value.length > max)
      return [errorAt(path, `has ${value.length} ${value.length === 1 ? 'entry' : 'entries'}; write ${say}`), ...wrong];
    return wrong;
  };

/** A mapping with these fields and, unless `open`, no others. A field without a value counts as left out. */
export const fields =
  (known: Readonly<Record<string, Field>>, { open = false } = {}): Shape =>
  (value, path) => {
    if (!isObject(value))
      return [errorAt(path, `is ${kindOf(value)}; write fields below it: ${Object.keys(known).join(', ')}`)];
    const found: Finding[] = [];
    for (const [name, inner] of Object.entries(value)) {
      const field = Object.hasOwn(known, name) ? known[name] : undefined;
      if (field && inner !== null && inner !== undefined) found.push(...field.shape(inner, [...path, name]));
      if (!field && !open) found.push(errorAt([...path, name], unknownField(name, Object.keys(known))));
    }
    for (const [name, field] of Object.entries(known)) {
      const missing = value[name] === undefined || value[name] === null;
      if (field.required !== null && missing)
        found.push(errorAt([...path, name], `is missing; write ${field.required}`));
    }
    return found;
  };

/** A mapping with any keys of one shape and values of another. */
export const mapOf =
  (key: (name: string) => string | null, value: Shape, { max }: { max: number }): Shape =>
  (map, path) => {
    if (!isObject(map)) return [errorAt(path, `is ${kindOf(map)}; write names with values below it`)];
    const entries = Object.entries(map);
    const tooMany = entries.length > max ? [errorAt(path, `has ${entries.length} entries; write at most ${max}`)] : [];
    return [
      ...tooMany,
      ...entries.flatMap(([name, inner]) => {
        const wrong = key(name);
        return [...(wrong === null ? [] : [errorAt([...path, name], wrong)]), ...value(inner, [...path, name])];
      }),
    ];
  };

const unknownField = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near === null
    ? `there is no such field; write one of ${known.join(', ')}, or take it away`
    : `there is no such field; write ${near}`;
};

/** The word that was probably meant: the same but for upper and lower case, or at most two letters away. */
export const nearest = (written: string, words: readonly string[]): string | null => {
  const small = written.toLowerCase();
  const same = words.find((word) => word.toLowerCase() === small);
  if (same !== undefined) return same;
  const close = words
    .map((word) => ({ word, distance: distance(small, word.toLowerCase()) }))
    .filter((each) => each.distance <= Math.min(2, Math.floor(each.word.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return close[0]?.word ?? null;
};

/** Levenshtein's distance: letters to change, add or take away. */
const distance = (a: string, b: string): number => {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
};

const others = (words: readonly string[], near: string): string => words.filter((word) => word !== near).join(', ');

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'boolean') return `\`${value}\` (true or false)`;
  if (typeof value === 'number') return `the number ${value}`;
  return `the text \`${shortened(String(value))}\``;
};

const shortened = (value: string): string => (value.length > 60 ? `${value.slice(0, 57)}…` : value);
