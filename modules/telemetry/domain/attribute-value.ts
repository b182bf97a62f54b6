/** An attribute value with its OTLP type, as it is stored (see `value-writer.ts`). */
export type AttributeValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'bytes'; readonly base64: string }
  | { readonly kind: 'array'; readonly values: readonly AttributeValue[] }
  | { readonly kind: 'kvlist'; readonly values: Readonly<Record<string, AttributeValue>> };

/**
 * Reads a stored attribute value back to its type. An int has no point and no exponent, a double has one; bytes, doubles
 * that JSON has no form for, and kvlists that look like them are objects with the one key `bytes`, `double`, `kvlist`.
 * Throws SyntaxError for anything that was not written by the receivers.
 */
export const readAttributeValue = (json: string): AttributeValue =>
  typed(
    JSON.parse(json, ((_key: string, value: unknown, context: { source?: string }) =>
      typeof value === 'number' ? new NumberText(context.source ?? '') : value) as (
      key: string,
      value: unknown,
    ) => unknown),
  );

/** A number as it was written, because JSON.parse would round long ints and forget the point of doubles. */
class NumberText {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

const typed = (value: unknown): AttributeValue => {
  if (value === null) return { kind: 'none' };
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (value instanceof NumberText)
    return /^-?\d+$/.test(value.source)
      ? { kind: 'int', value: BigInt(value.source) }
      : { kind: 'double', value: Number(value.source) };
  if (Array.isArray(value)) return { kind: 'array', values: value.map(typed) };
  return object(value as Record<string, unknown>);
};

const object = (members: Record<string, unknown>): AttributeValue => {
  const keys = Object.keys(members);
  const only = keys.length === 1 ? members[keys[0]!] : undefined;
  if (keys[0] === 'bytes' && typeof only === 'string') return { kind: 'bytes', base64: only };
  if (keys[0] === 'double' && typeof only === 'string') return { kind: 'double', value: Number(only) };
  if (
    keys[0] === 'kvlist' &&
    typeof only === 'object' &&
    only !== null &&
    !Array.isArray(only) &&
    !(only instanceof NumberText)
  )
    return kvlist(only as Record<string, unknown>);
  return kvlist(members);
};

const kvlist = (members: Record<string, unknown>): AttributeValue => ({
  kind: 'kvlist',
  values: Object.fromEntries(Object.entries(members).map(([key, value]) => [key, typed(value)])),
});
