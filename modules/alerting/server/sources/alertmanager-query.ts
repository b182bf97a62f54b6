import { parseMatcher } from '../../domain/policy/parse-matchers.ts';
import { matchingOf, type Matcher, type Matching } from '../../domain/policy/matcher.ts';
import type { ShownFlags } from '../../domain/sources/alertmanager-shown.ts';
import { badRequest, type WireFault } from '../../domain/sources/alertmanager-wire.ts';
import { makePattern } from '../policy/pattern.ts';

type Query = Readonly<Record<string, unknown>>;

/** What is asked about alerts and their groups. */
export interface AlertsQuestion {
  readonly flags: ShownFlags;
  /** Groups that a time interval mutes. */
  readonly muted: boolean;
  readonly filter: Matching;
  readonly receiver: ((name: string) => boolean) | null;
}

export const alertsQuestion = (query: Query): AlertsQuestion | WireFault => {
  const filter = filterOf(query);
  if ('status' in filter) return filter;
  const receiver = patternOf(query['receiver']);
  if (receiver !== null && typeof receiver !== 'function') return receiver;
  const flags = {
    active: flagOf(query['active']),
    silenced: flagOf(query['silenced']),
    inhibited: flagOf(query['inhibited']),
  };
  // Receivers of ours have no labels: a matcher that needs one matches none.
  const labels = matchersOf(query['receiver_matchers']);
  if ('problem' in labels) return badRequest(`failed to parse receiver_matchers param: ${labels.problem}`);
  try {
    const fits = matchingOf(labels.matchers, makePattern).matches({});
    return { flags, muted: flagOf(query['muted']), filter, receiver: fits ? receiver : () => false };
  } catch (error) {
    return badRequest(`failed to parse receiver_matchers param: ${wordsOf(error)}`);
  }
};

/** Matchers of the parameter `filter`, each time that it stands there. */
export const filterOf = (query: Query): Matching | WireFault => {
  const read = matchersOf(query['filter']);
  if ('problem' in read) return badRequest(read.problem);
  try {
    return matchingOf(read.matchers, makePattern);
  } catch (error) {
    return badRequest(wordsOf(error));
  }
};

const filtersMax = 64;

const matchersOf = (value: unknown): { readonly matchers: readonly Matcher[] } | { readonly problem: string } => {
  const texts = value === undefined ? [] : [value].flat().map(String);
  if (texts.length > filtersMax) return { problem: `at most ${filtersMax} filters` };
  const matchers: Matcher[] = [];
  for (const text of texts) {
    const read = parseMatcher(text);
    if ('problem' in read) return read;
    matchers.push(read.matcher);
  }
  return { matchers };
};

/** A receiver is asked for by a pattern of its whole name; amtool sends an empty one where it asks for none. */
const patternOf = (value: unknown): ((name: string) => boolean) | null | WireFault => {
  if (value === undefined || value === '') return null;
  try {
    return makePattern(String([value].flat()[0]));
  } catch (error) {
    return badRequest(`failed to parse receiver param: ${wordsOf(error)}`);
  }
};

/** What go-openapi takes for true (github.com/go-openapi/swag, `ConvertBool`); absent or empty is the default of all of them: true. */
const truths = new Set(['true', '1', 'yes', 'ok', 'y', 'on', 'selected', 'checked', 't', 'enabled']);
export const flagOf = (value: unknown): boolean => {
  const text = String([value ?? ''].flat().at(-1));
  return text === '' || truths.has(text.toLowerCase());
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
