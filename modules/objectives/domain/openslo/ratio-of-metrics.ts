import { canonicalText } from '../canonical-indicator.ts';
import type { Indicator } from '../indicator.ts';
import { errorAt, type Finding } from './finding.ts';
import { isSaid, numberAt } from './json.ts';
import type { LeadlineSource } from './leadline-source.ts';

type Metric = Extract<LeadlineSource, { of: 'metric' }>;

/**
 * Stored metrics: increases of two counters, or the values of one histogram within a bound
 * (`good: {metric: {name, within: 0.3}}`, `total: {metric: {name}}`).
 */
export const ratioOfMetrics = (
  total: Metric,
  part: Metric,
  is: 'good' | 'bad',
): { indicator: Indicator | null; findings: readonly Finding[] } => {
  const findings: Finding[] = [total, part].flatMap(({ said, path }) =>
    isSaid(said, 'measure') ? [errorAt([...path, 'measure'], 'means nothing in a ratioMetric; take it away')] : [],
  );
  if (isSaid(total.said, 'within'))
    findings.push(errorAt([...total.path, 'within'], 'means nothing in total; take it away'));
  const bound = numberAt(part.said, 'within');
  if (bound !== null) {
    if (is === 'bad') findings.push(errorAt([...part.path, 'within'], 'is not bad; write good instead of bad'));
    if (canonicalText(total.selection) !== canonicalText(part.selection))
      findings.push(errorAt(part.path, 'selects another histogram than total; write the same for both'));
    return { indicator: findings.length > 0 ? null : { kind: 'metric-within', of: total.selection, bound }, findings };
  }
  if (canonicalText(total.selection) === canonicalText(part.selection))
    findings.push(errorAt(part.path, `selects the same as total; write what makes an event ${is}, by name or where`));
  const indicator: Indicator = { kind: 'metric-ratio', total: total.selection, part: { is, of: part.selection } };
  return { indicator: findings.length > 0 ? null : indicator, findings };
};
