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
] as const;
