/** A stretch of a schedule for which one person is on call, in milliseconds since 1970. */
export interface DutyShift {
  readonly person: string;
  readonly from: number;
  readonly to: number;
}

/** A duty: shifts of one person in one schedule that touch are one, however many layers and turns they are made of. */
export interface Duty extends DutyShift {
  readonly schedule: string;
  /** It began before what was looked at; when is not known here. */
  readonly cut: boolean;
  /** Who is on call right before and right after; null for nobody, or where it is not known. */
  readonly before: string | null;
  readonly after: string | null;
}

/** Shifts, sorted and never two at once, as duties. `from` is the beginning of what was looked at. */
export const dutiesOf = (schedule: string, shifts: readonly DutyShift[], from: number): Duty[] => {
  const joined = shifts.reduce<DutyShift[]>((found, { person, from: begins, to }) => {
    const last = found.at(-1);
    if (last && last.person === person && last.to === begins) return [...found.slice(0, -1), { ...last, to }];
    return [...found, { person, from: begins, to }];
  }, []);
  return joined.map((each, index) => {
    const [previous, next] = [joined[index - 1], joined[index + 1]];
    return {
      ...each,
      schedule,
      cut: each.from <= from,
      before: previous?.to === each.from ? previous.person : null,
      after: next?.from === each.to ? next.person : null,
    };
  });
};

/** What each person wants to be told of their shifts. */
export interface NoticeWishes {
  /** Null: not before a shift. */
  readonly shiftBeforeSeconds: number | null;
  readonly handOver: boolean;
}

export type NoticeKind = 'before' | 'begins' | 'ends';

export interface DueNotice {
  readonly kind: NoticeKind;
  readonly duty: Duty;
  /** With the person and the schedule it makes the notice one of its kind: beginning or end of the duty. */
  readonly at: number;
}

/** A notice that was not told by then (nobody ran, quiet hours) helps nobody any more. */
const lateHours = 12;

/**
 * Which notices of a duty are due at `now`: "you are going on call" from so long before it, "it has begun" and "it is over" for half a
 * day. Told each once; whoever goes straight on is not told that they end and begin.
 */
export const noticesDue = (duty: Duty, wishes: NoticeWishes, now: number): DueNotice[] => {
  const lateMs = lateHours * 3_600_000;
  const notices: DueNotice[] = [];
  const beforeMs = wishes.shiftBeforeSeconds === null ? null : wishes.shiftBeforeSeconds * 1_000;
  if (!duty.cut && beforeMs !== null && now >= duty.from - beforeMs && now < duty.from)
    notices.push({ kind: 'before', duty, at: duty.from });
  if (!duty.cut && wishes.handOver && now >= duty.from && now < Math.min(duty.to, duty.from + lateMs))
    notices.push({ kind: 'begins', duty, at: duty.from });
  if (wishes.handOver && now >= duty.to && now < duty.to + lateMs) notices.push({ kind: 'ends', duty, at: duty.to });
  return notices;
};
