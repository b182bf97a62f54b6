import type { Path } from './finding.ts';

/** Reading of values whose shape is not known yet: nothing throws, what is not there is null. */

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path, or null. */
export const valueAt = (value: unknown, ...path: Path): unknown => {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)];
    else if (isObject(found) && Object.hasOwn(found, step)) found = found[step];
    else return null;
  }
  return found ?? null;
};

export const textAt = (value: unknown, ...path: Path): string | null => {
  const found = valueAt(value, ...path);
  return typeof found === 'string' && found !== '' ? found : null;
};

export const numberAt = (value: unknown, ...path: Path): number | null => {
  const found = valueAt(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
};

export const listAt = (value: unknown, ...path: Path): readonly unknown[] => {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** True when something was written there; `field:` without a value counts as nothing. */
export const isSaid = (value: unknown, ...path: Path): boolean => valueAt(value, ...path) !== null;

/** `spec.objectives.0.target`. */
export const pathText = (path: Path): string => path.join('.');
