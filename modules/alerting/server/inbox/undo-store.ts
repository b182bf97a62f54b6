import { sql } from 'kysely';
import type { AlertTx } from '../intake/tables.ts';

/** An answer that is to be taken back; `why` not, where it cannot be. */
export interface Undoable {
  readonly id: string;
  readonly why: 'sender' | 'again' | 'late' | null;
  /** The alert of the same key that fires since. */
  readonly again: string | null;
}

/** Those of `ids` that were resolved, with what keeps each from being reopened; they are locked already. */
export const reopenable = async (tx: AlertTx, ids: readonly string[], hoursMax: number): Promise<Undoable[]> => {
  const { rows } =
    await sql<Undoable>`-- What its sender ended is known as open no more; what a person ended is, as closed.
    SELECT alert.id, newer.alert_id AS again, CASE
        WHEN newer.alert_id IS NOT NULL THEN 'again'
        WHEN open.alert_id IS NULL OR open.ends_at <= (SELECT ground.now()) THEN 'sender'
        WHEN alert.resolved_at < (SELECT ground.now()) - make_interval(hours => ${hoursMax}) THEN 'late' END AS why
    FROM alerting.alert AS alert
    LEFT JOIN alerting.alert_open AS open ON open.alert_id = alert.id AND open.closed
    LEFT JOIN alerting.alert_open AS newer ON newer.integration_id = alert.integration_id AND newer.key_hash = alert.key_hash
      AND newer.alert_id <> alert.id
    WHERE alert.id = ANY(${ids}::uuid[]) AND alert.status = 'resolved' ORDER BY alert.id`.execute(tx);
  return rows;
};

/** Those of `ids` that are acknowledged. */
export const acknowledgedOf = async (tx: AlertTx, ids: readonly string[]): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`-- Locked already.
    SELECT id FROM alerting.alert WHERE id = ANY(${ids}::uuid[]) AND status = 'acknowledged' ORDER BY id`.execute(tx);
  return rows.map(({ id }) => id);
};

/** They fire again, or are acknowledged as they were before; the engine judges them anew. */
export const takeBack = async (
  tx: AlertTx,
  ids: readonly string[],
  { answer, reason }: { readonly answer: 'acknowledge' | 'resolve'; readonly reason: string },
): Promise<void> => {
  if (answer === 'resolve')
    await sql`-- Its sender tells it further as the same.
      UPDATE alerting.alert_open SET closed = false WHERE alert_id = ANY(${ids}::uuid[])`.execute(tx);
  const back =
    answer === 'resolve'
      ? sql`status = CASE WHEN acknowledged_at IS NULL THEN 'firing' ELSE 'acknowledged' END, resolved_at = NULL, resolved_by = NULL,
          ends_at = NULL`
      : sql`status = 'firing', acknowledged_at = NULL, acknowledged_by = NULL`;
  await sql`-- With the reason, for whoever asks why.
    WITH changed AS (
      UPDATE alerting.alert SET ${back}, changed_at = (SELECT ground.now()), pending_at = (SELECT ground.now())
      WHERE id = ANY(${ids}::uuid[]) RETURNING id
    )
    INSERT INTO alerting.alert_decision (alert_id, at, decision, reason)
    SELECT id, (SELECT ground.now()), 'reopened', ${reason} FROM changed ORDER BY id`.execute(tx);
};

/** A group of these alerts that people were paged for, with its newest page. */
export interface PagedGroup {
  readonly id: string;
  readonly page: string;
}

/**
 * Opens the groups of these alerts that closed with them, unless another of the same key is open; all of them are looked at again.
 * Gives back those whose page told of them. What a webhook was told to be over is told to fire again.
 */
export const reopenGroups = async (tx: AlertTx, ids: readonly string[]): Promise<PagedGroup[]> => {
  await sql`-- Locked in one order; the engine looks at each.
    WITH theirs AS MATERIALIZED (
      SELECT closed.id FROM alerting.alert_group AS closed
      WHERE closed.id IN (SELECT group_id FROM alerting.group_member WHERE alert_id = ANY(${ids}::uuid[])) ORDER BY closed.id FOR NO KEY UPDATE
    )
    UPDATE alerting.alert_group AS back SET closed_at = NULL, due_at = (SELECT ground.now()) FROM theirs
    WHERE back.id = theirs.id AND (back.closed_at IS NULL OR NOT EXISTS (
      SELECT 1 FROM alerting.alert_group AS other WHERE other.key_hash = back.key_hash AND other.closed_at IS NULL))`.execute(
    tx,
  );
  await sql`-- Of groups without a page: of webhooks.
    UPDATE alerting.group_member AS member SET told = NULL, told_at = NULL
    WHERE member.alert_id = ANY(${ids}::uuid[]) AND member.told = 'resolved'
      AND NOT EXISTS (SELECT 1 FROM alerting.group_page AS page WHERE page.group_id = member.group_id)`.execute(tx);
  const { rows } = await sql<PagedGroup>`-- The newest page of each open one that told of them.
    SELECT DISTINCT ON (open.id) open.id, page.page_id AS page FROM alerting.alert_group AS open
    JOIN alerting.group_page AS page ON page.group_id = open.id
    WHERE open.closed_at IS NULL AND open.id IN (
      SELECT group_id FROM alerting.group_member WHERE alert_id = ANY(${ids}::uuid[]) AND told IS NOT NULL)
    ORDER BY open.id, page.at DESC, page.page_id DESC`.execute(tx);
  return rows;
};

/** What a group's page tells of again: `reopened`; or nobody was told yet, so that it is paged anew. */
export const markTold = async (
  tx: AlertTx,
  group: string,
  { ids, reopened }: { readonly ids: readonly string[]; readonly reopened: boolean },
): Promise<void> => {
  await sql`-- Of the alerts that are taken back alone.
    UPDATE alerting.group_member SET told = ${reopened ? 'firing' : null},
      told_at = CASE WHEN ${reopened} THEN (SELECT ground.now()) END
    WHERE group_id = ${group} AND alert_id = ANY(${ids}::uuid[]) AND told = 'resolved'`.execute(tx);
};
