import { durationOf } from '../../../kernel/time-span.ts';

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
    return { state: 'missed', reason: `Nothing came since ${beat.lastPingAt}; it was due at ${due}.` };
  if (Temporal.Instant.compare(now, due) <= 0)
    return { state: 'well', reason: `It pings every ${durationOf(beat.everySeconds)}; the next is due at ${due}.` };
  return { state: 'late', reason: `It was due at ${due}; it is told ${durationOf(beat.graceSeconds)} after that.` };
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
