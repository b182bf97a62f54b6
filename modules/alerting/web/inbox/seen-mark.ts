/** When a person last looked at the alerts, kept in this browser: one mark a person. */
const keyOf = (person: string): string => `leadline.alerts.seen.${person}`;

/** Instant in ms up to which this person has seen alerts; null where they never looked here, or the browser keeps nothing. */
export const seenUntil = (person: string): number | null => {
  try {
    const at = Number(localStorage.getItem(keyOf(person)) ?? Number.NaN);
    return Number.isFinite(at) && at > 0 ? at : null;
  } catch {
    return null;
  }
};

export const markSeen = (person: string, untilMs: number): void => {
  try {
    localStorage.setItem(keyOf(person), String(untilMs));
  } catch {
    // A browser that keeps nothing (private window, full disk) shows everything as seen: no reason to fail.
  }
};

/** Whether an alert came after the person last looked; on the first visit nothing is new. */
export const isNew = (alert: { readonly receivedAt: string }, seenMs: number | null): boolean =>
  seenMs !== null && Date.parse(alert.receivedAt) > seenMs;
