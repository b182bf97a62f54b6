import { RE2JS } from 're2js';
import type { MakePattern } from '../../domain/policy/matcher.ts';
import { repeatedSteps } from '../../domain/policy/pattern-size.ts';
import { literalPrefix } from '../../domain/policy/plain-pattern.ts';

/** A longer pattern, or more that are in use at once, is refused or made anew. */
export const patternLimits = { length: 16_384, repeatedSteps: 1_000, kept: 2_000, answers: 2_000 } as const;

/**
 * A regular expression in RE2's syntax, for a whole text, as Alertmanager's are: `^(?:…)$`. Its time is linear in pattern and text,
 * whatever either says (a backtracking engine can be stalled by one matcher for all). Throws an Error that names what is wrong.
 */
export const makePattern: MakePattern = (pattern) => {
  const present = kept.get(pattern);
  if (present) return present;
  if (pattern.length > patternLimits.length)
    throw new Error(`a pattern is at most ${patternLimits.length} characters; make it simpler`);
  if (repeatedSteps(pattern) > patternLimits.repeatedSteps)
    throw new Error(
      `counts such as {0,1000} make it too large; repeat at most ${patternLimits.repeatedSteps} steps in all`,
    );
  const made = compiled(pattern);
  forgetOldest(kept, patternLimits.kept);
  kept.set(pattern, made);
  return made;
};

/** What is wrong with a pattern; null: nothing. */
export const patternProblem = (pattern: string): string | null => {
  try {
    makePattern(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const kept = new Map<string, (text: string) => boolean>();

const compiled = (pattern: string): ((text: string) => boolean) => {
  const engine = RE2JS.compile(`^(?:${pattern})$`);
  const prefix = literalPrefix(pattern);
  // The same few values of a label come again and again; long ones are not worth their memory.
  const answers = new Map<string, boolean>();
  return (text) => {
    if (!text.startsWith(prefix)) return false;
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = engine.test(text);
    if (text.length <= 256) {
      forgetOldest(answers, patternLimits.answers);
      answers.set(text, answer);
    }
    return answer;
  };
};

const forgetOldest = (map: Map<string, unknown>, most: number): void => {
  if (map.size < most) return;
  const [oldest] = map.keys();
  map.delete(oldest!);
};
