/**
 * The value at a path like `messages.0.status` or `$.messages[0].status` in a parsed answer; undefined where there is none.
 * The part of JSONPath (RFC 9535) that names one place: members and indexes, no wildcard, no filter.
 */
export const valueAt = (value: unknown, path: string): unknown => {
  let here = value;
  for (const step of stepsOf(path)) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return here;
};

/** Null for a text that is no such path; refused where it is configured. */
export const isJsonPath = (path: string): boolean =>
  /^\$?(?:\.?[\w-]+|\[\d+\]|\['[^']*'\])?(?:\.[\w-]+|\[\d+\]|\['[^']*'\])*$/.test(path) && path.length > 0;

const stepsOf = (path: string): string[] =>
  [...path.replace(/^\$/, '').matchAll(/\.?([\w-]+)|\[(\d+)\]|\['([^']*)'\]/g)].map(
    ([, name, index, quoted]) => name ?? index ?? quoted!,
  );
