import { Refusal } from '../../../../kernel/problem.ts';
import { reaches } from '../../../../kernel/role.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { ruleLimits, type AlertRule, type RuleSpecSaid } from '../../contract/rules.ts';
import { ruleOf } from '../../domain/rules/rule.ts';
import { saidOf } from './decide.ts';
import { readRules } from './read-rules.ts';
import {
  countRules,
  endGroups,
  firingGroups,
  lockRule,
  removeRule,
  ruleSeen,
  saveRule,
  tellAgain,
  type RuleSeen,
} from './rule-store.ts';
import type { RulesGround } from './rules-ground.ts';
import type { RuleTables } from './tables.ts';

type Outcome = 'created' | 'changed' | 'unchanged';

interface Said {
  readonly spec: RuleSpecSaid;
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
}

/** Makes the rule be as said. What the engine cannot measure is refused at once; while it is away that is told later. */
export const putRule = async (
  ground: RulesGround,
  actor: Actor,
  name: string,
  said: Said,
): Promise<{ outcome: Outcome; rule: AlertRule }> => {
  const { spec, origin, source } = said;
  requireEditor(actor, spec.team);
  if (spec.team !== null && !(await ground.identity.teamExists(spec.team)))
    throw wrongField('body.spec.team', `there is no team ${spec.team}`);
  await refuseImmeasurable(ground, name, spec);
  return ground.postgres.transaction<RuleTables, { outcome: Outcome; rule: AlertRule }>(async (tx) => {
    const before = await lockRule(tx, name);
    if (before) requireEditor(actor, before.team);
    else if ((await countRules(tx)) >= ruleLimits.rules)
      throw new Refusal({
        status: 409,
        code: 'alerting.too-many-rules',
        title: `There are ${ruleLimits.rules} alert rules, which is the most`,
      });
    const same = before && sameJson(before.spec, spec) && before.origin === origin;
    if (before && same) return { outcome: 'unchanged', rule: ruleShape((await ruleSeen(tx, name))!) };
    const begins = !before || !spec.enabled || !before.enabled || !sameJson(judgedBy(before.spec), judgedBy(spec));
    if (before && begins) await endGroups(tx, name);
    else if (before) {
      const keys = await firingGroups(tx, name);
      const rule = ruleOf(name, spec);
      await tellAgain(
        tx,
        name,
        keys.map((key) => ({ key, said: saidOf(rule, key) })),
      );
    }
    const { team, enabled } = spec;
    await saveRule(tx, { name, team, spec, enabled, origin, source, changed_by: actor.name }, begins);
    const outcome = before ? 'changed' : 'created';
    await ground.ledger.append(tx, {
      kind: 'alert-rule.changed',
      subject: `alert-rule:${name}`,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { outcome, spec },
    });
    return { outcome, rule: ruleShape((await ruleSeen(tx, name))!) };
  });
};

/** What makes a rule another one: states of the old one say nothing of it. */
const judgedBy = ({ measure, change, forecast }: RuleSpecSaid) => ({ measure, change, forecast });

export const deleteRule = (ground: RulesGround, actor: Actor, name: string): Promise<void> =>
  ground.postgres.transaction<RuleTables, void>(async (tx) => {
    const before = await lockRule(tx, name);
    if (!before) throw noSuchRule(name);
    requireEditor(actor, before.team);
    await endGroups(tx, name);
    await removeRule(tx, name);
    await ground.ledger.append(tx, {
      kind: 'alert-rule.removed',
      subject: `alert-rule:${name}`,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { spec: before.spec },
    });
  });

/** One step of it is measured for trial: a pattern that is none, or too many groups, is told to who writes it, not at night. */
const refuseImmeasurable = async (ground: RulesGround, name: string, spec: RuleSpecSaid): Promise<void> => {
  const rule = ruleOf(name, { ...spec, forecast: null });
  const now = Math.floor(ground.clock.now().epochMilliseconds / 60_000) * 60;
  const [read] = await readRules(ground.telemetry.measures, [{ rule, steps: [now] }]);
  if (read && 'trouble' in read && !read.away) throw wrongField('body.spec.measure', read.trouble);
};

const wrongField = (path: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'alerting.rule-impossible',
    title: 'This rule cannot be judged',
    detail: message,
    errors: [{ path, message }],
  });

export const noSuchRule = (name: string): Refusal =>
  new Refusal({ status: 404, code: 'alerting.unknown-rule', title: 'There is no such alert rule', detail: name });

/** A team's rule belongs to its editors; one of nobody to the editors of the organisation. */
const requireEditor = (actor: Actor, team: string | null): void => {
  if (reaches(actor.role, 'editor')) return;
  if (team !== null && Object.hasOwn(actor.teams, team) && reaches(actor.teams[team] ?? null, 'editor')) return;
  throw new Refusal({
    status: 403,
    code: 'alerting.not-your-rule',
    title: 'Only editors of its team may change this rule',
    detail:
      team === null
        ? 'It belongs to no team: ask an editor of the organisation, or give it the team that you are an editor of (spec.team).'
        : `It belongs to the team ${team}, and you are no editor there or in the organisation.`,
  });
};

/** A row as the contract tells it. */
export const ruleShape = (row: RuleSeen): AlertRule => ({
  name: row.name,
  spec: row.spec,
  state: row.state,
  unknown:
    row.unknown_since === null
      ? null
      : { since: row.unknown_since.toISOString(), reason: row.unknown_reason ?? 'It cannot be judged.' },
  judgedAt: row.decided_to?.toISOString() ?? null,
  firing: row.firing,
  origin: row.origin,
  source: row.source,
  changedAt: row.changed_at.toISOString(),
  changedBy: row.changed_by,
});

const sameJson = (one: unknown, other: unknown): boolean =>
  JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

/** Keys in one order, without those that are not said: PostgreSQL keeps jsonb in an order of its own. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
};
