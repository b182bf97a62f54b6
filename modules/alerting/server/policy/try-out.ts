import { setImmediate } from 'node:timers/promises';
import { Refusal } from '../../../../kernel/problem.ts';
import type { CatalogDoor } from '../../../catalog/server/public.ts';
import { policyLimits } from '../../contract/policy.ts';
import { type Tried, type TryAsked } from '../../contract/try-routes.ts';
import type { Severity } from '../../domain/alert.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import { groupKeyOf } from '../../domain/policy/group-key.ts';
import { judgedLabels, type Judged } from '../../domain/policy/judged-labels.ts';
import {
  mutedAt,
  passedOver,
  routeOf,
  type Routed,
  type RouteNode,
  type RouteTarget,
  type RouteTree,
} from '../../domain/policy/route.ts';
import { silencesOf } from '../../domain/policy/silence.ts';
import { targetsOf } from '../../domain/targets.ts';
import type { InForce } from '../engine/in-force.ts';
import { severityFrom } from '../../domain/alert.ts';
import { refuseWrong, type PolicyGround } from './policy-ground.ts';
import { routeProblems } from './problems.ts';
import { routeTreeOf, type KeptRoute } from './route-tree.ts';
import { unknownIn } from './rules.ts';
import { allRoutes, databaseNow } from './store.ts';
import type { PolicyTables } from './tables.ts';
import { standIns, storedAlert, storedAlerts, type StoredAlert } from './try-store.ts';

export interface TryGround extends PolicyGround {
  readonly catalog: Pick<CatalogDoor, 'factsOf'>;
  readonly inForce: InForce;
}

/** What becomes of one alert, or what other routes would have changed. Throws for proposed routes what saving them would throw. */
export const tryRoutes = async (ground: TryGround, asked: TryAsked): Promise<Tried> => {
  const db = ground.postgres.tables<PolicyTables>();
  for (const [index, { spec }] of asked.routes.entries()) {
    const errors = [...routeProblems(spec), ...(await unknownIn(ground, db, spec))];
    refuseWrong(
      errors.map(({ path, message }) => ({ path: path.replace(/^body/, `body.routes.${index}.spec`), message })),
      'route',
    );
  }
  const present: KeptRoute[] = await allRoutes(db);
  const named = new Set([...asked.without, ...asked.routes.map(({ name }) => name)]);
  const proposed = [...present.filter(({ name }) => !named.has(name)), ...asked.routes];
  const after = routeTreeOf(proposed);
  return 'days' in asked
    ? overDays(ground, { days: asked.days, before: routeTreeOf(present), after })
    : onAlert(ground, { asked, tree: after });
};

const onAlert = async (
  ground: TryGround,
  { asked, tree }: { readonly asked: Extract<TryAsked, { alert: unknown }>; readonly tree: RouteTree },
): Promise<Tried> => {
  const db = ground.postgres.tables<PolicyTables>();
  const now = await databaseNow(db);
  const at = asked.at === undefined ? now : Temporal.Instant.from(asked.at);
  const { judged: alert, integrationTeam } = await alertFor(ground, asked.alert, at);
  const owner = await ownerOf(ground, alert, integrationTeam);
  const { silences } = await ground.inForce();
  const silenced = silencesOf(silences, alert, at);
  return {
    at: at.toString(),
    labels: { ...judgedLabels(alert) },
    routes: routeOf(tree, alert, at).map((routed) => triedOf(tree, routed, { alert, at, owner })),
    passedOver: [...passedOver(tree, alert)].slice(0, 200),
    silenced: silenced && { by: [...silenced.by], reason: silenced.reason, until: silenced.until.toString() },
  };
};

const triedOf = (
  tree: RouteTree,
  routed: Routed,
  { alert, at, owner }: { readonly alert: Judged; readonly at: Temporal.Instant; readonly owner: Named },
) => {
  const { labels, reason } = groupKeyOf(routed, alert);
  const when = whenOf(tree, routed, at);
  return {
    route: routed.route,
    reason: routed.reason,
    to: routed.to.map((target) => ({ target, ...namedOf(target, owner) })),
    urgency: routed.urgency,
    group: { labels: { ...labels }, reason },
    ...when,
    repeatSeconds: routed.repeatSeconds,
  };
};

const lookAheadDays = 8;
const stepMinutes = 1;

/** When it is told: after the wait of its group, or when the route tells again. */
const whenOf = (
  tree: RouteTree,
  routed: Routed,
  at: Temporal.Instant,
): { readonly when: string | null; readonly whenReason: string } => {
  if (routed.to.length === 0) return { when: null, whenReason: 'this route tells nobody' };
  const first = at.add({ seconds: Math.round(routed.groupWaitSeconds) });
  const node = routed.route === null ? null : nodeBy(tree.routes, routed.route);
  const muted = node === null ? null : mutedAt(node, first);
  if (node === null || muted === null) {
    const wait = routed.groupWaitSeconds;
    return { when: first.toString(), whenReason: wait === 0 ? 'at once' : `after the wait of its group, ${wait} s` };
  }
  const minute = first.round({ smallestUnit: 'minute', roundingMode: 'ceil' });
  for (let step = 0; step < (lookAheadDays * 1_440) / stepMinutes; step++) {
    const next = minute.add({ minutes: step * stepMinutes });
    if (mutedAt(node, next) === null)
      return { when: next.toString(), whenReason: `${muted.reason}; it is told behind that` };
  }
  return { when: null, whenReason: `${muted.reason}, also in the next ${lookAheadDays} days` };
};

const nodeBy = (nodes: readonly RouteNode[], id: string): RouteNode | null => {
  for (const node of nodes) {
    if (node.id === id) return node;
    const found = id.startsWith(`${node.id}/`) ? nodeBy(node.routes, id) : null;
    if (found) return found;
  }
  return null;
};

interface Named {
  readonly name: string;
  readonly why: string;
}

const namedOf = (target: RouteTarget, owner: Named): Named => {
  if ('team' in target) return { name: `team ${target.team}`, why: 'the route says so' };
  if ('policy' in target) return { name: `policy ${target.policy}`, why: 'the route says so' };
  if ('person' in target) return { name: `person ${target.person}`, why: 'the route says so' };
  if ('webhook' in target) return { name: target.webhook.url, why: 'the route says so' };
  return owner;
};

/** Who would be asked first, as the engine does: those that cannot be paged are passed over then. */
const ownerOf = async (ground: TryGround, alert: Judged, integrationTeam: string | null): Promise<Named> => {
  const facts = alert.service === null ? undefined : (await ground.catalog.factsOf([alert.service])).get(alert.service);
  const known = await standIns(ground.postgres.tables<PolicyTables>());
  const [first] = targetsOf({
    what: 'this alert',
    service: alert.service,
    own: integrationTeam,
    ofService: facts?.owner ?? null,
    fallbackTeam: ground.config.values.fallbackTeam ?? null,
    ...known,
  });
  return first
    ? { name: `${first.kind} ${first.name}`, why: first.reason }
    : { name: 'nobody', why: 'there is neither a team nor an administrator' };
};

const alertFor = async (
  ground: TryGround,
  asked: Extract<TryAsked, { alert: unknown }>['alert'],
  at: Temporal.Instant,
): Promise<{ judged: Judged; integrationTeam: string | null }> => {
  if ('id' in asked) {
    const row = await storedAlert(ground.postgres.tables<PolicyTables>(), asked.id);
    if (!row)
      throw new Refusal({
        status: 404,
        code: 'alerting.alert-unknown',
        title: 'There is no such alert',
        detail: asked.id,
      });
    const [judged] = await judgedOf(ground, [row]);
    return { judged: judged!, integrationTeam: row.own_team ?? row.integration_team };
  }
  const service = asked.service ?? asked.labels['service'] ?? null;
  const facts = service === null ? undefined : (await ground.catalog.factsOf([service])).get(service);
  const severity: Severity = asked.severity ?? severityFrom(asked.labels['severity']);
  const judged = {
    id: 'tried',
    fingerprint: fingerprintOf(asked.labels),
    integration: { name: asked.integration ?? 'api' },
    labels: asked.labels,
    severity,
    service,
    team: facts?.owner ?? null,
    tier: facts?.tier ?? null,
    startsAt: at,
  };
  return { judged, integrationTeam: null };
};

const judgedOf = async (ground: TryGround, rows: readonly StoredAlert[]): Promise<Judged[]> => {
  const facts = await ground.catalog.factsOf(rows.flatMap(({ service }) => (service === null ? [] : [service])));
  return rows.map((row) => {
    const known = row.service === null ? undefined : facts.get(row.service);
    return {
      id: row.id,
      fingerprint: row.fingerprint,
      integration: { name: row.integration },
      labels: row.labels,
      severity: row.severity,
      service: row.service,
      team: row.own_team ?? known?.owner ?? row.integration_team,
      tier: known?.tier ?? null,
      startsAt: instantOf(row.starts_at),
    };
  });
};

const portion = 5_000;
const turn = 100;
const changesMax = 200;
const examplesMax = 5;

/** What would have gone another way, by what it would have been. */
const overDays = async (
  ground: TryGround,
  { days, before, after }: { readonly days: number; readonly before: RouteTree; readonly after: RouteTree },
): Promise<Tried> => {
  const db = ground.postgres.tables<PolicyTables>();
  const to = await databaseNow(db);
  const from = to.subtract({ hours: 24 * days });
  const found = { alerts: 0, changed: 0, changes: new Map<string, Change>(), taken: new Map<string | null, Taken>() };
  let last: string | null = null;
  for (let more = true; more && found.alerts < policyLimits.tryAlerts;) {
    const rows: StoredAlert[] = await storedAlerts(db, { since: from, before: last, limit: portion });
    const judged = await judgedOf(ground, rows);
    for (const [index, alert] of judged.entries()) {
      compare(found, { before, after }, alert, rows[index]!);
      // Pages that leave from this process do not wait for a question about the past.
      if (index % turn === 0) await setImmediate();
    }
    last = rows.at(-1)?.id ?? null;
    more = rows.length === portion;
  }
  const truncated = last !== null && (await storedAlerts(db, { since: from, before: last, limit: 1 })).length > 0;
  return {
    from: from.toString(),
    to: to.toString(),
    alerts: found.alerts,
    truncated,
    changed: found.changed,
    changes: [...found.changes.values()].toSorted((one, other) => other.count - one.count).slice(0, changesMax),
    taken: [...found.taken].map(([route, counts]) => ({ route, ...counts })),
  };
};

interface Way {
  readonly routes: (string | null)[];
  readonly to: string[];
  readonly urgency: 'high' | 'low';
}
interface Change {
  readonly before: Way;
  readonly after: Way;
  count: number;
  readonly examples: { id: string; summary: string; service: string | null; startsAt: string }[];
}
interface Taken {
  before: number;
  after: number;
}

const compare = (
  found: { alerts: number; changed: number; changes: Map<string, Change>; taken: Map<string | null, Taken> },
  trees: { readonly before: RouteTree; readonly after: RouteTree },
  alert: Judged,
  row: StoredAlert,
): void => {
  found.alerts += 1;
  const at = instantOf(row.received_at);
  const [one, other] = [wayOf(trees.before, alert, at), wayOf(trees.after, alert, at)];
  for (const side of ['before', 'after'] as const)
    for (const route of (side === 'before' ? one : other).routes) {
      const counts = found.taken.get(route) ?? { before: 0, after: 0 };
      counts[side] += 1;
      found.taken.set(route, counts);
    }
  // Another route that tells the same people as urgently changes nothing for anybody.
  if (JSON.stringify([one.to, one.urgency]) === JSON.stringify([other.to, other.urgency])) return;
  found.changed += 1;
  const key = JSON.stringify([one, other]);
  const change = found.changes.get(key) ?? { before: one, after: other, count: 0, examples: [] };
  change.count += 1;
  if (change.examples.length < examplesMax) {
    const { id, summary, service } = row;
    change.examples.push({ id, summary, service, startsAt: row.starts_at.toISOString() });
  }
  found.changes.set(key, change);
};

const wayOf = (tree: RouteTree, alert: Judged, at: Temporal.Instant): Way => {
  const routed = routeOf(tree, alert, at);
  const owner = { name: alert.team === null ? 'who stands in for an owner' : `owner ${alert.team}`, why: '' };
  const told = routed.flatMap(({ to, muted }) => (muted ? [] : to.map((target) => namedOf(target, owner).name)));
  return {
    routes: routed.map(({ route }) => route),
    to: [...new Set(told)].toSorted(),
    urgency: routed.some(({ urgency, to }) => urgency === 'high' && to.length > 0) ? 'high' : 'low',
  };
};

const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());
