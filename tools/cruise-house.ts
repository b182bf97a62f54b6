import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { cruised, cruiserConfiguration } from './dependency-rules.ts';

export interface BrokenRule {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  /** The files of a circle, whichever of them it was found from; else empty. */
  readonly circle: readonly string[];
}

/** Reads all imports below `folder` (no slash at its end) and gives every one that breaks a rule, in the order of their files. */
export const brokenRules = async (folder: string): Promise<BrokenRule[]> => {
  const present = cruised.filter((name) => existsSync(join(folder, name)));
  const { forbidden, options } = cruiserConfiguration;
  const result = await cruise([...present], {
    ...options,
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden },
  });
  return (result.output as ICruiseResult).summary.violations
    .map(({ rule, from, to, cycle }) => ({ rule: rule.name, from, to, circle: (cycle ?? []).map(({ name }) => name) }))
    .toSorted((a, b) => a.from.localeCompare(b.from));
};
