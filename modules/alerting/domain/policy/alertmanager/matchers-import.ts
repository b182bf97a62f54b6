import { matcherText, type Matcher } from '../matcher.ts';
import { parseAll } from '../parse-matchers.ts';
import { mapping, text, texts, type Finding, type Said } from './config-reading.ts';

/** Matchers of a route or an inhibition as one list, the two older ways of writing them too. */
export const matchersFrom = (
  said: Said,
  names: { readonly equal: string; readonly pattern: string; readonly matchers: string },
  { where, findings }: { readonly where: string; readonly findings: Finding[] },
): string[] => {
  const older = (field: string, op: '=' | '=~'): Matcher[] =>
    Object.entries(mapping(said[field]) ?? {}).map(([name, value]) => ({ name, op, value: text(value) ?? '' }));
  const parsed = parseAll(texts(said[names.matchers]));
  if ('problem' in parsed)
    findings.push({
      where: `${where}.${names.matchers}.${parsed.index}`,
      what: 'a matcher',
      why: `${parsed.problem}; correct it, because without it more would match`,
      level: 'lost',
    });
  const modern = 'matchers' in parsed ? parsed.matchers : null;
  return [...older(names.equal, '='), ...older(names.pattern, '=~'), ...(modern ?? [neverMatches])].map(matcherText);
};

/** Stands for a matcher that cannot be read: a rule that loses a matcher must not take what it never took. */
const neverMatches: Matcher = { name: 'alertname', op: '=~', value: 'a matcher that could not be read$.' };
