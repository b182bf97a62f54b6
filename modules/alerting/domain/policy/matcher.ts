import type { Labels } from '../alert.ts';
import { plainTest } from './plain-pattern.ts';

export const matchOperators = ['=', '!=', '=~', '!~'] as const;
export type MatchOperator = (typeof matchOperators)[number];

/** One condition on a label, with the meaning that Alertmanager gives it: a label that is missing is an empty one. */
export interface Matcher {
  readonly name: string;
  readonly op: MatchOperator;
  readonly value: string;
}

/** What a text of matchers says, or what is wrong with it. */
export type ParsedMatchers = { readonly matchers: readonly Matcher[] } | { readonly problem: string };

/** Makes a test of a whole text out of a regular expression in RE2's syntax; throws an Error that says what is wrong with it. */
export type MakePattern = (pattern: string) => (text: string) => boolean;

/** Conditions that all must hold, made ready. None at all hold for everything. */
export interface Matching {
  readonly matchers: readonly Matcher[];
  matches(labels: Labels): boolean;
  /** The first that does not hold; null where all do. */
  failing(labels: Labels): Matcher | null;
}

/** Makes matchers ready. Throws what `makePattern` throws for a pattern that is none. */
export const matchingOf = (matchers: readonly Matcher[], makePattern: MakePattern): Matching => {
  const tests = matchers.map((matcher) => ({ matcher, test: testOf(matcher, makePattern) }));
  const failing = (labels: Labels): Matcher | null => {
    for (const { matcher, test } of tests) if (!test(valueOf(labels, matcher.name))) return matcher;
    return null;
  };
  return { matchers, failing, matches: (labels) => failing(labels) === null };
};

/** Value of a label; empty where there is none. */
export const valueOf = (labels: Labels, name: string): string =>
  Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';

/** A matcher as both of Alertmanager's parsers read it back: `service=~"shop/.*"`. */
export const matcherText = ({ name, op, value }: Matcher): string =>
  /[\p{White_Space}{}!=~,\\"'`]/u.test(name)
    ? `${JSON.stringify(name)}${op}${JSON.stringify(value)}`
    : `${name}${op}"${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`;

/** Matchers in one line: `{alertname="Down",service=~"shop/.*"}`. */
export const matchersText = (matchers: readonly Matcher[]): string => `{${matchers.map(matcherText).join(',')}}`;

/** True where the matcher holds for a label that is empty or missing. */
export const holdsForEmpty = (matcher: Matcher, makePattern: MakePattern): boolean => testOf(matcher, makePattern)('');

const testOf = ({ op, value }: Matcher, makePattern: MakePattern): ((text: string) => boolean) => {
  switch (op) {
    case '=':
      return (text) => text === value;
    case '!=':
      return (text) => text !== value;
    case '=~':
      return plainTest(value) ?? makePattern(value);
    case '!~': {
      const test = plainTest(value) ?? makePattern(value);
      return (text) => !test(text);
    }
  }
};
