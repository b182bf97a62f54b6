import { sql } from 'kysely';
import type { AlertStatus, Integration } from '../../domain/alert.ts';
import type { AlertHandle, AlertTx } from './tables.ts';

/** Wakes the engines of all processes. */
export const dueChannel = 'alerting_due';

/** What an open alert is found by; arrays of one length. */
export interface HeardAgain {
  readonly keys: readonly string[];
  readonly hashes: readonly string[];
  readonly starts: readonly (string | null)[];
  readonly ends: readonly (string | null)[];
}

/** Which of them it was, counted from 1, and its alert. */
export interface Heard {
  readonly n: number;
  readonly alert_id: string;
}

/**
 * What is open, says the same as before and has not run out: only when it was heard and when it ends is written. Gives back those that
 * were such repeats. The keys must be in order: rows are locked one by one in it, so that two senders of the same alerts do not wait in
 * a circle.
 */
export const hearAgain = async (
  db: AlertHandle,
  { id }: Pick<Integration, 'id'>,
  { keys, hashes, starts, ends }: HeardAgain,
): Promise<readonly Heard[]> => {
  const { rows } =
    await sql<Heard>`-- A repeat: small rows, no index touched. LIMIT makes each be looked up by its key; a row that
    -- another batch changes meanwhile is none of these, and is looked at again under a lock.
    UPDATE alerting.alert_open AS open SET ends_at = said.ends_at, heard_at = (SELECT ground.now())
    FROM unnest(${keys}::uuid[], ${hashes}::bigint[], ${starts}::timestamptz[], ${ends}::timestamptz[]) WITH ORDINALITY
      AS said (key_hash, content_hash, starts_at, ends_at, n), LATERAL (
      SELECT each.ctid FROM alerting.alert_open AS each
      WHERE each.integration_id = ${id} AND each.key_hash = said.key_hash AND each.content_hash = said.content_hash
        AND (each.ends_at IS NULL OR each.ends_at > (SELECT ground.now()))
        AND (NOT each.closed OR each.said_start = said.starts_at)
        AND (each.said_start IS NULL OR said.starts_at IS NULL OR said.starts_at >= each.said_start)
      LIMIT 1) AS found
    WHERE open.ctid = found.ctid
    RETURNING said.n::int AS n, open.alert_id`.execute(db);
  return rows;
};

export interface OpenRow {
  readonly key_hash: string;
  readonly alert_id: string;
  readonly content_hash: string;
  readonly said_start: Date | null;
  readonly closed: boolean;
  readonly expired: boolean;
  readonly status: AlertStatus;
}

/** What is open of these keys, locked in one order until the transaction ends. */
export const lockOpen = async (tx: AlertTx, integration: string, keys: readonly string[]): Promise<OpenRow[]> => {
  const { rows } = await sql<OpenRow>`-- Another batch with the same alerts waits here.
    SELECT found.*, alert.status FROM unnest(${keys.toSorted()}::uuid[]) AS said (key_hash), LATERAL (
      SELECT open.key_hash, open.alert_id, open.content_hash, open.said_start, open.closed,
        coalesce(open.ends_at <= (SELECT ground.now()), false) AS expired
      FROM alerting.alert_open AS open WHERE open.integration_id = ${integration} AND open.key_hash = said.key_hash
      FOR UPDATE) AS found
    JOIN alerting.alert AS alert ON alert.id = found.alert_id`.execute(tx);
  return rows;
};

/** What is written of a new alert; `said` are the columns of `alert_body`. */
export interface NewAlert {
  readonly id: string;
  readonly payload_id: string | null;
  readonly dedup_key: string;
  readonly key_hash: string;
  readonly content_hash: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly summary: string;
  readonly service: string | null;
  readonly own_team: string | null;
  readonly said_start: string | null;
  readonly ends_at: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly links: readonly unknown[];
}

/**
 * Writes new alerts; gives back the keys that were written. Of two at once with the same key one is written, the other waits for its
 * commit and finds it open.
 */
export const insertAlerts = async (
  tx: AlertTx,
  { id, name, kind, team }: Integration,
  alerts: readonly NewAlert[],
): Promise<ReadonlySet<string>> => {
  if (alerts.length === 0) return new Set();
  const { rows } = await sql<{ key_hash: string }>`-- Open, alert and body of each; the engine is woken with the commit.
    WITH said AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(alerts)}::jsonb) AS each (id uuid, payload_id text, dedup_key text, key_hash uuid,
        content_hash bigint, fingerprint text, severity text, summary text, service text, own_team text, said_start timestamptz,
        ends_at timestamptz, labels jsonb, annotations jsonb, links jsonb)
    ), opened AS (
      INSERT INTO alerting.alert_open (integration_id, key_hash, alert_id, content_hash, said_start, ends_at, heard_at)
      SELECT ${id}::uuid, key_hash, id, content_hash, said_start, ends_at, (SELECT ground.now()) FROM said ORDER BY key_hash
      ON CONFLICT (integration_id, key_hash) DO NOTHING RETURNING alert_id, key_hash
    ), written AS (
      INSERT INTO alerting.alert (id, integration_id, integration, kind, dedup_key, key_hash, fingerprint, severity, summary, service,
        own_team, integration_team, starts_at, received_at, changed_at, pending_at, payload_id)
      SELECT said.id, ${id}::uuid, ${name}, ${kind}, said.dedup_key, said.key_hash, said.fingerprint, said.severity, said.summary,
        said.service, said.own_team, ${team}, coalesce(said.said_start, (SELECT ground.now())), (SELECT ground.now()), (SELECT ground.now()), (SELECT ground.now()),
        said.payload_id
      FROM said JOIN opened ON opened.alert_id = said.id ORDER BY said.id
    ), body AS (
      INSERT INTO alerting.alert_body (alert_id, labels, annotations, links)
      SELECT said.id, said.labels, said.annotations, said.links FROM said JOIN opened ON opened.alert_id = said.id ORDER BY said.id
    )
    SELECT key_hash FROM opened`.execute(tx);
  return new Set(rows.map((row) => row.key_hash));
};

/** An alert whose sender says something else than before: judged anew by the engine. */
export const changeAlerts = async (tx: AlertTx, integration: string, alerts: readonly NewAlert[]): Promise<void> => {
  if (alerts.length === 0) return;
  await sql`-- Labels may have changed, and with them route and silences. What waits already keeps its place.
    WITH said AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(alerts)}::jsonb) AS each (id uuid, key_hash uuid, content_hash bigint,
        fingerprint text, severity text, summary text, service text, own_team text, said_start timestamptz, ends_at timestamptz,
        labels jsonb, annotations jsonb, links jsonb)
    ), open AS (
      UPDATE alerting.alert_open AS open SET content_hash = said.content_hash, ends_at = said.ends_at, heard_at = (SELECT ground.now()),
        said_start = coalesce(least(open.said_start, said.said_start), said.said_start)
      FROM said WHERE open.integration_id = ${integration} AND open.key_hash = said.key_hash
    ), body AS (
      UPDATE alerting.alert_body AS body SET labels = said.labels, annotations = said.annotations, links = said.links
      FROM said WHERE body.alert_id = said.id
    )
    UPDATE alerting.alert AS alert SET fingerprint = said.fingerprint, severity = said.severity, summary = said.summary,
      starts_at = least(alert.starts_at, said.said_start), service = said.service, own_team = said.own_team, changed_at = (SELECT ground.now()),
      pending_at = least(alert.pending_at, (SELECT ground.now()))
    FROM said WHERE alert.id = said.id`.execute(tx);
};

/** One that is acknowledged or resolved, with why, in words. */
export interface Answered {
  readonly id: string;
  readonly by: string;
  readonly reason: string;
  /** When it was over, as the sender says. */
  readonly at: string | null;
}

/** Somebody is on them, until they clear. */
export const acknowledgeAlerts = async (tx: AlertTx, answered: readonly Answered[]): Promise<string[]> => {
  if (answered.length === 0) return [];
  const { rows } = await sql<{ id: string }>`-- Those that fire still; the reason is kept beside each.
    WITH said AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(answered)}::jsonb) AS each (id uuid, by text, reason text)
    ), changed AS (
      UPDATE alerting.alert AS alert SET status = 'acknowledged', acknowledged_at = (SELECT ground.now()), acknowledged_by = said.by,
        changed_at = (SELECT ground.now()), pending_at = (SELECT ground.now())
      FROM said WHERE alert.id = said.id AND alert.status = 'firing' RETURNING alert.id, said.reason
    ), kept AS (
      INSERT INTO alerting.alert_decision (alert_id, at, decision, reason)
      SELECT id, (SELECT ground.now()), 'acknowledged', reason FROM changed
    )
    SELECT id FROM changed`.execute(tx);
  return rows.map((row) => row.id);
};

/**
 * It is over. What the sender itself ended is open no more; what a person ended stays known as closed while the sender goes on, so
 * that the same told again is no new alert.
 */
export const resolveAlerts = async (
  tx: AlertTx,
  answered: readonly Answered[],
  how: 'by-sender' | 'by-hand',
): Promise<string[]> => {
  if (answered.length === 0) return [];
  const ids = answered.map(({ id }) => id);
  // The next trigger of a key that its sender ended is a new alert.
  const forgotten = sql`, forgotten AS (DELETE FROM alerting.alert_open WHERE alert_id = ANY(${ids}::uuid[]))`;
  if (how === 'by-hand')
    await sql`-- Its sender may tell it further for as long as it lasts.
      UPDATE alerting.alert_open SET closed = true WHERE alert_id = ANY(${ids}::uuid[])`.execute(tx);
  const { rows } = await sql<{ id: string }>`-- Those that are not over yet; the reason is kept beside each.
    WITH said AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(answered)}::jsonb) AS each (id uuid, by text, reason text, at timestamptz)
    ), changed AS (
      UPDATE alerting.alert AS alert SET status = 'resolved', resolved_at = (SELECT ground.now()), resolved_by = said.by,
        ends_at = greatest(alert.starts_at, coalesce(said.at, (SELECT ground.now()))), changed_at = (SELECT ground.now()), pending_at = (SELECT ground.now()),
        suppressed = NULL, suppressed_until = NULL
      FROM said WHERE alert.id = said.id AND alert.status <> 'resolved' RETURNING alert.id, said.reason
    ), kept AS (
      INSERT INTO alerting.alert_decision (alert_id, at, decision, reason)
      SELECT id, (SELECT ground.now()), 'resolved', reason FROM changed
    )${how === 'by-sender' ? forgotten : sql``}
    SELECT id FROM changed`.execute(tx);
  return rows.map((row) => row.id);
};

export const wakeEngines = async (db: AlertHandle): Promise<void> => {
  await sql`SELECT pg_notify(${dueChannel}, '')`.execute(db);
};
