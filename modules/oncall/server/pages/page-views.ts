import { sql } from 'kysely';
import type { Page, PageState, PageWhole, TimelineEntry } from '../../contract/pages.ts';
import { pageLimits } from '../../contract/pages.ts';
import { afterLastInWords, type Urgency } from '../../domain/escalation/plan.ts';
import type { Attempt, DeliveryDoor } from '../../../delivery/server/public.ts';
import type { PageRow } from './page-store.ts';
import type { Handle, PagesTables } from './tables.ts';

export interface PageFilter {
  readonly states: readonly PageState[] | null;
  readonly policy: string | null;
  readonly team: string | null;
  readonly person: string | null;
  readonly urgency: Urgency | null;
  readonly dedupKey: string | null;
  readonly service: string | null;
  readonly from: Temporal.Instant | null;
  readonly to: Temporal.Instant | null;
  readonly after: { readonly raisedAt: string; readonly id: string } | null;
  readonly limit: number;
}

type ListedRow = PageRow & { readonly next_step_at: Date | null; readonly raised_at_exact: string };
type Attempts = Pick<DeliveryDoor, 'attemptsOf'>;

const nextStep = sql`(SELECT min(due_at) FROM oncall.step WHERE page_id = page.id AND state = 'waiting') AS next_step_at`;
const exact = sql`to_char(page.raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS raised_at_exact`;

/** Pages, newest first, with what was owed to whom and every attempt: three statements whatever their number. */
export const pagesIn = async (
  db: Handle,
  delivery: Attempts,
  filter: PageFilter,
): Promise<{ items: Page[]; last: { raisedAt: string; id: string } | null }> => {
  const is = (column: string, value: string | null) =>
    value === null ? sql`true` : sql`${sql.ref(column)} = ${value}`;
  // Said as a constant, so that the index over open pages is seen to serve.
  const states =
    filter.states === null
      ? sql`true`
      : filter.states.includes('resolved')
        ? sql`page.state = ANY(${filter.states}::text[])`
        : sql`page.state <> 'resolved' AND page.state = ANY(${filter.states}::text[])`;
  const { rows } = await sql<ListedRow>`-- One page of the list.
    SELECT page.id, page.summary, page.urgency, page.state, page.policy, page.team, page.person, page.service, page.source,
      page.dedup_key, page.times, page.raised_at, page.raised_by, page.acknowledged_at, page.acknowledged_by, page.resolved_at,
      page.resolved_by, page.snoozed_until, page.unanswered_at, ${nextStep}, ${exact}
    FROM oncall.page AS page
    WHERE ${states} AND ${is('page.policy', filter.policy)} AND ${is('page.team', filter.team)}
      AND ${is('page.urgency', filter.urgency)} AND ${is('page.dedup_key', filter.dedupKey)} AND ${is('page.service', filter.service)}
      AND ${filter.from === null ? sql`true` : sql`page.raised_at >= ${filter.from.toString()}::timestamptz`}
      AND ${filter.to === null ? sql`true` : sql`page.raised_at < ${filter.to.toString()}::timestamptz`}
      AND ${filter.person === null ? sql`true` : sql`EXISTS (SELECT 1 FROM oncall.notification owed WHERE owed.page_id = page.id AND owed.person = ${filter.person})`}
      AND ${filter.after === null ? sql`true` : sql`(page.raised_at, page.id) < (${filter.after.raisedAt}::timestamptz, ${filter.after.id}::uuid)`}
    ORDER BY page.raised_at DESC, page.id DESC LIMIT ${filter.limit}`.execute(db);
  const steps = await stepsOf(
    db,
    delivery,
    rows.map((row) => row.id),
  );
  const last = rows.at(-1);
  return {
    items: rows.map((row) => pageOf(row, steps.get(row.id) ?? [])),
    last: last ? { raisedAt: last.raised_at_exact, id: last.id } : null,
  };
};

/** One page with its timeline; null where there is none. */
export const pageById = async (db: Handle, delivery: Attempts, id: string): Promise<PageWhole | null> => {
  const { rows } = await sql<ListedRow>`-- The page whole.
    SELECT page.*, ${nextStep}, ${exact} FROM oncall.page AS page WHERE id = ${id}`.execute(db);
  const row = rows[0];
  if (!row) return null;
  const [steps, timeline] = await Promise.all([stepsOf(db, delivery, [id]), timelineOf(db, id)]);
  return wholeOf(row, steps.get(id) ?? [], timeline);
};

export const wholeOf = (row: ListedRow, steps: Page['steps'], timeline: TimelineEntry[]): PageWhole => ({
  ...pageOf(row, steps),
  details: row.details,
  link: row.link,
  plan: row.plan,
  afterLast: afterLastInWords(row.plan),
  timeline: [...timeline, ...attemptEntries(steps)].sort((one, other) =>
    one.at < other.at ? -1 : one.at > other.at ? 1 : 0,
  ),
});

const timelineOf = async (db: Handle, id: string): Promise<TimelineEntry[]> => {
  const rows = await db
    .selectFrom('oncall.timeline')
    .select(['at', 'what', 'text', 'by', 'data'])
    .where('page_id', '=', id)
    .orderBy('entry', 'desc')
    .limit(pageLimits.timelineMax)
    .execute();
  return rows.reverse().map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() }));
};

type OwedRow = Omit<PagesTables['oncall.notification'], 'state'> & { readonly state: 'owed' | 'handed' | 'cancelled' };

const stepsOf = async (db: Handle, delivery: Attempts, ids: readonly string[]): Promise<Map<string, Page['steps']>> => {
  if (ids.length === 0) return new Map();
  const [owed, attempts] = await Promise.all([
    sql<OwedRow>`-- What was owed because of these pages, in the order in which it was due. Addresses stay here.
      SELECT id, page_id, kind, step, round, person, method, channel, why, owed_at, state FROM oncall.notification
      WHERE page_id = ANY(${ids}::uuid[]) ORDER BY owed_at, step, round, person, rule`.execute(db),
    delivery.attemptsOf(ids.map((id) => `page:${id}`)),
  ]);
  const byKey = Map.groupBy([...attempts.values()].flat(), (attempt) => attempt.messageKey);
  const steps = Map.groupBy(owed.rows, (row) => row.page_id);
  return new Map([...steps].map(([id, rows]) => [id, rows.map((row) => stepOf(row, byKey.get(row.id) ?? []))]));
};

const stepOf = (row: OwedRow, attempts: readonly Attempt[]): Page['steps'][number] => ({
  step: row.step + 1,
  round: row.round + 1,
  person: row.person,
  contactMethod: row.method,
  channel: row.channel,
  owedAt: row.owed_at.toISOString(),
  state: row.state,
  kind: row.kind,
  why: row.why,
  attempts: attempts.map((attempt) => ({
    channel: attempt.channel,
    provider: attempt.provider,
    at: attempt.at.toString(),
    result: attempt.result,
    status: attempt.status,
    detail: attempt.detail,
    receiptAt: attempt.receiptAt?.toString() ?? null,
    idempotencyKey: attempt.messageKey,
  })),
});

/** Every attempt with its answer stands on the timeline. */
const attemptEntries = (steps: Page['steps']): TimelineEntry[] =>
  steps.flatMap(({ person, contactMethod, attempts }) =>
    attempts.map((attempt) => ({
      at: attempt.at,
      what: 'attempt',
      text: `${attempt.provider} was given the message for ${person ?? 'the webhook'} (${contactMethod}): ${attempt.result}${attempt.status === null ? '' : ` ${attempt.status}`}${attempt.detail === null ? '' : `, ${attempt.detail}`}`,
      by: null,
      data: { ...attempt, person, contactMethod },
    })),
  );

const pageOf = (row: ListedRow, steps: Page['steps']): Page => ({
  id: row.id,
  summary: row.summary,
  urgency: row.urgency,
  state: row.state,
  policy: row.policy,
  team: row.team,
  person: row.person,
  service: row.service,
  source: row.source,
  dedupKey: row.dedup_key,
  times: row.times as unknown as number,
  raisedAt: row.raised_at.toISOString(),
  raisedBy: row.raised_by,
  acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
  acknowledgedBy: row.acknowledged_by,
  resolvedAt: row.resolved_at?.toISOString() ?? null,
  resolvedBy: row.resolved_by,
  snoozedUntil: row.snoozed_until?.toISOString() ?? null,
  unansweredAt: row.unanswered_at?.toISOString() ?? null,
  nextStepAt: row.next_step_at?.toISOString() ?? null,
  steps,
});
