import { canonicalText } from '../canonical-indicator.ts';
import type { AttributeFilter, BadSpan, Indicator } from '../indicator.ts';
import { errorAt, type Finding } from './finding.ts';
import { conditionsOf, noConditions, type LeadlineSource } from './leadline-source.ts';

type Spans = Extract<LeadlineSource, { of: 'spans' }>;

/**
 * Requests: `total` selects them, `good` or `bad` selects the same and says what makes one good or bad.
 * Bad: one of status error, slowerThanMs, one more attribute. Good: status ok, withinMs, or both at once.
 */
export const ratioOfSpans = (
  total: Spans,
  part: Spans,
  is: 'good' | 'bad',
): { indicator: Indicator | null; findings: readonly Finding[] } => {
  const findings = [...noConditions(total, 'total'), ...sameRequests(total, part)];
  const extra = extraFilters(total, part);
  const bad = is === 'good' ? badOfGood(part, extra) : badOfBad(part, extra);
  findings.push(...bad.findings);
  return { indicator: findings.length > 0 ? null : { kind: 'spans', of: total.selection, bad: bad.bad }, findings };
};

const sameRequests = (total: Spans, part: Spans): Finding[] =>
  (['service', 'environment', 'operation'] as const).flatMap((field) =>
    total.selection[field] === part.selection[field]
      ? []
      : [errorAt([...part.path, field], `selects other requests than total; write the same ${field} as in total`)],
  );

/** Conditions on attributes that the part has beyond those of the total. */
const extraFilters = (total: Spans, part: Spans): readonly AttributeFilter[] => {
  const said = new Set(total.selection.attributes.map(canonicalText));
  return part.selection.attributes.filter((each) => !said.has(canonicalText(each)));
};

const badOfBad = (part: Spans, extra: readonly AttributeFilter[]): { bad: BadSpan[]; findings: Finding[] } => {
  const { status, slowerThanMs, withinMs, measure } = conditionsOf(part.said);
  const findings: Finding[] = [];
  if (measure !== null)
    findings.push(errorAt([...part.path, 'measure'], 'means nothing in a ratioMetric; take it away'));
  if (status === 'ok') findings.push(errorAt([...part.path, 'status'], 'is ok, which is not bad; write error'));
  if (withinMs !== null) findings.push(errorAt([...part.path, 'withinMs'], 'is not bad; write slowerThanMs'));
  const bad: BadSpan[] = [
    ...(status === 'error' ? [{ kind: 'error' } as const] : []),
    ...(slowerThanMs === null ? [] : [{ kind: 'slower-than', ms: slowerThanMs } as const]),
    ...extra.map((filter) => ({ kind: 'attribute', filter }) as const),
  ];
  if (findings.length === 0 && bad.length === 0)
    findings.push(
      errorAt(
        part.path,
        'selects the same as total; write what makes a request bad: status: error, or slowerThanMs: 300',
      ),
    );
  if (bad.length > 1)
    findings.push(
      errorAt(
        part.path,
        'asks for several conditions at once; write one of them, or for "any of them is bad" write good: {status: ok, withinMs: 300}',
      ),
    );
  return { bad, findings };
};

const badOfGood = (part: Spans, extra: readonly AttributeFilter[]): { bad: BadSpan[]; findings: Finding[] } => {
  const { status, slowerThanMs, withinMs, measure } = conditionsOf(part.said);
  const findings: Finding[] = [];
  if (measure !== null)
    findings.push(errorAt([...part.path, 'measure'], 'means nothing in a ratioMetric; take it away'));
  if (status === 'error') findings.push(errorAt([...part.path, 'status'], 'is error, which is not good; write ok'));
  if (slowerThanMs !== null) findings.push(errorAt([...part.path, 'slowerThanMs'], 'is not good; write withinMs'));
  if (extra.length > 0)
    findings.push(
      errorAt(
        [...part.path, 'where'],
        'has conditions that total does not have; a request without the attribute would be neither good nor bad: write bad instead of good, with what makes a request bad',
      ),
    );
  const bad: BadSpan[] = [
    ...(status === 'ok' ? [{ kind: 'error' } as const] : []),
    ...(withinMs === null ? [] : [{ kind: 'slower-than', ms: withinMs } as const]),
  ];
  if (findings.length === 0 && bad.length === 0)
    findings.push(
      errorAt(part.path, 'selects the same as total; write what makes a request good: status: ok, or withinMs: 300'),
    );
  return { bad, findings };
};
