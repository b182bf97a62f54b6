import type { Clock } from '../../../../platform/clock/clock.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { CatalogDoor } from '../../../catalog/server/public.ts';
import type { JudgedAlert } from '../../domain/alert.ts';
import { words } from '../../domain/policy/alertmanager/receivers.ts';
import { inhibitorsOf } from '../../domain/policy/inhibition.ts';
import { routeOf, type Routed } from '../../domain/policy/route.ts';
import { silencesOf } from '../../domain/policy/silence.ts';
import { sourceLink } from '../../domain/sources/alertmanager-posted.ts';
import {
  byFingerprint,
  byLabels,
  isAskedFor,
  type ShownAlert,
  type ShownGroup,
} from '../../domain/sources/alertmanager-shown.ts';
import { badRequest, type WireFault } from '../../domain/sources/alertmanager-wire.ts';
import { defaultRoute } from '../engine/judge.ts';
import type { InForce, PolicyInForce } from '../engine/in-force.ts';
import { firingSources, instantOf, judgedOf } from '../engine/judge-store.ts';
import type { AlertTables } from '../intake/tables.ts';
import type { AlertsQuestion } from './alertmanager-query.ts';
import { resolveTimeout } from './alertmanager-post.ts';
import { openAlerts, openGroupsOf, type OpenAlert } from './alertmanager-views.ts';

/** Alerts of one answer; more are refused with the advice to filter, because this API has no pages. */
export const shownMax = 20_000;

export interface ReadGround {
  readonly postgres: Pick<Postgres, 'tables'>;
  readonly catalog: Pick<CatalogDoor, 'ownerOf'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly inForce: InForce;
}

interface Looked {
  readonly row: OpenAlert;
  readonly shown: ShownAlert;
  readonly routed: readonly Routed[];
}

/** `GET /api/v2/alerts`, by fingerprint. `integration` is the only one whose alerts the caller may see; null: all. */
export const alertsShown = async (
  ground: ReadGround,
  question: AlertsQuestion,
  integration: string | null,
): Promise<readonly ShownAlert[] | WireFault> => {
  const looked = await look(ground, question, integration);
  if ('status' in looked) return looked;
  const { receiver, flags } = question;
  return looked
    .filter(({ shown }) => (receiver === null || shown.receivers.some(receiver)) && isAskedFor(shown, flags))
    .map(({ shown }) => shown)
    .toSorted(byFingerprint);
};

/** `GET /api/v2/alerts/groups`, by labels. */
export const groupsShown = async (
  ground: ReadGround,
  question: AlertsQuestion,
  integration: string | null,
): Promise<readonly ShownGroup[] | WireFault> => {
  const looked = await look(ground, question, integration);
  if ('status' in looked) return looked;
  const byId = new Map(looked.map((each) => [each.row.id, each]));
  const groups = new Map<string, ShownGroup>();
  for (const group of await openGroupsOf(ground.postgres.tables<AlertTables>(), [...byId.keys()])) {
    const members = group.alerts.map((id) => byId.get(id)!);
    const routed = members[0]!.routed.find((each) => (each.route ?? defaultRoute) === group.route);
    const receiver = words(routed?.to ?? group.targets);
    // Several targets of one route are one receiver here, as they are in the exported configuration.
    const key = JSON.stringify([group.route, group.labels]);
    if (groups.has(key) || (question.receiver !== null && !question.receiver(receiver))) continue;
    const mutedBy = routed?.muted?.intervals ?? [];
    if (!question.muted && mutedBy.length > 0) continue;
    const alerts = members
      .filter(({ shown }) => isAskedFor(shown, question.flags))
      .map(({ shown }) => ({ ...shown, mutedBy: [...shown.mutedBy, ...mutedBy] }));
    if (alerts.length > 0) groups.set(key, { labels: group.labels, receiver, alerts });
  }
  return [...groups.values()].toSorted(byLabels);
};

/** Alerts that fire and fit the filter, each judged by what is in force now: a silence shows the moment that it stands. */
const look = async (
  { postgres, catalog, clock, inForce }: ReadGround,
  { filter }: AlertsQuestion,
  integration: string | null,
): Promise<readonly Looked[] | WireFault> => {
  const db = postgres.tables<AlertTables>();
  const labels = Object.fromEntries(
    filter.matchers.filter(({ op, value }) => op === '=' && value !== '').map(({ name, value }) => [name, value]),
  );
  const rows = await openAlerts(db, { integration, labels, limit: shownMax + 1 });
  if (rows.length > shownMax)
    return badRequest(`more than ${shownMax} alerts fire: say which by filter, such as filter=service="shop/cart"`);
  const policy = await inForce();
  const ownerOf = await ownersOf(catalog, rows);
  const judged = (row: OpenAlert): JudgedAlert => judgedOf(row, row.service === null ? null : ownerOf(row.service));
  const held = await inhibitions(policy, rows, judged, async () =>
    (await firingSources(db)).map((row) => judgedOf(row, row.service === null ? null : ownerOf(row.service))),
  );
  // By the database's clock, as silences are shown and alerts run out.
  const at = rows[0] === undefined ? clock.now() : instantOf(rows[0].now);
  return rows.flatMap((row) => {
    if (!filter.matches(row.labels)) return [];
    const alert = judged(row);
    const routed = routeOf(policy.tree, alert, at);
    const silencedBy = silencesOf(policy.silences, alert, at)?.by ?? [];
    return [{ row, routed, shown: shownOf(row, { at, routed, silencedBy, inhibitedBy: held(alert) }) }];
  });
};

type OwnerOf = (service: string) => string | null;

const ownersOf = async (catalog: ReadGround['catalog'], rows: readonly OpenAlert[]): Promise<OwnerOf> => {
  const services = [...new Set(rows.flatMap(({ service }) => (service === null ? [] : [service])))];
  const owners = new Map<string, string | null>();
  for (const service of services) owners.set(service, await catalog.ownerOf(service));
  return (service) => owners.get(service) ?? null;
};

/** By which alerts, as fingerprints, one is held back. */
const inhibitions = async (
  policy: PolicyInForce,
  rows: readonly OpenAlert[],
  judged: (row: OpenAlert) => JudgedAlert,
  others: () => Promise<readonly JudgedAlert[]>,
): Promise<(alert: JudgedAlert) => readonly string[]> => {
  if (policy.inhibitions.length === 0) return () => [];
  const firing = new Map([...(await others()), ...rows.map(judged)].map((each) => [each.id, each]));
  const inhibitors = inhibitorsOf(policy.inhibitions);
  for (const each of firing.values()) inhibitors.add(each);
  return (alert) => (inhibitors.inhibits(alert)?.by ?? []).map((id) => firing.get(id)!.fingerprint);
};

const shownOf = (
  row: OpenAlert,
  {
    at,
    routed,
    silencedBy,
    inhibitedBy,
  }: {
    readonly at: Temporal.Instant;
    readonly routed: readonly Routed[];
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
  },
): ShownAlert => ({
  fingerprint: row.fingerprint,
  labels: row.labels,
  annotations: row.annotations,
  startsAt: instantOf(row.starts_at),
  // What ends only when its sender says so has no end; the contract demands one.
  endsAt: row.open_until === null ? at.add(resolveTimeout) : instantOf(row.open_until),
  updatedAt: instantOf(row.heard_at),
  generatorUrl: row.links.find(({ label }) => label === sourceLink)?.url ?? '',
  receivers: [...new Set(routed.map(({ to }) => words(to)))],
  silencedBy,
  inhibitedBy,
  mutedBy: heldByOthers(row),
});

/** What Alertmanager does not know and holds back here all the same. */
const heldByOthers = ({ suppressed }: OpenAlert): readonly string[] => [
  ...(suppressed?.parentDown ?? []).map((service) => `parent-down/${service}`),
  ...(suppressed?.flapping ? ['flapping'] : []),
];
