import { ruleOf, type Rule, type RuleSpec } from './rule.ts';

/** A rule over a gauge, judged each minute; what is not said is as the contract has it. */
export const aRule = (
  said: Partial<Omit<RuleSpec, 'clear' | 'noData'>> & {
    readonly clear?: Partial<RuleSpec['clear']>;
    readonly noData?: Partial<RuleSpec['noData']>;
  } = {},
): Rule =>
  ruleOf('queue-grows', {
    title: null,
    team: null,
    service: null,
    severity: 'error',
    enabled: true,
    measure: { metric: { name: 'queue.size', where: [], aggregate: 'avg', by: [] } },
    over: 'PT5M',
    every: 'PT1M',
    delay: 'PT30S',
    change: null,
    forecast: null,
    fire: { op: '>', value: 10 },
    for: 'PT0S',
    labels: {},
    annotations: {},
    ...said,
    clear: { value: null, keepFor: 'PT0S', ...said.clear },
    noData: { then: 'keep', after: 'PT5M', ...said.noData },
  });
