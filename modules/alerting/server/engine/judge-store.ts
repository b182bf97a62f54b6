import { sql, type RawBuilder } from 'kysely';
import type { AlertStatus, DecisionKind, JudgedAlert, Severity } from '../../domain/alert.ts';
import type { StateChange } from '../../domain/policy/flapping.ts';
import type { AlertTables, AlertTx, AlertHandle } from '../intake/tables.ts';
import type { GroupAsked } from './judge.ts';

type AlertRow = AlertTables['alerting.alert'];

/** Which of what waits is taken: all of it, or only what does not storm. */
export type Lane = 'all' | 'few';

/** What is read of an alert to judge it. */
export type PendingRow = Pick<
  AlertRow,
  | 'id'
  | 'integration_id'
  | 'integration'
  | 'kind'
  | 'fingerprint'
  | 'severity'
  | 'summary'
  | 'service'
  | 'own_team'
  | 'integration_team'
  | 'starts_at'
> & {
  readonly status: AlertStatus;
  readonly inhibits: boolean;
  readonly held_reason: string | null;
  readonly group_id: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly now: Date;
};

const columns =
  sql.raw(`alert.id, alert.integration_id, alert.integration, alert.kind, alert.fingerprint, alert.severity,
  alert.summary, alert.service, alert.own_team, alert.integration_team, alert.starts_at, alert.status, alert.inhibits,
  alert.held_reason, alert.group_id, body.labels, body.annotations, (SELECT ground.now()) AS now`);

/** So many alerts of one service, team and integration that wait at once are a storm, and wait behind the others. */
const fewMax = 50;
/** Of what waits so many are looked at for those others, the newest. */
const lookedAtMax = 2_000;

/** What waits longest; or of what is no storm. */
const waiting: Record<Lane, RawBuilder<unknown>> = {
  all: sql`SELECT id FROM alerting.alert WHERE pending_at <= (SELECT ground.now()) ORDER BY pending_at`,
  few: sql`SELECT id FROM alerting.alert WHERE pending_at <= (SELECT ground.now()) AND id IN (
    SELECT id FROM (
      SELECT id, count(*) OVER (PARTITION BY integration_id, service, own_team) AS beside FROM (
        SELECT id, integration_id, service, own_team FROM alerting.alert WHERE pending_at <= (SELECT ground.now())
        ORDER BY pending_at DESC LIMIT ${lookedAtMax}) AS newest) AS counted
    WHERE beside <= ${fewMax}) ORDER BY pending_at`,
};

/** Alerts that wait to be judged, the longest waiting first; passes over those that another process is just judging. */
export const takePending = async (tx: AlertTx, limit: number, lane: Lane): Promise<PendingRow[]> => {
  const { rows } = await sql<PendingRow>`-- Locked until what becomes of them is written; who tells a
    -- group of them meanwhile, and notes that with each (their keys stand still), does not wait for it, nor for each other in a circle.
    WITH taken AS MATERIALIZED (
      ${waiting[lane]} LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED
    )
    SELECT ${columns} FROM taken JOIN alerting.alert AS alert ON alert.id = taken.id
    JOIN alerting.alert_body AS body ON body.alert_id = alert.id`.execute(tx);
  return rows;
};

/** The alert that waits longest cannot be judged: it is tried again later, and what waits behind it is judged. Gives back its id. */
export const postponeFirst = async (db: AlertHandle, seconds: number): Promise<string | null> => {
  const { rows } = await sql<{ id: string }>`-- One alert; it stays to be judged.
    UPDATE alerting.alert SET pending_at = (SELECT ground.now()) + make_interval(secs => ${seconds}) WHERE id = (
      SELECT id FROM alerting.alert WHERE pending_at <= (SELECT ground.now()) ORDER BY pending_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id`.execute(db);
  return rows[0]?.id ?? null;
};

const firingMax = 5_000;

/** Alerts that fire and are the source of an inhibition. */
export const firingSources = async (db: AlertHandle): Promise<PendingRow[]> => {
  const { rows } = await sql<PendingRow>`-- The newest, should there be more than can be looked at.
    SELECT ${columns} FROM alerting.alert AS alert JOIN alerting.alert_body AS body ON body.alert_id = alert.id
    WHERE alert.inhibits AND alert.status <> 'resolved' ORDER BY alert.id DESC LIMIT ${firingMax}`.execute(db);
  return rows;
};

/** Alerts that fire on these services, grave ones only. */
export const firingOn = async (
  db: AlertHandle,
  services: readonly string[],
  atLeast: readonly Severity[],
): Promise<PendingRow[]> => {
  if (services.length === 0) return [];
  const { rows } = await sql<PendingRow>`-- The newest of each service says enough.
    SELECT ${columns} FROM unnest(${services}::text[]) AS asked (service), LATERAL (
      SELECT * FROM alerting.alert WHERE service = asked.service AND status <> 'resolved' AND severity = ANY(${atLeast}::text[])
      ORDER BY id DESC LIMIT 5) AS alert JOIN alerting.alert_body AS body ON body.alert_id = alert.id LIMIT ${firingMax}`.execute(
    db,
  );
  return rows;
};

/** What was told of an alert by the groups that it is in: whether at all, and whether somebody was woken. */
export interface ToldBefore {
  readonly told: boolean;
  readonly high: boolean;
}

export const toldBefore = async (db: AlertHandle, ids: readonly string[]): Promise<ReadonlyMap<string, ToldBefore>> => {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<ToldBefore & { alert_id: string }>`-- Of groups that are open.
    SELECT member.alert_id, bool_or(member.told IS NOT NULL) AS told,
      bool_or(member.told IS NOT NULL AND of.urgency = 'high') AS high
    FROM alerting.group_member AS member JOIN alerting.alert_group AS of ON of.id = member.group_id
    WHERE member.alert_id = ANY(${ids}::uuid[]) AND of.closed_at IS NULL GROUP BY member.alert_id`.execute(db);
  return new Map(rows.map((row) => [row.alert_id, row]));
};

/** When each of these began and ended within the last `seconds`, itself included; by id. */
export const historyOf = async (
  db: AlertHandle,
  ids: readonly string[],
  seconds: number,
): Promise<Map<string, StateChange[]>> => {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{
    id: string;
    received_at: Date;
    resolved_at: Date | null;
  }>`-- At most the last 20 times of each: flapping needs fewer.
    SELECT own.id, earlier.received_at, earlier.resolved_at FROM unnest(${ids}::uuid[]) AS asked (id)
    JOIN alerting.alert AS own ON own.id = asked.id, LATERAL (
      SELECT received_at, resolved_at FROM alerting.alert AS each
      WHERE each.integration_id = own.integration_id AND each.key_hash = own.key_hash ORDER BY each.id DESC LIMIT 20) AS earlier
    WHERE earlier.received_at > (SELECT ground.now()) - make_interval(secs => ${seconds})`.execute(db);
  const found = new Map<string, StateChange[]>();
  for (const row of rows) {
    const changes = found.get(row.id) ?? [];
    found.set(row.id, changes);
    changes.push({ at: instantOf(row.received_at), to: 'firing' });
    if (row.resolved_at) changes.push({ at: instantOf(row.resolved_at), to: 'resolved' });
  }
  return found;
};

export const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());

/** An alert as routes and silences judge it; `team` is who is named, else the owner of the service, else who has the integration. */
export const judgedOf = (row: PendingRow, owner: string | null, tier: string | null = null): JudgedAlert => ({
  id: row.id,
  fingerprint: row.fingerprint,
  integration: { id: row.integration_id, name: row.integration, kind: row.kind },
  labels: row.labels,
  annotations: row.annotations,
  severity: row.severity,
  summary: row.summary,
  service: row.service,
  team: row.own_team ?? owner ?? row.integration_team,
  tier,
  startsAt: instantOf(row.starts_at),
});

/** A group to be there; `targets` has one receiver. */
export interface GroupRow {
  readonly id: string;
  readonly key_hash: string;
  readonly asked: GroupAsked;
  readonly service: string | null;
  /** Whether one of its new alerts is to be told; else nothing becomes due by it. */
  readonly tells: boolean;
}

/**
 * What joins a page is counted on it after a second, in a storm after longer and longer, at most this: each time costs a look at the
 * whole group. What comes to a group that was quiet for that long is counted at once.
 */
const joinPauseSecondsMax = 10;

/** When a group (`known`) is due after one of its alerts was judged; `first` where it was told by nobody yet. */
const dueAfter = (first: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`CASE WHEN ${first} IS NULL THEN known.due_at
    WHEN known.told_at IS NULL THEN coalesce(known.due_at, ${first})
    ELSE least(known.due_at, greatest((SELECT ground.now()), known.told_at + make_interval(secs =>
      CASE WHEN known.targets->0 ? 'webhook' THEN known.interval_seconds
        ELSE least(${joinPauseSecondsMax}, power(2, least(known.told_times, 8) - 1)) END))) END`;

/** Open groups of these keys, locked in one order; `changes`: it must become due sooner than it is. */
const lockGroups = async (
  tx: AlertTx,
  groups: readonly GroupRow[],
): Promise<{ key_hash: string; id: string; changes: boolean }[]> => {
  const sorted = groups.toSorted((a, b) => (a.key_hash < b.key_hash ? -1 : 1));
  const { rows } = await sql<{
    key_hash: string;
    id: string;
    changes: boolean;
  }>`-- Most alerts of a storm join what is due already:
    -- its group is held, so that nobody closes it meanwhile, and not written.
    SELECT known.key_hash, known.id, ${dueAfter(sql`CASE WHEN said.tells THEN (SELECT ground.now()) END`)} IS DISTINCT FROM known.due_at AS changes
    FROM unnest(${sorted.map(({ key_hash }) => key_hash)}::uuid[], ${sorted.map(({ tells }) => tells)}::boolean[]) AS said (key_hash, tells),
    LATERAL (SELECT * FROM alerting.alert_group AS open WHERE open.key_hash = said.key_hash AND open.closed_at IS NULL
      FOR NO KEY UPDATE) AS known`.execute(tx);
  return rows;
};

/**
 * Makes the groups be there, one open a key; gives back the id of each. A new one is due after its wait; a known one that was told
 * already soon where people are paged (they see it counted), else with its interval, as Alertmanager does.
 */
export const openGroups = async (tx: AlertTx, groups: readonly GroupRow[]): Promise<ReadonlyMap<string, string>> => {
  if (groups.length === 0) return new Map();
  const held = new Map((await lockGroups(tx, groups)).map((row) => [row.key_hash, row]));
  const written = await writeGroups(
    tx,
    groups.filter(({ key_hash }) => held.get(key_hash)?.changes !== false),
  );
  return new Map([...[...held.values()].map((row) => [row.key_hash, row.id] as const), ...written]);
};

const writeGroups = async (tx: AlertTx, groups: readonly GroupRow[]): Promise<ReadonlyMap<string, string>> => {
  if (groups.length === 0) return new Map();
  const said = groups.map(({ id, key_hash, asked, service, tells }) => ({
    id,
    key_hash,
    route: asked.route,
    labels: asked.labels,
    urgency: asked.urgency,
    targets: [asked.target],
    reason: asked.reason,
    service,
    wait_seconds: asked.waitSeconds,
    interval_seconds: asked.intervalSeconds,
    repeat_seconds: asked.repeatSeconds,
    tells,
  }));
  const { rows } = await sql<{
    key_hash: string;
    id: string;
  }>`-- In one order, so that two processes never wait in a circle.
    INSERT INTO alerting.alert_group AS known (id, key_hash, route, labels, urgency, targets, reason, service, wait_seconds,
      interval_seconds, repeat_seconds, opened_at, due_at)
    SELECT id, key_hash, route, labels, urgency, targets, reason, service, wait_seconds, interval_seconds, repeat_seconds,
      (SELECT ground.now()), CASE WHEN tells THEN (SELECT ground.now()) + make_interval(secs => wait_seconds) END
    FROM jsonb_to_recordset(${JSON.stringify(said)}::jsonb) AS each (id uuid, key_hash uuid, route text, labels jsonb, urgency text,
      targets jsonb, reason text, service text, wait_seconds float8, interval_seconds float8, repeat_seconds float8, tells boolean)
    ORDER BY key_hash
    ON CONFLICT (key_hash) WHERE closed_at IS NULL DO UPDATE SET due_at = ${dueAfter(sql`excluded.due_at`)}
    RETURNING key_hash, id`.execute(tx);
  return new Map(rows.map((row) => [row.key_hash, row.id]));
};

/** What became of one alert that waited. */
export interface JudgedRow {
  readonly id: string;
  readonly suppressed: unknown;
  readonly suppressed_until: string | null;
  readonly held_reason: string | null;
  readonly inhibits: boolean;
  readonly group_id: string | null;
}

/** An alert that was told by nobody yet leaves the groups that its routes no longer say. */
const leaveGroups = async (
  tx: AlertTx,
  untold: readonly string[],
  members: readonly { readonly group_id: string; readonly alert_id: string }[],
): Promise<void> => {
  if (untold.length === 0) return;
  await sql`-- What is left empty closes when it is looked at.
    WITH gone AS (
      DELETE FROM alerting.group_member AS member WHERE alert_id = ANY(${untold}::uuid[]) AND told IS NULL
        AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset(${JSON.stringify(members)}::jsonb) AS said (group_id uuid, alert_id uuid)
          WHERE said.group_id = member.group_id AND said.alert_id = member.alert_id) RETURNING group_id
    ), touched AS (
      SELECT id FROM alerting.alert_group WHERE id IN (SELECT group_id FROM gone) AND due_at IS NULL ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE alerting.alert_group AS left_group SET due_at = (SELECT ground.now()) FROM touched WHERE left_group.id = touched.id`.execute(
    tx,
  );
};

/** `untold` were in groups before and are judged anew though nobody was told of them yet. */
export const saveJudged = async (
  tx: AlertTx,
  judged: readonly JudgedRow[],
  members: readonly { readonly group_id: string; readonly alert_id: string }[],
  untold: readonly string[],
): Promise<void> => {
  await leaveGroups(tx, untold, members);
  await sql`-- It waits no more; the first group stays the one that is shown.
    UPDATE alerting.alert AS alert SET pending_at = NULL, suppressed = nullif(said.suppressed, 'null'::jsonb),
      suppressed_until = said.suppressed_until, held_reason = said.held_reason, inhibits = said.inhibits,
      group_id = coalesce(said.group_id, alert.group_id)
    FROM jsonb_to_recordset(${JSON.stringify(judged)}::jsonb) AS said (id uuid, suppressed jsonb, suppressed_until timestamptz,
      held_reason text, inhibits boolean, group_id uuid) WHERE alert.id = said.id`.execute(tx);
  if (members.length === 0) return;
  await sql`-- An alert is in a group once.
    INSERT INTO alerting.group_member (group_id, alert_id, joined_at)
    SELECT group_id, alert_id, (SELECT ground.now()) FROM jsonb_to_recordset(${JSON.stringify(members)}::jsonb) AS said (group_id uuid, alert_id uuid)
    ON CONFLICT (group_id, alert_id) DO NOTHING`.execute(tx);
};

export interface DecisionMadeRow {
  readonly alert_id: string;
  readonly decision: DecisionKind;
  readonly reason: string;
}

export const keepDecisions = async (tx: AlertTx, made: readonly DecisionMadeRow[]): Promise<void> => {
  if (made.length === 0) return;
  await sql`-- For whoever asks why.
    INSERT INTO alerting.alert_decision (alert_id, at, decision, reason)
    SELECT alert_id, (SELECT ground.now()), decision, reason
    FROM jsonb_to_recordset(${JSON.stringify(made)}::jsonb) AS said (alert_id uuid, decision text, reason text)`.execute(
    tx,
  );
};

/**
 * What follows from alerts that were answered: their groups become due (people are told at once that it is over, webhooks with their
 * interval), and what was held back by them is judged anew.
 */
export const followAnswered = async (
  tx: AlertTx,
  {
    answered,
    over,
    downServices,
  }: { answered: readonly string[]; over: readonly string[]; downServices: readonly string[] },
): Promise<void> => {
  if (answered.length > 0)
    await sql`-- Locked in one order.
      WITH theirs AS MATERIALIZED (
        SELECT DISTINCT group_id FROM alerting.group_member WHERE alert_id = ANY(${answered}::uuid[])
      ), touched AS (
        SELECT open.id FROM theirs JOIN alerting.alert_group AS open ON open.id = theirs.group_id
        WHERE open.closed_at IS NULL ORDER BY open.id FOR NO KEY UPDATE OF open
      )
      UPDATE alerting.alert_group AS touched_group SET due_at = least(due_at, CASE
        WHEN targets->0 ? 'webhook' AND targets->0->'webhook'->>'format' = 'alertmanager' AND told_at IS NOT NULL
          THEN greatest((SELECT ground.now()), told_at + make_interval(secs => interval_seconds))
        WHEN targets->0 ? 'webhook' AND told_at IS NULL THEN coalesce(due_at, (SELECT ground.now())) ELSE (SELECT ground.now()) END)
      FROM touched WHERE touched_group.id = touched.id`.execute(tx);
  if (over.length === 0) return;
  await sql`-- What they inhibited, or kept quiet because their service was down.
    UPDATE alerting.alert SET pending_at = (SELECT ground.now()) WHERE suppressed IS NOT NULL AND status <> 'resolved'
      AND (suppressed->'inhibitedBy' ?| ${over}::text[] OR suppressed->'parentDown' ?| ${downServices}::text[])`.execute(
    tx,
  );
};

/** Wakes what was held back until now; gives back how many. */
export const wakeHeld = async (db: AlertHandle, limit: number): Promise<number> => {
  const { numAffectedRows } = await sql`-- A silence or another hold has run out; in the order of its index, or
    -- the planner looks for the first few among all alerts.
    UPDATE alerting.alert SET pending_at = (SELECT ground.now()), suppressed_until = NULL WHERE id IN (
      SELECT id FROM alerting.alert WHERE suppressed IS NOT NULL AND status <> 'resolved' AND suppressed_until <= (SELECT ground.now())
      ORDER BY suppressed_until LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED)`.execute(db);
  return Number(numAffectedRows ?? 0);
};

/** What ran out because its sender told it no more; at most `limit`. */
export const takeEnded = async (tx: AlertTx, limit: number): Promise<string[]> => {
  const { rows } = await sql<{ alert_id: string }>`-- Small rows, so that no index of ends is needed.
    SELECT alert_id FROM alerting.alert_open WHERE ends_at <= (SELECT ground.now()) LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(
    tx,
  );
  return rows.map((row) => row.alert_id);
};

/** When the next open alert ends by itself, in milliseconds from now; null: none does. */
export const untilEndMs = async (db: AlertHandle): Promise<number | null> => {
  const { rows } = await sql<{ ms: number | null }>`-- One pass over the small rows.
    SELECT (extract(epoch FROM min(ends_at) - (SELECT ground.now())) * 1000)::float8 AS ms FROM alerting.alert_open`.execute(
    db,
  );
  return rows[0]?.ms ?? null;
};

/** When a group is due next, in milliseconds; null: none is. */
export const untilDueMs = async (db: AlertHandle): Promise<number | null> => {
  const { rows } = await sql<{ ms: number | null }>`-- By the index of due groups.
    SELECT (extract(epoch FROM min(due_at) - (SELECT ground.now())) * 1000)::float8 AS ms FROM alerting.alert_group
    WHERE due_at IS NOT NULL`.execute(db);
  return rows[0]?.ms ?? null;
};

/** When what is held back must be looked at again, in milliseconds; null: not by itself. */
export const untilHeldMs = async (db: AlertHandle): Promise<number | null> => {
  const { rows } = await sql<{ ms: number | null }>`-- By the index of what is held back.
    SELECT (extract(epoch FROM min(suppressed_until) - (SELECT ground.now())) * 1000)::float8 AS ms FROM alerting.alert
    WHERE suppressed IS NOT NULL AND status <> 'resolved'`.execute(db);
  return rows[0]?.ms ?? null;
};
