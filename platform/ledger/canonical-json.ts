/** Any value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one way to write a JSON value by RFC 8785 (JSON Canonicalization Scheme): no spaces, keys sorted by UTF-16 code
 * units, numbers and strings as ECMAScript writes them. Throws for what JSON cannot hold.
 */
export const canonicalJson = (value: Json): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is not a JSON number`);
  if (typeof value === 'string' && !value.isWellFormed()) throw new TypeError('a lone surrogate is not Unicode');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item as Json)).join(',')}]`;
  const fields = Object.entries(value as Record<string, Json>)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${canonicalJson(key)}:${canonicalJson(item)}`);
  return `{${fields.join(',')}}`;
};
