/** The instant of what a `datetime-local` field says, on this browser's clock; null for what is no time. */
export const instantOfLocal = (text: string): string | null => {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};

/** What a `datetime-local` field shows for a time of this browser's clock. */
export const localOf = (date: Date): string => {
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
};

/** The hour in which a policy shows what it is worth, as a `datetime-local` field takes it. */
export const nextSundayAtFour = (now: Date): string => {
  const sunday = new Date(now.getFullYear(), now.getMonth(), now.getDate() + ((7 - now.getDay()) % 7), 4);
  if (sunday <= now) sunday.setDate(sunday.getDate() + 7);
  return localOf(sunday);
};
