import type { Command } from 'commander';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import {
  deletePolicy,
  getPolicy,
  getPolicyStanding,
  listPolicies,
  policyDocument,
  putPolicy,
  type BudgetPolicyAnswer,
  type PolicyStanding,
} from '../contract/policies.ts';
import { inSpec } from './in-spec.ts';

/** `kind: BudgetPolicy`: what follows when a budget is spent. */
export const policyKind: DocumentKind = {
  kind: 'BudgetPolicy',
  schema: policyDocument,
  apply: async (context, document, name) => {
    const { spec } = policyDocument.parse(document);
    return (await inSpec(context.call(putPolicy, { params: { name }, body: spec }))).outcome;
  },
  remove: async (context, name) => {
    await context.call(deletePolicy, { params: { name } });
  },
  get: async (context, name) => {
    const found: BudgetPolicyAnswer[] =
      name === null ? (await context.call(listPolicies)).items : [await context.call(getPolicy, { params: { name } })];
    return found.map(({ title, overMinutes, rules, ...policy }) => ({
      apiVersion: 'leadline.dev/v1',
      kind: 'BudgetPolicy',
      metadata: { name: policy.name },
      spec: { title, overMinutes, rules },
    }));
  },
};

/** `leadline objective policy NAME`: what follows from an objective's budget policy now. */
export const registerPolicy = (objective: Command, context: CliContext): void => {
  objective
    .command('policy')
    .argument('<name>')
    .description('What follows from its budget policy now, with the numbers of each condition')
    .action(async (name: string) => {
      const standing: PolicyStanding = await context.call(getPolicyStanding, { params: { name } });
      context.print(
        standing.rules.map(({ rule, holds, reason }) => ({
          rule,
          holds,
          follows: standing.findings
            .filter((each) => each.rule === rule)
            .map(({ consequence }) => consequence.kind)
            .join(' '),
          reason,
        })),
        ['rule', 'holds', 'follows', 'reason'],
      );
    });
};
