import { isExhausted } from './budget.ts';
import type { Counts } from './indicator.ts';
import type { Bucket } from './method.ts';
import { million } from './objective.ts';
import { minutesText, percentText, rateText, secondsText } from './number-text.ts';
import { burnRateOf } from './burn.ts';
import type { WindowAt } from './window.ts';

/** When the budget runs out if all goes on as lately, why, and in words. A projection, not a count: floating point. */
export interface Projection {
  readonly exhaustsAt: Temporal.Instant | null;
  readonly reason:
    | 'gone-already'
    | 'no-data'
    | 'no-recent-data'
    | 'burns-slower-than-earned'
    | 'period-ends-first'
    | 'at-recent-rate';
  readonly text: string;
}

export interface Outlook {
  readonly counts: Counts;
  readonly targetPpm: number;
  readonly window: WindowAt;
  /** Counts of the last `recentMinutes`: their rate is taken to go on. */
  readonly recent: Counts;
  readonly recentMinutes: number;
  /** For a rolling window without `history`: its minutes with data, taken as the newest ones. All of them unless given. */
  readonly filledMinutes?: number;
  /** For a rolling window: its counts by buckets of one length, oldest first, missing where nothing was; what leaves the window then. */
  readonly history?: { readonly buckets: readonly Bucket[]; readonly stepSeconds: number };
}

/**
 * The instant at which `bad ≥ (1 − target) × total`, when good and bad events go on at the rate of the recent minutes:
 * - calendar period: nothing leaves it; `seconds = remaining ÷ (bad rate − (1 − target) × rate)`, until the period ends.
 * - rolling window with its history: what enters at the recent rate and what leaves, bucket by bucket, evenly within each.
 * - rolling window without it: as if traffic were steady and nothing bad left, `remaining share × period ÷ burn`
 *   (SRE workbook, chapter 5); the earliest that it can be. A window that is not full yet has a smaller budget that still
 *   grows: there as if all it holds had come evenly in its minutes with data.
 */
export const projectExhaustion = (outlook: Outlook): Projection => {
  const { counts, targetPpm, recent, window } = outlook;
  const burn = burnRateOf(recent, targetPpm);
  const last = minutesText(outlook.recentMinutes);
  if (counts.good + counts.bad === 0)
    return { exhaustsAt: null, reason: 'no-data', text: 'Nothing was counted in the window.' };
  if (isExhausted(counts, targetPpm))
    return { exhaustsAt: window.to, reason: 'gone-already', text: 'The budget is gone.' };
  if (burn === null)
    return {
      exhaustsAt: null,
      reason: 'no-recent-data',
      text: `Nothing was counted in the last ${last}, so there is no rate to go on.`,
    };
  const seconds = secondsLeft(outlook, burn);
  const rate = `At the rate of the last ${last} (${rateText(burn)})`;
  if (seconds === null)
    return { exhaustsAt: null, reason: 'burns-slower-than-earned', text: `${rate} the budget lasts.` };
  const exhaustsAt = window.to.add({ seconds: Math.ceil(seconds) });
  if (window.endsAt !== null && Temporal.Instant.compare(exhaustsAt, window.endsAt) >= 0)
    return {
      exhaustsAt: null,
      reason: 'period-ends-first',
      text: `${rate} the budget lasts beyond the end of the period.`,
    };
  const left = percentText(1 - spentShare(counts, targetPpm));
  const ageing = window.endsAt === null && outlook.history ? ', with what leaves the window until then' : '';
  return {
    exhaustsAt,
    reason: 'at-recent-rate',
    text: `${rate} the ${left} that are left last ${secondsText(seconds)}${ageing}.`,
  };
};

const spentShare = ({ good, bad }: Counts, targetPpm: number): number =>
  (bad * million) / ((good + bad) * (million - targetPpm));

const secondsLeft = (outlook: Outlook, burn: number): number | null => {
  const { counts, targetPpm, window, recent } = outlook;
  const budget = (million - targetPpm) / million;
  /** Bad events beyond what the target allows: negative while something is left. */
  const beyond = (of: Counts): number => of.bad - budget * (of.good + of.bad);
  const entering = beyond(recent) / (outlook.recentMinutes * 60);
  if (window.endsAt !== null) return entering > 0 ? -beyond(counts) / entering : null;
  const history = outlook.history ?? evenly(outlook);
  if (!history) return burn > 0 ? steadySeconds(counts, targetPpm, window, burn) : null;
  return walk(
    history,
    { windowFrom: second(window.from), level: beyond(counts), entering, seconds: window.periodMinutes * 60 },
    beyond,
  );
};

/** What a young window holds, as one bucket; null where it is (nearly) full. */
const evenly = ({ window, counts, filledMinutes }: Outlook): Outlook['history'] | null => {
  const minutes = Math.max(1, filledMinutes ?? window.periodMinutes);
  if (minutes > nearlyFull * window.periodMinutes) return null;
  return { buckets: [{ at: second(window.to) - minutes * 60, ...counts }], stepSeconds: minutes * 60 };
};
const nearlyFull = 0.98;

/** The workbook's closed form; beyond one period the window has forgotten what it holds now, and only the rate itself decides. */
const steadySeconds = (counts: Counts, targetPpm: number, window: WindowAt, burn: number): number | null => {
  const seconds = ((1 - spentShare(counts, targetPpm)) * window.periodMinutes * 60) / burn;
  return seconds <= window.periodMinutes * 60 ? seconds : null;
};

/**
 * Follows `level` (bad events beyond the allowed) while old buckets leave: straight on within a bucket, so its zero is a
 * division. After one period the window holds nothing but the recent rate, and what has not run out by then never does.
 */
const walk = (
  history: NonNullable<Outlook['history']>,
  start: { windowFrom: number; level: number; entering: number; seconds: number },
  beyond: (of: Counts) => number,
): number | null => {
  const { buckets, stepSeconds } = history;
  let { level } = start;
  let elapsed = 0;
  const advance = (seconds: number, slope: number): number | null => {
    const reached = slope > 0 && level + slope * seconds >= 0 ? elapsed - level / slope : null;
    level += slope * seconds;
    elapsed += seconds;
    return reached;
  };
  for (const bucket of buckets) {
    const leavesFrom = Math.max(elapsed, bucket.at - start.windowFrom);
    const leavesTo = Math.min(start.seconds, bucket.at + stepSeconds - start.windowFrom);
    if (leavesTo <= leavesFrom) continue;
    const before = advance(leavesFrom - elapsed, start.entering);
    if (before !== null) return before;
    const within = advance(leavesTo - leavesFrom, start.entering - beyond(bucket) / stepSeconds);
    if (within !== null) return within;
  }
  return advance(start.seconds - elapsed, start.entering);
};

const second = (instant: Temporal.Instant): number => instant.epochMilliseconds / 1_000;
