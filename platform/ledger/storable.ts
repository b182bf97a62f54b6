/**
 * PostgreSQL's text and jsonb hold neither U+0000 nor half of a surrogate pair, and people's input has both:
 * they become U+FFFD, everywhere in a value, also in its keys.
 */
export const storable = <Value>(value: Value): Value => {
  if (typeof value === 'string') return storableText(value) as Value;
  if (Array.isArray(value)) return value.map(storable) as Value;
  if (value === null || typeof value !== 'object') return value;
  // A date, an instant and the like say themselves what they are in JSON.
  if ('toJSON' in value && typeof value.toJSON === 'function') return storable(value.toJSON());
  const entries = Object.entries(value).map(([key, item]) => [storableText(key), storable(item)] as const);
  return Object.fromEntries(entries) as Value;
};

const storableText = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD');
