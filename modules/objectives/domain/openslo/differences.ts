import { canonicalText } from '../canonical-indicator.ts';
import { isObject, pathText } from './json.ts';
import type { Path } from './finding.ts';

/** One field that differs; null stands for what is not there. */
export interface Difference {
  /** `spec.objectives.0.target`. */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Field by field what changes from one document to another, in the order of the new one. */
export const differences = (before: unknown, after: unknown, path: Path = []): Difference[] => {
  if (canonicalText(before ?? null) === canonicalText(after ?? null)) return [];
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
    return names.flatMap((name) => differences(before[name], after[name], [...path, name]));
  }
  if (Array.isArray(before) && Array.isArray(after))
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index).flatMap((index) =>
      differences(before[index], after[index], [...path, index]),
    );
  return [{ field: pathText(path), before: before ?? null, after: after ?? null }];
};
