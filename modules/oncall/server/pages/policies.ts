import { Refusal, type FieldError } from '../../../../kernel/problem.ts';
import { reaches } from '../../../../kernel/role.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Policy, PolicySpec } from '../../contract/policies.ts';
import { afterLastInWords, oddities, type Target } from '../../domain/escalation/plan.ts';
import type { PagesGround } from './pages-ground.ts';
import { lockPolicy, removePolicy, savePolicy, unknownNames, type PolicyRow } from './policy-store.ts';
import type { Handle, PagesTables } from './tables.ts';

export type Outcome = 'created' | 'changed' | 'unchanged';

/** Makes the policy be as said. What it points at must exist; pages in flight keep the policy that they began with. */
export const putPolicy = async (
  ground: PagesGround,
  actor: Actor,
  name: string,
  said: PolicySpec & { readonly origin: 'hand' | 'file'; readonly source: string | null },
): Promise<{ outcome: Outcome; policy: Policy }> => {
  const { origin, source, ...spec } = said;
  requireEditor(actor, spec.team);
  return ground.postgres.transaction<PagesTables, { outcome: Outcome; policy: Policy }>(async (tx) => {
    const before = await lockPolicy(tx, name);
    if (before) requireEditor(actor, before.team);
    await refuseUnknown(ground, tx, spec);
    if (before && JSON.stringify(sorted(before.spec)) === JSON.stringify(sorted(spec)) && before.origin === origin)
      return { outcome: 'unchanged', policy: policyOf(before) };
    const row = { name, team: spec.team, spec, origin, source, changed_by: actor.name };
    const saved = await savePolicy(tx, row);
    const outcome = before ? 'changed' : 'created';
    await ground.ledger.append(tx, {
      kind: 'escalation-policy.changed',
      subject: `escalation-policy:${name}`,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { outcome, spec },
    });
    return { outcome, policy: policyOf(saved) };
  });
};

/** Deletes a policy. Pages in flight go on with their copy of it. */
export const deletePolicy = (ground: PagesGround, actor: Actor, name: string): Promise<void> =>
  ground.postgres.transaction<PagesTables, void>(async (tx) => {
    const before = await lockPolicy(tx, name);
    if (!before) throw noSuchPolicy(name);
    requireEditor(actor, before.team);
    await removePolicy(tx, name);
    await ground.ledger.append(tx, {
      kind: 'escalation-policy.removed',
      subject: `escalation-policy:${name}`,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { spec: before.spec },
    });
  });

/** A row as the contract tells it. */
export const policyOf = (row: PolicyRow): Policy => ({
  name: row.name,
  spec: row.spec,
  afterLast: afterLastInWords(row.spec),
  warnings: oddities(row.spec),
  origin: row.origin,
  source: row.source,
  changedAt: row.changed_at.toISOString(),
  changedBy: row.changed_by,
});

export const noSuchPolicy = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'oncall.unknown-policy',
    title: 'There is no such escalation policy',
    detail: name,
  });

/** A team's policy belongs to its editors; one of nobody to the editors of the organisation. */
const requireEditor = (actor: Actor, team: string | null): void => {
  if (reaches(actor.role, 'editor')) return;
  if (team !== null && reaches(actor.teams[team] ?? null, 'editor')) return;
  throw new Refusal({
    status: 403,
    code: 'oncall.not-your-policy',
    title: 'Only editors of its team may change this policy',
    detail:
      team === null
        ? 'It belongs to no team: ask an editor of the organisation, or give it the team that you are an editor of (spec.team).'
        : `It belongs to the team ${team}, and you are no editor there or in the organisation.`,
  });
};

/** Every person, team and schedule that the policy points at and that does not exist, each at its place. */
const refuseUnknown = async (ground: PagesGround, db: Handle, spec: PolicySpec): Promise<void> => {
  const placed = [
    ...spec.steps.flatMap(({ notify }, step) =>
      notify.map((target, index) => ({ target, path: `body.steps.${step}.notify.${index}` })),
    ),
    ...spec.otherwise.notify.map((target, index) => ({ target, path: `body.otherwise.notify.${index}` })),
  ];
  const errors: FieldError[] = [...(await unknownTargets(ground, db, placed))];
  if (spec.team !== null && !(await ground.doors.identity.teamExists(spec.team)))
    errors.push({ path: 'body.team', message: `there is no team ${spec.team}` });
  if (errors.length === 0) return;
  throw new Refusal({
    status: 422,
    code: 'oncall.policy-points-at-nothing',
    title: 'The policy points at what does not exist',
    detail: `${errors.map((each) => each.message).join('; ')}. Make it first, or correct the name.`,
    errors,
  });
};

/** What does not exist of these targets. */
export const unknownTargets = async (
  ground: PagesGround,
  db: Handle,
  placed: readonly { readonly target: Target; readonly path: string }[],
): Promise<FieldError[]> => {
  const people = placed.flatMap(({ target }) => ('person' in target ? [target.person] : []));
  const teams = placed.flatMap(({ target }) => ('team' in target ? [target.team] : []));
  const missing = await unknownNames(db, { people, teams });
  const now = Temporal.Now.instant();
  const named = placed.flatMap(({ target }) =>
    'schedule' in target ? [target.schedule] : 'next' in target ? [target.next] : [],
  );
  const schedules = await ground.doors.onCallOf(named, now);
  const errors: FieldError[] = [];
  for (const { target, path } of placed) {
    if ('person' in target && missing.people.has(target.person))
      errors.push({ path: `${path}.person`, message: `there is nobody called ${target.person}, or they are disabled` });
    if ('team' in target && missing.teams.has(target.team))
      errors.push({ path: `${path}.team`, message: `there is no team ${target.team}` });
    const schedule = 'schedule' in target ? target.schedule : 'next' in target ? target.next : null;
    if (schedule !== null && !schedules.has(schedule))
      errors.push({
        path: `${path}.${'next' in target ? 'next' : 'schedule'}`,
        message: `there is no schedule ${schedule}`,
      });
  }
  return errors;
};

/** Keys in one order: PostgreSQL keeps jsonb in an order of its own. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
};
