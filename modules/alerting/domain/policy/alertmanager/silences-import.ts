import type { Matcher } from '../matcher.ts';
import { mapping, mappings, text, type Finding } from './config-reading.ts';

export interface ImportedSilence {
  /** The same for the same silence each time. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly who: string;
  readonly why: string;
}

/** Silences as `amtool silence query -o json` prints them and the API gives them; those that are over are left out. */
export const importSilences = (
  value: unknown,
  now: Temporal.Instant,
): { readonly silences: readonly ImportedSilence[]; readonly findings: readonly Finding[] } => {
  const findings: Finding[] = [];
  const list = Array.isArray(value) ? value : [];
  if (!Array.isArray(value))
    findings.push({ where: 'silences', what: 'the whole file', why: 'this is no list of silences', level: 'lost' });
  const silences = mappings(list).flatMap((said, index): ImportedSilence[] => {
    const id = text(said['id']) ?? '';
    const where = `silences.${id || index}`;
    const [from, to] = [instant(said['startsAt']), instant(said['endsAt'])];
    const matchers = mappings(said['matchers']).map(matcherFrom);
    if (from === null || to === null || matchers.length === 0) {
      findings.push({ where, what: 'the whole silence', why: 'it has no matchers, no begin or no end', level: 'lost' });
      return [];
    }
    if (mapping(said['status'])?.['state'] === 'expired' || Temporal.Instant.compare(to, now) <= 0) {
      findings.push({ where, what: 'the whole silence', why: `it is over since ${to.toString()}`, level: 'note' });
      return [];
    }
    const name = `alertmanager-${
      id
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]/gu, '')
        .slice(0, 45) || index
    }`;
    const who = text(said['createdBy']) || 'Alertmanager';
    return [
      { name, matchers, from, to, who, why: text(said['comment'])?.trim() || 'No reason was given in Alertmanager.' },
    ];
  });
  return { silences, findings };
};

const matcherFrom = (said: Readonly<Record<string, unknown>>): Matcher => {
  const negative = said['isEqual'] === false;
  const op = said['isRegex'] === true ? (negative ? '!~' : '=~') : negative ? '!=' : '=';
  return { name: text(said['name']) ?? '', op, value: text(said['value']) ?? '' };
};

const instant = (value: unknown): Temporal.Instant | null => {
  try {
    return Temporal.Instant.from(text(value) ?? '');
  } catch {
    return null;
  }
};
