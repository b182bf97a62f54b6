import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import { deletePolicy, getPolicy, listPolicies, policyDocument, putPolicy, type Policy } from '../contract/policies.ts';

/** `kind: EscalationPolicy`: `spec` is what `PUT /api/v1/escalation-policies/{name}` takes. */
export const policyKind: DocumentKind = {
  kind: 'EscalationPolicy',
  schema: policyDocument,
  apply: async (context, document, name, file) => {
    const { spec } = policyDocument.parse(document);
    try {
      const body = { ...spec, origin: 'file', source: file ?? null };
      const answer: { outcome: 'created' | 'changed' | 'unchanged' } = await context.call(putPolicy, {
        params: { name },
        body,
      });
      return answer.outcome;
    } catch (error) {
      if (!(error instanceof Refusal) || !error.problem.errors) throw error;
      const errors = error.problem.errors.map(({ path, message }) => ({
        path: path.replace(/^body\./, 'spec.'),
        message,
      }));
      throw new Refusal({ ...error.problem, errors });
    }
  },
  remove: (context, name) => context.call(deletePolicy, { params: { name } }),
  get: async (context, name) => (await policies(context, name)).map(asDocument),
};

const asDocument = ({ name, spec }: Policy): unknown => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'EscalationPolicy',
  metadata: { name },
  spec,
});

const policies = async (context: CliContext, name: string | null): Promise<Policy[]> => {
  if (name !== null) return [await context.call(getPolicy, { params: { name } })];
  const items: Policy[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: Policy[]; next: string | null } = await context.call(listPolicies, {
      query: { limit: 200, ...(cursor === null ? {} : { cursor }) },
    });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};
