import type { ScheduleSummary, ShiftAnswer } from '../../contract/schedules.ts';

/** Who is paged now: the first who does not only go along; null is a gap. */
export const holderOf = ({ onCall }: Pick<ScheduleSummary, 'onCall'>): ShiftAnswer | null =>
  onCall.find((shift) => shift.kind !== 'shadow') ?? null;

/** Who goes along with whoever is paged. */
export const shadowsOf = ({ onCall }: Pick<ScheduleSummary, 'onCall'>): readonly ShiftAnswer[] =>
  onCall.filter((shift) => shift.kind === 'shadow');

/** Schedules in which somebody is meant to be on call now and nobody is. */
export const wholeGaps = <Each extends Pick<ScheduleSummary, 'onCall' | 'isOutsideHours'>>(
  schedules: readonly Each[],
): readonly Each[] => schedules.filter(isGap);

const isGap = (schedule: Pick<ScheduleSummary, 'onCall' | 'isOutsideHours'>): boolean =>
  holderOf(schedule) === null && !schedule.isOutsideHours;

/** Gaps first, then by team and name, so that what needs somebody stands on top. */
export const inOrder = (schedules: readonly ScheduleSummary[]): readonly ScheduleSummary[] =>
  schedules.toSorted(
    (a, b) =>
      Number(!isGap(a)) - Number(!isGap(b)) ||
      (a.team ?? '~').localeCompare(b.team ?? '~') ||
      a.name.localeCompare(b.name),
  );
