/** What the receivers wrote as JSON (`domain/value-writer.ts`), as the contract has it. */

const mayBeInexact = /\d{16}/u;
/** A text, or a number that stands outside of one. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gu;

/** JSON whose integers beyond 2^53 became strings: a browser would round them. Everything else stays as it is written. */
export const exact = (json: string): string =>
  mayBeInexact.test(json)
    ? json.replaceAll(token, (text) =>
        /^-?\d+$/u.test(text) && !Number.isSafeInteger(Number(text)) ? `"${text}"` : text,
      )
    : json;

/** Standard since ES2026, and in the runtime; the compiler's library does not know it yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** One value. A whole double keeps its point (`2.0`) when it is written as JSON again. */
export const valueOf = (json: string): unknown =>
  JSON.parse(exact(json), ((_key: string, value: unknown, context: { source?: string }) =>
    Number.isInteger(value) && /[.eE]/u.test(context.source ?? '') ? rawJSON(context.source!) : value) as never);

/** Attribute values, which are stored as JSON. */
export const valuesOf = (stored: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(stored).map(([key, json]) => [key, valueOf(json)]));

/** RFC 3339 with nine digits after the second, written without a date object: ten thousand of them are on the way of a page. */
export const instantNs = (ns: bigint): string => {
  const seconds = ns / 1_000_000_000n;
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}.${(ns % 1_000_000_000n).toString().padStart(9, '0')}Z`;
};

/** A 64-bit integer as the contract writes it: a number where JSON readers keep it exact, else its digits. */
export const wholeNumberOf = (digits: string): number | string =>
  Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;

type Double = number | { double: 'NaN' | 'Infinity' | '-Infinity' };
const without: Readonly<Record<string, Double>> = {
  nan: { double: 'NaN' },
  inf: { double: 'Infinity' },
  '-inf': { double: '-Infinity' },
};

/** A double that the engine wrote as text, because its JSON has no form for all of them. */
export const doubleOf = (text: string): Double => without[text] ?? Number(text);

/** An id in hexadecimal; null where it is all zeros, which means that none was sent. */
export const idOrNull = (id: string): string | null => (/^0+$/u.test(id) ? null : id);
