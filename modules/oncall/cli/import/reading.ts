/** Reading what other products' APIs answer, so that nothing is dropped without a word. */

/** Something that could not be carried over, or only in another way. */
export interface LeftOver {
  /** `schedule Primary`, `user mira@example.org`. */
  readonly where: string;
  readonly what: string;
  readonly why: string;
}

export type Note = (what: string, why: string) => void;

/** One JSON object that remembers which of its fields were read. */
export interface Reading {
  /** Undefined for null too: these APIs say both. */
  get(key: string): unknown;
  text(key: string): string | null;
  number(key: string): number | null;
  list(key: string): readonly Record<string, unknown>[];
  object(key: string): Record<string, unknown> | null;
  /** Fields that mean nothing here: ids, addresses of the other product. */
  ignore(...keys: string[]): void;
  /** Tells every field that was not read and says something. Call it last. */
  tellRest(): void;
}

export const reading = (value: Record<string, unknown>, note: Note): Reading => {
  const read = new Set<string>();
  const get = (key: string): unknown => {
    read.add(key);
    return Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined;
  };
  return {
    get,
    text: (key) => {
      const said = get(key);
      return typeof said === 'string' && said.trim() !== '' ? said.trim() : null;
    },
    number: (key) => {
      const said = get(key);
      return typeof said === 'number' && Number.isFinite(said) ? said : null;
    },
    list: (key) => listIn(get(key)),
    object: (key) => objectIn(get(key)),
    ignore: (...keys) => keys.forEach((key) => read.add(key)),
    tellRest: () => {
      for (const [key, said] of Object.entries(value))
        if (!read.has(key) && saysSomething(said))
          note(`${key}: ${short(said)}`, 'there is no place for this field here');
    },
  };
};

export const objectIn = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;

export const listIn = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.map(objectIn).filter((each) => each !== null) : [];

const saysSomething = (value: unknown): boolean => {
  if (value === null || value === undefined || value === '' || value === false) return false;
  return typeof value !== 'object' || Object.values(value).some(saysSomething);
};

export const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
};

/** A name as documents take it: small letters, digits and dashes. */
export const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/gu, '') || 'unnamed';

/** Names that are given once each; a second owner of the same one gets `-2`. */
export const names = () => {
  const given = new Map<string, string>();
  return (text: string, key: string): string => {
    const wanted = slug(text);
    for (let count = 1; ; count += 1) {
      const name = count === 1 ? wanted : `${wanted.slice(0, 56)}-${count}`;
      const owner = given.get(name);
      if (owner === undefined || owner === key) {
        given.set(name, key);
        return name;
      }
    }
  };
};
