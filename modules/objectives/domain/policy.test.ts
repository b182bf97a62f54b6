import { describe, expect, it } from 'vitest';
import { judgePolicy, workbookPolicy, type BudgetPolicy, type PolicyFacts } from './policy.ts';

/** Four weeks of a million requests at 99.9 %: a thousand may be bad. */
const facts = (given: Partial<PolicyFacts> = {}): PolicyFacts => ({
  targetPpm: 999_000,
  good: 999_500,
  bad: 500,
  firing: [],
  incidents: [],
  quarter: null,
  ...given,
});
const rulesOf = (given: Partial<PolicyFacts>, policy = workbookPolicy) =>
  judgePolicy(policy, facts(given)).map((each) => [each.rule, each.cause, each.consequence.kind]);

describe('The workbook’s error budget policy (SRE workbook, appendix B)', () => {
  it('nothing follows while the service is within its budget', () => {
    expect(rulesOf({})).toEqual([]);
    expect(rulesOf({ good: 0, bad: 0 })).toEqual([]);
  });
  it('over budget for four weeks: changes halt, but P0 and security', () => {
    const [finding] = judgePolicy(workbookPolicy, facts({ good: 999_000, bad: 1_000 }));
    expect(finding).toMatchObject({
      rule: 'over-budget',
      consequence: { kind: 'freeze-changes', except: ['p0', 'security'] },
    });
    expect(finding!.reason).toContain(
      'spent 100 % of the budget: 1,000 bad events, 1,000 allowed at 99.9 % of 1,000,000',
    );
    expect(rulesOf({ good: 999_001, bad: 999 })).toEqual([]);
  });
  it('one incident over 20 % of the budget of four weeks: a postmortem with a P0 action; at 20 % not yet', () => {
    const incidents = [
      { name: 'INC-1', bad: 200 },
      { name: 'INC-2', bad: 201 },
    ];
    expect(rulesOf({ incidents })).toEqual([['single-incident', 'INC-2', 'open-action']]);
  });
  it('one class of outage over 20 % of a quarter: a P0 in the next plan', () => {
    const quarter = {
      good: 2_990_000,
      bad: 10_000,
      classes: [
        { name: 'database', bad: 601 },
        { name: 'network', bad: 600 },
      ],
    };
    expect(rulesOf({ quarter })).toEqual([['class-of-outage', 'database', 'open-action']]);
  });
});

describe('A policy of one’s own', () => {
  const own: BudgetPolicy = {
    name: 'strict',
    title: 'Strict',
    overMinutes: null,
    rules: [
      {
        name: 'ask',
        when: { kind: 'spent', sharePpm: 500_000 },
        then: [{ kind: 'require-approval', from: 'sre' }],
        because: 'Half is gone.',
      },
      {
        name: 'stop',
        when: { kind: 'burning', urgency: 'page' },
        then: [
          { kind: 'freeze-changes', except: [] },
          { kind: 'open-action', priority: 'p1', what: 'Look' },
        ],
        because: 'It burns.',
      },
    ],
  };
  it('judges shares exactly and each tier by its urgency', () => {
    expect(rulesOf({ good: 999_501, bad: 499 }, own)).toEqual([]);
    expect(rulesOf({}, own)).toEqual([['ask', 'budget', 'require-approval']]);
    const firing = [
      { tier: 'page-fast', urgency: 'page' as const },
      { tier: 'ticket-slow', urgency: 'ticket' as const },
    ];
    expect(rulesOf({ firing, good: 1_000_000, bad: 0 }, own)).toEqual([
      ['stop', 'page-fast', 'freeze-changes'],
      ['stop', 'page-fast', 'open-action'],
    ]);
  });
});
