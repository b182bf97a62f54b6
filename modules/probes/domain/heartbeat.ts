export interface Beat {
  readonly everySeconds: number;
  readonly graceSeconds: number;
  readonly lastPingAt: Temporal.Instant | null;
  readonly missedSince: Temporal.Instant | null;
}

export type BeatState = 'waiting' | 'well' | 'late' | 'missed';

/** When the next ping should be there; null before the first. */
export const dueAt = ({
  lastPingAt,
  everySeconds,
}: Pick<Beat, 'lastPingAt' | 'everySeconds'>): Temporal.Instant | null =>
  lastPingAt?.add({ seconds: everySeconds }) ?? null;

/** The state as people see it, with its reason. Whether it is missed is what was told, never only what is due. */
export const stateOf = (beat: Beat, now: Temporal.Instant): { readonly state: BeatState; readonly reason: string } => {
  const due = dueAt(beat);
  if (due === null) return { state: 'waiting', reason: 'It never pinged; nobody is told before it did once.' };
  if (beat.missedSince !== null)
    return {
      state: 'missed',
      reason: `Nothing came since ${toSecond(beat.lastPingAt!)}; it was due at ${toSecond(due)}.`,
    };
  if (Temporal.Instant.compare(now, due) <= 0)
    return {
      state: 'well',
      reason: `It pings every ${spanInWords(beat.everySeconds)}; the next is due at ${toSecond(due)}.`,
    };
  return {
    state: 'late',
    reason: `It was due at ${toSecond(due)}; it is told ${spanInWords(beat.graceSeconds)} after that.`,
  };
};

/** An instant without what nobody reads. */
export const toSecond = (at: Temporal.Instant): string =>
  at.round({ smallestUnit: 'second', roundingMode: 'trunc' }).toString();

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Seconds as people say them, in the largest unit that they fill evenly: `10 seconds`, `24 hours` is `1 day`. */
export const spanInWords = (seconds: number): string => {
  const [word, length] = units.find(([, each]) => seconds >= each && seconds % each === 0) ?? units[3];
  const count = seconds / length;
  return `${count} ${word}${count === 1 ? '' : 's'}`;
};

/** Lines to paste that ping `address`; each tries again, because a network that stumbles is not a job that failed. */
export const pingLines = (address: string): readonly { readonly label: string; readonly code: string }[] => [
  {
    label: 'At the end of a line of cron',
    code: `0 3 * * * /usr/local/bin/backup && curl -fsS --retry 3 --max-time 10 -o /dev/null '${address}'`,
  },
  { label: 'In a shell script', code: `curl -fsS --retry 3 --max-time 10 -o /dev/null '${address}'` },
  {
    label: 'In a systemd service: sent when it ended well',
    // systemd reads % as its own sign.
    code: `[Service]\nExecStartPost=/usr/bin/curl -fsS --retry 3 --max-time 10 -o /dev/null '${address.replaceAll('%', '%%')}'`,
  },
];
