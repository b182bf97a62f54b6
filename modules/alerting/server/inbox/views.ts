import { sql, type RawBuilder } from 'kysely';
import { alertsLimits } from '../../contract/alerts.ts';
import type { AlertStatus, DecisionKind, Severity } from '../../domain/alert.ts';
import type { AlertHandle, AlertTables } from '../intake/tables.ts';

/** A label that must have a value, or must not; one that is missing is an empty one. */
export interface LabelAsked {
  readonly name: string;
  readonly value: string;
  readonly not: boolean;
}

/** What is asked of the inbox; what is null or empty is not asked. */
export interface InboxQuestion {
  readonly state: AlertStatus | 'active' | 'suppressed' | 'all';
  readonly labels: readonly LabelAsked[];
  readonly severities: readonly Severity[];
  readonly service: string | null;
  readonly source: string | null;
  readonly group: string | null;
  readonly q: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

type AlertRow = Omit<AlertTables['alerting.alert'], 'status'> & { readonly status: AlertStatus };

/** An alert with what it says, and when it ends by itself. */
export type InboxRow = AlertRow &
  Pick<AlertTables['alerting.alert_body'], 'labels' | 'annotations' | 'links'> & {
    readonly open_ends_at: Date | null;
    readonly heard_at: Date | null;
  };

const whole = sql.raw(`alert.*, body.labels, body.annotations, body.links, open.ends_at AS open_ends_at, open.heard_at
  FROM found JOIN alerting.alert AS alert ON alert.id = found.id JOIN alerting.alert_body AS body ON body.alert_id = alert.id
  LEFT JOIN alerting.alert_open AS open ON open.alert_id = alert.id`);

/** One page of alerts, newest first, behind `after`. */
export const listed = async (
  db: AlertHandle,
  question: InboxQuestion,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<InboxRow[]> => {
  const behind = after === null ? sql`` : sql`AND alert.id < ${after}::uuid`;
  const { rows } =
    await sql<InboxRow>`-- The page is found among the small rows, what the alerts say is read for it alone.
    WITH found AS MATERIALIZED (
      SELECT alert.id FROM alerting.alert AS alert WHERE ${condition(question)} ${behind} ORDER BY alert.id DESC LIMIT ${limit}
    )
    SELECT ${whole} ORDER BY alert.id DESC`.execute(db);
  return rows;
};

/** The alerts of these ids, in any order. */
export const byIds = async (db: AlertHandle, ids: readonly string[]): Promise<InboxRow[]> => {
  const { rows } = await sql<InboxRow>`-- Known ones only.
    WITH found AS (SELECT unnest(${ids}::uuid[]) AS id) SELECT ${whole}`.execute(db);
  return rows;
};

export interface Facet {
  readonly value: string;
  readonly count: number;
}
export interface Facets {
  readonly total: number;
  readonly status: readonly Facet[];
  readonly severity: readonly Facet[];
  readonly service: readonly Facet[];
  readonly source: readonly Facet[];
}

const facetValuesMax = 100;

/** How many match, by state, severity, service and integration; the most frequent values of each. */
export const facetsOf = async (db: AlertHandle, question: InboxQuestion): Promise<Facets> => {
  const { rows } = await sql<{
    status: string;
    severity: string;
    service: string | null;
    integration: string;
    count: number;
  }>`-- One pass over the small rows, into the few combinations that there are; each facet is summed up from them.
    SELECT status, severity, service, integration, count(*)::int AS count FROM alerting.alert AS alert
    WHERE ${condition(question)} GROUP BY status, severity, service, integration`.execute(db);
  const of = (name: 'status' | 'severity' | 'service' | 'integration'): Facet[] => {
    const counts = new Map<string, number>();
    for (const row of rows) if (row[name] !== null) counts.set(row[name], (counts.get(row[name]) ?? 0) + row.count);
    return [...counts]
      .map(([value, count]) => ({ value, count }))
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, facetValuesMax);
  };
  return {
    total: rows.reduce((sum, { count }) => sum + count, 0),
    status: of('status'),
    severity: of('severity'),
    service: of('service'),
    source: of('integration'),
  };
};

const condition = (question: InboxQuestion): RawBuilder<unknown> => {
  const { state, labels, severities, service, source, group, q, from, to } = question;
  const all: RawBuilder<unknown>[] = [stateIs(state)];
  all.push(...labelsAre(labels));
  if (severities.length > 0) all.push(sql`alert.severity = ANY(${severities}::text[])`);
  if (service !== null) all.push(sql`alert.service = ${service}`);
  if (source !== null) all.push(sql`alert.integration = ${source}`);
  if (group !== null)
    all.push(sql`alert.id IN (SELECT alert_id FROM alerting.group_member WHERE group_id = ${group}::uuid)`);
  if (q !== null) all.push(sql`strpos(lower(alert.summary), lower(${q})) > 0`);
  if (from !== null) all.push(sql`alert.received_at >= ${from}::timestamptz`);
  if (to !== null) all.push(sql`alert.received_at < ${to}::timestamptz`);
  return sql.join(all, sql` AND `);
};

/** What has a value is found by the index of all labels; what has none, or another, is looked at one by one. */
const labelsAre = (labels: readonly LabelAsked[]): RawBuilder<unknown>[] => {
  const said = (holds: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`EXISTS (SELECT 1 FROM alerting.alert_body AS said WHERE said.alert_id = alert.id AND ${holds})`;
  const has = labels.filter(({ value, not }) => value !== '' && !not);
  const all = has.map(({ name, value }) => sql`said.labels @> ${JSON.stringify({ [name]: value })}::jsonb`);
  const others = labels
    .filter(({ value, not }) => value === '' || not)
    .map(({ name, value, not }) => {
      const is = sql`coalesce(said.labels->>${name}::text, '') = ${value}`;
      return said(not ? sql`NOT (${is})` : is);
    });
  return [...(all.length > 0 ? [said(sql.join(all, sql` AND `))] : []), ...others];
};

const stateIs = (state: InboxQuestion['state']): RawBuilder<unknown> => {
  if (state === 'all') return sql`true`;
  if (state === 'active') return sql`alert.status <> 'resolved'`;
  // Also what the times of its routes hold back; no index knows them, but few alerts wait for a morning.
  if (state === 'suppressed')
    return sql`alert.status <> 'resolved' AND (alert.suppressed IS NOT NULL OR EXISTS (
      SELECT 1 FROM alerting.group_member AS held WHERE held.alert_id = alert.id AND held.muted AND held.told IS NULL))`;
  // Said twice so that the index of what is active serves.
  return state === 'resolved'
    ? sql`alert.status = 'resolved'`
    : sql`alert.status <> 'resolved' AND alert.status = ${state}`;
};

export interface DecisionShown {
  readonly alert_id: string;
  readonly at: Date;
  readonly decision: DecisionKind;
  readonly reason: string;
  readonly group_id: string | null;
  readonly page_id: string | null;
}

/** The newest decisions of each alert, the oldest of them first. */
export const decisionsOf = async (
  db: AlertHandle,
  ids: readonly string[],
  most: number = alertsLimits.decisionsListed,
): Promise<Map<string, DecisionShown[]>> => {
  const { rows } = await sql<DecisionShown>`-- By the index of alert and order.
    SELECT made.* FROM unnest(${ids}::uuid[]) AS asked (id), LATERAL (
      SELECT id, alert_id, at, decision, reason, group_id, page_id FROM alerting.alert_decision WHERE alert_id = asked.id
      ORDER BY id DESC LIMIT ${most}) AS made ORDER BY made.id`.execute(db);
  return grouped(rows, ({ alert_id }) => alert_id);
};

/** Pages that told of each alert, newest last. */
export const pagesOf = async (db: AlertHandle, ids: readonly string[]): Promise<Map<string, { page_id: string }[]>> => {
  const { rows } = await sql<{
    alert_id: string;
    page_id: string;
  }>`-- Of groups that told of the alert, not of those that only hold it.
    SELECT member.alert_id, page.page_id FROM alerting.group_member AS member
    JOIN alerting.group_page AS page ON page.group_id = member.group_id
    WHERE member.alert_id = ANY(${ids}::uuid[]) AND member.told IS NOT NULL
    ORDER BY page.at`.execute(db);
  return grouped(rows, ({ alert_id }) => alert_id);
};

/** The times of their routes that keep alerts from being told now. */
export const mutedOf = async (
  db: AlertHandle,
  ids: readonly string[],
): Promise<Map<string, { muted_by: string[] }[]>> => {
  const { rows } = await sql<{
    alert_id: string;
    muted_by: string[];
  }>`-- Only what nobody was told of; by the alerts (the index of
    -- what nobody was told of is small when the planner looks, and has thousands in a storm).
    SELECT alert_id, muted_by FROM (SELECT * FROM alerting.group_member WHERE alert_id = ANY(${ids}::uuid[]) OFFSET 0) AS theirs
    WHERE muted AND told IS NULL AND muted_by IS NOT NULL`.execute(db);
  return grouped(rows, ({ alert_id }) => alert_id);
};

/** Earlier times of the same alert, newest first. */
export const earlierOf = async (
  db: AlertHandle,
  { id, integration_id, key_hash }: Pick<AlertRow, 'id' | 'integration_id' | 'key_hash'>,
): Promise<Pick<AlertRow, 'id' | 'starts_at' | 'resolved_at' | 'acknowledged_by' | 'resolved_by'>[]> =>
  // What was done then helps now.
  db
    .selectFrom('alerting.alert')
    .select(['id', 'starts_at', 'resolved_at', 'acknowledged_by', 'resolved_by'])
    .where('integration_id', '=', integration_id)
    .where('key_hash', '=', key_hash)
    .where('id', '<', id)
    .orderBy('id', 'desc')
    .limit(earlierMax)
    .execute();
const earlierMax = 20;

const grouped = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> => {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const known = found.get(keyOf(row));
    if (known) known.push(row);
    else found.set(keyOf(row), [row]);
  }
  return found;
};
