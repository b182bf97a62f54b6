import { isReviewDue } from './review.ts';

/** Days before a review is due from which on it is listed. */
export const reviewSoonDays = 30;

/**
 * The day on which a promise is looked at again: the next day that its last review named, or the day in its document where that is
 * sooner and was not the day that this review was held for. All days `YYYY-MM-DD`; null where nobody named one.
 */
export const reviewDueOn = (given: {
  /** `leadline.dev/review-on` of the document. */
  reviewOn: string | null;
  last: { readonly on: string; readonly nextOn: string } | null;
}): string | null => {
  const { reviewOn, last } = given;
  if (last === null) return reviewOn;
  return reviewOn !== null && reviewOn > last.on && reviewOn < last.nextOn ? reviewOn : last.nextOn;
};

export interface ReviewDue {
  readonly dueOn: string | null;
  readonly overdue: boolean;
}

/** Whether it belongs on the list of reviews: overdue, due soon, or without any day. */
export const isListed = (dueOn: string | null, today: string): boolean =>
  dueOn === null || dueOn <= Temporal.PlainDate.from(today).add({ days: reviewSoonDays }).toString();

/** Overdue first by day, those without a day last. */
export const dueOf = (dueOn: string | null, today: string): ReviewDue => ({
  dueOn,
  overdue: isReviewDue(dueOn, today),
});
