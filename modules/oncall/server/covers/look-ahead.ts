import { setImmediate } from 'node:timers/promises';
import { gapLimits, gapsOf, type Gap } from '../../domain/cover/gaps.ts';
import { expand } from '../../domain/schedule/expand.ts';
import type { Shift, Stretch } from '../../domain/schedule/shift.ts';
import { givenOf, scheduleRows, type Reader } from '../schedules/views.ts';

/** Schedules that are read in one round. */
const atOnce = 50;

export interface ScheduleAhead {
  readonly name: string;
  readonly team: string | null;
  readonly shifts: readonly Shift[];
  readonly gaps: readonly Gap[];
}

/** Shifts and gaps of every schedule in a window, by name; lets others work between two schedules, because a year of many takes seconds. */
export const lookAhead = async (
  db: Reader,
  window: Stretch,
): Promise<{ readonly schedules: readonly ScheduleAhead[]; readonly notLookedAt: number }> => {
  const rows = await scheduleRows(db, { limit: gapLimits.schedules + atOnce });
  const looked = rows.slice(0, gapLimits.schedules);
  const schedules: ScheduleAhead[] = [];
  for (let begin = 0; begin < looked.length; begin += atOnce) {
    const some = looked.slice(begin, begin + atOnce);
    const given = await givenOf(
      db,
      some.map(({ id }) => id),
      window,
    );
    for (const { id, name, team, version } of some) {
      const { shifts, gaps } = expand(given.get(id)!, window);
      schedules.push({ name, team, shifts, gaps: gapsOf(version.spec!, gaps, window) });
      await setImmediate();
    }
  }
  return { schedules, notLookedAt: rows.length - looked.length };
};
