import { Refusal, type FieldError } from '../../../../kernel/problem.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import {
  policyLimits,
  type AlertRoute,
  type InhibitionAnswer,
  type InhibitionSpec,
  type RouteSpec,
  type SuppressionSettings,
} from '../../contract/policy.ts';
import { parseAll } from '../../domain/policy/parse-matchers.ts';
import type { Matcher } from '../../domain/policy/matcher.ts';
import {
  refuseByHand,
  refuseWrong,
  requireEditor,
  sameSpec,
  unknown,
  type Outcome,
  type PolicyGround,
} from './policy-ground.ts';
import { inhibitionProblems, inhibitionWarnings, routeProblems, routeWarnings, targetsIn } from './problems.ts';
import * as store from './store.ts';
import type { InhibitionRow, PolicyDb, PolicyTables, PolicyTx, RouteRow } from './tables.ts';

interface Said<Spec> {
  readonly spec: Spec;
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
}

/** Makes a route be as said. Throws `alerting.bad-route`, `alerting.not-yours`, `alerting.made-from-file`, `alerting.too-many-routes`. */
export const putRoute = (
  ground: PolicyGround,
  actor: Actor,
  name: string,
  said: Said<RouteSpec>,
): Promise<{ outcome: Outcome; route: AlertRoute }> => {
  const { spec, origin, source } = said;
  refuseWrong(routeProblems(spec), 'route');
  return ground.postgres.transaction<PolicyTables, { outcome: Outcome; route: AlertRoute }>(async (tx) => {
    await store.lockName(tx, `route:${name}`);
    const before = await store.routeNamed(tx, name);
    if (before) requireEditor(actor, { team: before.team, what: 'route', match: read(before.spec.match) });
    requireEditor(actor, { team: spec.team, what: 'route', match: read(spec.match) });
    refuseByHand(ground, before, origin);
    refuseWrong(await unknownIn(ground, tx, spec), 'route');
    if (before && sameSpec(before.spec, spec) && before.origin === origin)
      return { outcome: 'unchanged', route: routeShape(before) };
    if (!before) await refuseTooMany(tx, 'alerting.route');
    const row = { name, team: spec.team, place: spec.order, spec, origin, source, changed_by: actor.name };
    const saved = await store.saveRoute(tx, row);
    const outcome = before ? 'changed' : 'created';
    await tell(ground, tx, actor, { kind: 'route.changed', subject: `route:${name}`, data: { outcome, spec } });
    return { outcome, route: routeShape(saved) };
  });
};

export const deleteRoute = (ground: PolicyGround, actor: Actor, name: string): Promise<void> =>
  ground.postgres.transaction<PolicyTables, void>(async (tx) => {
    await store.lockName(tx, `route:${name}`);
    const before = await store.routeNamed(tx, name);
    if (!before) throw unknown('route', name);
    requireEditor(actor, { team: before.team, what: 'route', match: read(before.spec.match) });
    await store.removeNamed(tx, 'alerting.route', name);
    const data = { spec: before.spec };
    await tell(ground, tx, actor, { kind: 'route.removed', subject: `route:${name}`, data });
  });

/** Makes an inhibition be as said. Throws as `putRoute` does, with `inhibition` for `route`. */
export const putInhibition = (
  ground: PolicyGround,
  actor: Actor,
  name: string,
  said: Said<InhibitionSpec>,
): Promise<{ outcome: Outcome; inhibition: InhibitionAnswer }> => {
  const { spec, origin, source } = said;
  refuseWrong(inhibitionProblems(spec), 'inhibition');
  return ground.postgres.transaction<PolicyTables, { outcome: Outcome; inhibition: InhibitionAnswer }>(async (tx) => {
    await store.lockName(tx, `inhibition:${name}`);
    const before = await store.inhibitionNamed(tx, name);
    if (before) requireEditor(actor, { team: before.team, what: 'inhibition', match: read(before.spec.target) });
    requireEditor(actor, { team: spec.team, what: 'inhibition', match: read(spec.target) });
    refuseByHand(ground, before, origin);
    if (spec.team !== null && !(await ground.identity.teamExists(spec.team)))
      refuseWrong([{ path: 'body.team', message: `there is no team ${spec.team}` }], 'inhibition');
    if (before && sameSpec(before.spec, spec) && before.origin === origin)
      return { outcome: 'unchanged', inhibition: inhibitionShape(before) };
    if (!before) await refuseTooMany(tx, 'alerting.inhibition');
    const saved = await store.saveInhibition(tx, {
      name,
      team: spec.team,
      spec,
      origin,
      source,
      changed_by: actor.name,
    });
    const outcome = before ? 'changed' : 'created';
    const data = { outcome, spec };
    await tell(ground, tx, actor, { kind: 'inhibition.changed', subject: `inhibition:${name}`, data });
    return { outcome, inhibition: inhibitionShape(saved) };
  });
};

export const deleteInhibition = (ground: PolicyGround, actor: Actor, name: string): Promise<void> =>
  ground.postgres.transaction<PolicyTables, void>(async (tx) => {
    await store.lockName(tx, `inhibition:${name}`);
    const before = await store.inhibitionNamed(tx, name);
    if (!before) throw unknown('inhibition', name);
    requireEditor(actor, { team: before.team, what: 'inhibition', match: read(before.spec.target) });
    await store.removeNamed(tx, 'alerting.inhibition', name);
    const data = { spec: before.spec };
    await tell(ground, tx, actor, { kind: 'inhibition.removed', subject: `inhibition:${name}`, data });
  });

/** Says how far flapping and the service map hold alerts back. */
export const putSuppression = (ground: PolicyGround, actor: Actor, settings: SuppressionSettings): Promise<void> =>
  ground.postgres.transaction<PolicyTables, void>(async (tx) => {
    await store.saveSuppression(tx, settings, actor.name);
    await tell(ground, tx, actor, {
      kind: 'suppression.changed',
      subject: 'suppression',
      data: { suppression: settings },
    });
  });

export const routeShape = (row: RouteRow): AlertRoute => ({
  name: row.name,
  spec: row.spec,
  warnings: routeWarnings(row.spec),
  ...marksOf(row),
});

export const inhibitionShape = (row: InhibitionRow): InhibitionAnswer => ({
  name: row.name,
  spec: row.spec,
  warnings: inhibitionWarnings(row.spec),
  ...marksOf(row),
});

const marksOf = ({ origin, source, changed_at, changed_by }: RouteRow | InhibitionRow) => ({
  origin,
  source,
  changedAt: changed_at.toISOString(),
  changedBy: changed_by,
});

const read = (texts: readonly string[]): readonly Matcher[] => {
  const parsed = parseAll(texts);
  return 'matchers' in parsed ? parsed.matchers : [];
};

const tell = async (
  { ledger }: PolicyGround,
  tx: PolicyTx,
  actor: Actor,
  event: { readonly kind: string; readonly subject: string; readonly data: Record<string, unknown> },
): Promise<void> => {
  if (event.kind !== 'suppression.changed') await store.countUp(tx);
  await ledger.append(tx, { ...event, actor: { kind: actor.kind, id: actor.id, name: actor.name } });
};

/** Every team, policy and person that the route names and that does not exist, each at its place. */
export const unknownIn = async (
  { identity }: Pick<PolicyGround, 'identity'>,
  db: PolicyDb | PolicyTx,
  spec: RouteSpec,
): Promise<FieldError[]> => {
  const placed = targetsIn(spec);
  const of = (kind: 'person' | 'team' | 'policy'): string[] =>
    placed.flatMap(({ target }) => (kind in target ? [(target as Record<string, string>)[kind]!] : []));
  const missing = await store.unknownNames(db, { people: of('person'), teams: of('team'), policies: of('policy') });
  const words = {
    person: (name: string) => `there is nobody called ${name}, or they are disabled`,
    team: (name: string) => `there is no team ${name}`,
    policy: (name: string) => `there is no escalation policy ${name}`,
  };
  const errors = placed.flatMap(({ target, path }) =>
    (['person', 'team', 'policy'] as const).flatMap((kind) => {
      const name = (target as Record<string, string>)[kind];
      return name !== undefined && missing.has(`${kind}:${name}`)
        ? [{ path: `${path}.${kind}`, message: words[kind](name) }]
        : [];
    }),
  );
  if (spec.team !== null && !(await identity.teamExists(spec.team)))
    errors.push({ path: 'body.team', message: words.team(spec.team) });
  return errors;
};

const refuseTooMany = async (tx: PolicyTx, table: 'alerting.route' | 'alerting.inhibition'): Promise<void> => {
  const most = table === 'alerting.route' ? policyLimits.routes : policyLimits.inhibitions;
  if ((await store.countOf(tx, table)) < most) return;
  throw new Refusal({
    status: 409,
    code: 'alerting.too-many-rules',
    title: 'There are too many of them',
    detail: `At most ${most}, because every alert is judged by all of them. Delete some, or nest routes in one document.`,
  });
};
