import { parseClassic } from './parse-classic.ts';
import { parseUtf8 } from './parse-utf8.ts';
import type { Matcher, ParsedMatchers } from './matcher.ts';

export const matcherLimits = { textLength: 16_384, matchersMax: 64 } as const;

/**
 * Reads matchers as Alertmanager does by default: the parser for UTF-8 names first, the classic one where that cannot read the text,
 * and the classic one's meaning where both read it differently. Braces around them are optional.
 * https://prometheus.io/docs/alerting/latest/configuration/#label-matchers
 */
export const parseMatchers = (text: string): ParsedMatchers => {
  if (text.length > matcherLimits.textLength)
    return { problem: `matchers are at most ${matcherLimits.textLength} characters` };
  const [modern, classic] = [parseUtf8(text), parseClassic(text)];
  if ('problem' in modern) return 'problem' in classic ? classic : within(classic);
  if ('matchers' in classic && !same(modern.matchers, classic.matchers)) return within(classic);
  return within(modern);
};

/** Reads exactly one matcher, without braces. */
export const parseMatcher = (text: string): { readonly matcher: Matcher } | { readonly problem: string } => {
  if (text.startsWith('{') || text.endsWith('}')) return { problem: `unexpected open or close brace: ${text}` };
  const parsed = parseMatchers(text);
  if ('problem' in parsed) return parsed;
  const [matcher, ...others] = parsed.matchers;
  if (matcher === undefined) return { problem: 'no matchers' };
  return others.length > 0 ? { problem: `expected 1 matcher, found ${others.length + 1}` } : { matcher };
};

/** All matchers of several texts: each line of a document may hold several. */
export const parseAll = (
  texts: readonly string[],
): { readonly matchers: readonly Matcher[] } | { readonly problem: string; readonly index: number } => {
  const matchers: Matcher[] = [];
  for (const [index, text] of texts.entries()) {
    const parsed = parseMatchers(text);
    if ('problem' in parsed) return { problem: parsed.problem, index };
    matchers.push(...parsed.matchers);
    if (matchers.length > matcherLimits.matchersMax)
      return { problem: `at most ${matcherLimits.matchersMax} matchers`, index };
  }
  return { matchers };
};

const within = (parsed: { readonly matchers: readonly Matcher[] }): ParsedMatchers =>
  parsed.matchers.length > matcherLimits.matchersMax
    ? { problem: `at most ${matcherLimits.matchersMax} matchers` }
    : parsed;

const same = (one: readonly Matcher[], other: readonly Matcher[]): boolean =>
  one.length === other.length &&
  one.every(
    ({ name, op, value }, at) => other[at]!.name === name && other[at]!.op === op && other[at]!.value === value,
  );
