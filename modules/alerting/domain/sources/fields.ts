export type JsonObject = Readonly<Record<string, unknown>>;
type Step = string | number;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deeper than any sender nests; what is below stands as JSON. */
const depthMax = 5;
/** A payload of leaves by the ten thousand is cut for the alert; the payload itself is kept. */
const leavesMax = 256;

/**
 * A payload whose fields are taken one by one. What nobody took is `rest`: it becomes annotations, so that no field of a sender is
 * lost because nobody thought of it.
 */
export interface Fields {
  /** The value at a path, without taking it. */
  peek(...path: Step[]): unknown;
  /** The value at a path; it is not in the rest any more, nor what is below it. */
  take(...path: Step[]): unknown;
  /** A text at a path: also a number or a boolean, null where there is none or it is empty. Takes it only where it is one. */
  text(...path: Step[]): string | null;
  /** As `text`, and leaves it in the rest: for words that are translated and would be lost as they stood. */
  word(...path: Step[]): string | null;
  /** Leaves that nobody took, by dotted path. */
  rest(): readonly (readonly [string, string])[];
}

export const fieldsOf = (payload: JsonObject): Fields => {
  const taken = new Set<string>();
  const take = (...path: Step[]): unknown => {
    const value = valueAt(payload, path);
    if (value !== undefined) taken.add(nameOf(path));
    return value;
  };
  return {
    peek: (...path) => valueAt(payload, path),
    take,
    text: (...path) => {
      const found = textOf(valueAt(payload, path));
      if (found !== null) taken.add(nameOf(path));
      return found;
    },
    word: (...path) => textOf(valueAt(payload, path)),
    rest: () => {
      const leaves: [string, string][] = [];
      collect(payload, [], taken, leaves);
      return leaves;
    },
  };
};

/** Text without what no database keeps and no address carries: NUL and halves of surrogate pairs. */
export const clean = (text: string): string => text.replaceAll('\u0000', '\uFFFD').toWellFormed();

/** A text, number or boolean as text, trimmed; null for anything else and for nothing. */
export const textOf = (value: unknown): string | null => {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return null;
  const trimmed = clean(value).trim();
  return trimmed === '' ? null : trimmed;
};

/** Own properties only: a payload with the key `__proto__` is only a payload. */
const valueAt = (payload: JsonObject, path: readonly Step[]): unknown => {
  let value: unknown = payload;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<Step, unknown>)[step];
  }
  return value;
};

const nameOf = (path: readonly Step[]): string => path.join('\u0000');

const collect = (
  value: unknown,
  path: readonly Step[],
  taken: ReadonlySet<string>,
  leaves: [string, string][],
): void => {
  if (leaves.length >= leavesMax || taken.has(nameOf(path))) return;
  if (typeof value !== 'object' || value === null) {
    const text = textOf(value);
    if (text !== null) leaves.push([path.join('.'), text]);
    return;
  }
  if (path.length >= depthMax) return void leaves.push([path.join('.'), jsonOf(value)]);
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [step, inner] of entries) collect(inner, [...path, step], taken, leaves);
};

/** JSON of what came as JSON; what is nested deeper than the engine's stack is not written out. */
export const jsonOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '(nested too deeply to be shown; it stands in the payload)';
  }
};
