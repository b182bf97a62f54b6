import type { Urgency } from '../domain/escalation/plan.ts';

/** What other modules' servers may ask of on-call. */
export interface OncallDoor {
  /**
   * Raises a page, in the caller's transaction where one is given (committed with what it tells of, or not at all). The same
   * `dedupKey` on the same way while the page is open is the same page, counted. Throws a Refusal `oncall.nobody-to-page`
   * where neither policy, team nor person is named or known.
   */
  raisePage(tx: unknown, asked: PageAsked): Promise<{ readonly id: string; readonly made: boolean }>;
  /**
   * Counts the pages of this key that are open and that `source` raised: what they tell of came once more. Gives back their ids;
   * none: it must be raised.
   */
  countByKey(
    tx: unknown,
    counted: { readonly dedupKey: string; readonly source: string; readonly by: string },
  ): Promise<readonly string[]>;
  /** Resolves every open page of this key that `source` raised; gives back their ids. Once resolved it stays so: idempotent. */
  resolveByKey(
    tx: unknown,
    recovered: { readonly dedupKey: string; readonly source: string; readonly note: string },
  ): Promise<readonly string[]>;
  /** Somebody is on every open page of this key that `source` raised; nobody further is told. Again changes nothing. */
  acknowledgeByKey(
    tx: unknown,
    acknowledged: { readonly dedupKey: string; readonly source: string; readonly by: string },
  ): Promise<readonly string[]>;
  /**
   * Takes an answer back: a resolved page is as it was before (acknowledged by the same, or it begins anew), an acknowledged one begins
   * anew. Gives back what it is then; null where it stays resolved because a page of its key is open already. Again changes nothing.
   */
  reopenPage(
    tx: unknown,
    taken: {
      readonly page: string;
      readonly answer: 'acknowledge' | 'resolve';
      readonly by: { readonly kind: 'person' | 'token' | 'system'; readonly id: string; readonly name: string };
      readonly source: string;
    },
  ): Promise<'triggered' | 'acknowledged' | null>;
  /**
   * Every open page of this key that `source` raised is quiet until then (at most a week ahead, by the database's clock); then it
   * begins anew unless it is resolved. Gives back their ids. Throws the Refusal `oncall.snooze-time`.
   */
  snoozeByKey(
    tx: unknown,
    snoozed: {
      readonly dedupKey: string;
      readonly source: string;
      readonly by: string;
      readonly until: Temporal.Instant;
    },
  ): Promise<readonly string[]>;
  /**
   * The next step of every open page of this key that `source` raised, and that nobody is on, comes now instead of at its time. Gives
   * back the ids of those that had a step ahead.
   */
  escalateByKey(
    tx: unknown,
    asked: { readonly dedupKey: string; readonly source: string; readonly by: string },
  ): Promise<readonly string[]>;
  /** Says something on the timeline of every open page of this key that `source` raised; gives back their ids. */
  noteByKey(
    tx: unknown,
    said: { readonly dedupKey: string; readonly source: string; readonly by: string; readonly text: string },
  ): Promise<readonly string[]>;
}

export interface PageAsked {
  readonly summary: string;
  readonly details: string;
  readonly urgency: Urgency;
  /** Exactly one of the three. */
  readonly policy?: string;
  readonly team?: string;
  readonly person?: string;
  readonly dedupKey: string | null;
  readonly service: string | null;
  readonly link: string | null;
  /** Which module or way raised it: `api`, `heartbeat`, `budget`. */
  readonly source: string;
  /** Whom the timeline names. */
  readonly by: string;
}

/** Kinds of ledger events for `ledger.react`; their data stand in `contract/pages.ts`. */
export const pageEventKinds = [
  'page.raised',
  'page.acknowledged',
  'page.resolved',
  'page.escalated',
  'page.unanswered',
  'page.reassigned',
  'page.snoozed',
  'page.reopened',
] as const;
