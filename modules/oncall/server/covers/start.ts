import { Gauge } from 'prom-client';
import { readGaps } from '../../contract/gaps.ts';
import { dayMs } from '../../domain/schedule/zone-clock.ts';
import type { PeopleGround } from '../people/people-ground.ts';
import { unknownSchedule } from '../schedules/commands.ts';
import type { SchedulesTables } from '../schedules/tables.ts';
import { scheduleId } from '../schedules/views.ts';
import { addAbsenceRoutes } from './absence-routes.ts';
import { addCoverRoutes } from './cover-routes.ts';
import { gapReportOf } from './gap-report.ts';
import { lastLook, type GapNumbers } from './gap-store.ts';
import { countGaps, warnOfGaps } from './gap-watch.ts';

const countSeconds = 600;
const warnSeconds = 60;

/** Starts what keeps somebody on call: the look ahead, its metrics and warnings. */
export const startCovers = (people: PeopleGround): void => {
  const { http, clock, jobs, postgres } = people.ground;
  http.route(readGaps, async ({ query }) => {
    const db = postgres.tables<SchedulesTables>();
    if (query.schedule !== undefined && (await scheduleId(db, query.schedule)) === null)
      throw unknownSchedule(query.schedule);
    const from = clock.now().epochMilliseconds;
    return gapReportOf(people, { from, to: from + query.days * dayMs }, query);
  });
  jobs.every('oncall.gap-count', countSeconds, () => countGaps(people));
  jobs.every('oncall.gap-warnings', warnSeconds, async () => void (await warnOfGaps(people)));
  addGapMetrics(people);
  addAbsenceRoutes(people);
  addCoverRoutes(people);
};

const addGapMetrics = ({ ground: { metrics, postgres, log } }: PeopleGround): void => {
  /** Shows nothing before the first look, and where the database is away. */
  const shown = async (show: (found: GapNumbers) => void): Promise<void> => {
    try {
      const found = await lastLook(postgres.tables());
      if (found !== null) show(found);
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'the last look for gaps could not be read');
    }
  };
  new Gauge({
    name: 'leadline_oncall_gap_seconds',
    help: 'Time of the year ahead without anybody on call, by schedule; without what the schedule leaves out on purpose',
    labelNames: ['schedule'],
    registers: [metrics],
    async collect() {
      await shown(({ gapSeconds }) => {
        this.reset();
        for (const [schedule, seconds] of Object.entries(gapSeconds)) this.set({ schedule }, seconds);
      });
    },
  });
  new Gauge({
    name: 'leadline_oncall_double_bookings',
    help: 'Times of the year ahead in which one person is on call for several schedules',
    registers: [metrics],
    async collect() {
      await shown(({ doubleBookings }) => this.set(doubleBookings));
    },
  });
  new Gauge({
    name: 'leadline_oncall_unreachable_people',
    help: 'People on call within a year who have no verified contact method that works',
    registers: [metrics],
    async collect() {
      await shown(({ unreachable }) => this.set(unreachable));
    },
  });
};
