/** Whole minutes from `now` to the next 09:00 of this browser's clock; by the calendar, so a change of the clock counts. */
export const minutesUntilMorning = (now: Date): number => {
  const morning = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 9);
  if (morning <= now) morning.setDate(morning.getDate() + 1);
  return Math.max(1, Math.round((morning.getTime() - now.getTime()) / 60_000));
};
