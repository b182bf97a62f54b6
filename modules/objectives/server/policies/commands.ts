import { Refusal } from '../../../../kernel/problem.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { policyLimits, type BudgetPolicyAnswer } from '../../contract/policies.ts';
import { canonicalText } from '../../domain/canonical-indicator.ts';
import { workbookPolicy, type BudgetPolicy } from '../../domain/policy.ts';
import * as store from './store.ts';
import type { PoliciesTables } from './tables.ts';

type CommandGround = Pick<Ground, 'postgres' | 'ledger' | 'clock'>;

/** Makes or changes a policy. Throws a Refusal `objectives.too-many-policies`. */
export const putPolicy = (
  { postgres, ledger, clock }: CommandGround,
  actor: Actor,
  policy: BudgetPolicy,
): Promise<{ outcome: 'created' | 'changed' | 'unchanged'; policy: BudgetPolicyAnswer }> =>
  postgres.transaction<PoliciesTables, Awaited<ReturnType<typeof putPolicy>>>(async (tx) => {
    await store.lockPolicies(tx);
    const all = await store.keptPolicies(tx);
    const present = all.find((each) => each.policy.name === policy.name) ?? null;
    if (present && canonicalText(present.policy) === canonicalText(policy))
      return { outcome: 'unchanged', policy: policyShape(present) };
    if (!present && all.length >= policyLimits.policiesMax) throw tooMany();
    const changedAt = new Date(clock.now().epochMilliseconds);
    await store.savePolicy(tx, policy, actor.name, changedAt);
    const outcome = present ? 'changed' : 'created';
    await ledger.append(tx, {
      kind: 'budget-policy.described',
      subject: `budget-policy:${policy.name}`,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { outcome, before: present?.policy ?? null, after: policy },
    });
    return { outcome, policy: policyShape({ policy, changedBy: actor.name, changedAt }) };
  });

/** Throws a Refusal `objectives.policy-unknown`, or `objectives.in-use` where objectives name it. */
export const deletePolicy = ({ postgres, ledger }: CommandGround, actor: Actor, name: string): Promise<void> =>
  postgres.transaction<PoliciesTables, void>(async (tx) => {
    await store.lockPolicies(tx);
    const present = (await store.keptPolicies(tx)).find((each) => each.policy.name === name);
    if (!present) throw unknownPolicy(name);
    const users = name === workbookPolicy.name ? [] : await store.usersOfPolicy(tx, name);
    if (users.length > 0)
      throw new Refusal({
        status: 409,
        code: 'objectives.in-use',
        title: `Budget policy ${name} is in use`,
        detail: `By ${users.join(', ')}. Give ${users.length === 1 ? 'it' : 'them'} another policy first (annotation leadline.dev/budget-policy).`,
      });
    await store.removePolicy(tx, name);
    await ledger.append(tx, {
      kind: 'budget-policy.deleted',
      subject: `budget-policy:${name}`,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { before: present.policy },
    });
  });

/** All of them by name, the workbook's in its place where nobody wrote another default. */
export const allPolicies = async ({ postgres }: Pick<Ground, 'postgres'>): Promise<BudgetPolicyAnswer[]> => {
  const kept = (await store.keptPolicies(postgres.tables<PoliciesTables>())).map(policyShape);
  if (kept.some(({ name }) => name === workbookPolicy.name)) return kept;
  return [...kept, builtIn].sort((a, b) => (a.name < b.name ? -1 : 1));
};

export const unknownPolicy = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'objectives.policy-unknown',
    title: 'There is no such budget policy',
    detail: name,
  });

const shaped = (policy: BudgetPolicy) =>
  structuredClone(policy) as Omit<BudgetPolicyAnswer, 'builtIn' | 'changedBy' | 'changedAt'>;

const policyShape = ({ policy, changedBy, changedAt }: store.KeptPolicy): BudgetPolicyAnswer => ({
  ...shaped(policy),
  builtIn: false,
  changedBy,
  changedAt: changedAt.toISOString(),
});

const builtIn: BudgetPolicyAnswer = { ...shaped(workbookPolicy), builtIn: true, changedBy: null, changedAt: null };

const tooMany = (): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.too-many-policies',
    title: `There are at most ${policyLimits.policiesMax} budget policies`,
    detail: 'Let objectives share one: a policy is a rule for many.',
  });
