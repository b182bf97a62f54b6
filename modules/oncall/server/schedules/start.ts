import type { Ground } from '../../../../platform/module/ground.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import { addFeedRoutes } from './feeds.ts';
import { nextOnCall, onCallOf, type OnCall } from './on-call.ts';
import { outsideRhythm, readDueCalendars } from './outside.ts';
import { addScheduleRoutes } from './routes.ts';
import { addSchemaRoutes } from './schema-routes.ts';
import type { SchedulesTables } from './tables.ts';

/** Doors that schedules stand on. */
export interface SchedulesDoors {
  readonly identity: IdentityDoor;
}

/** What the rest of on-call asks of schedules. */
export interface SchedulesDoor {
  /** Who is on call, first who is paged; empty where nobody is, null where there is no such schedule. */
  onCallOf(schedule: string, at: Temporal.Instant): Promise<readonly OnCall[] | null>;
  /** Who comes after whoever is on call; empty where nobody does, null where there is no such schedule. */
  nextOnCall(schedule: string, at: Temporal.Instant): Promise<readonly OnCall[] | null>;
}

/** Puts schedules at work. */
export const startSchedules = (ground: Ground, { identity }: SchedulesDoors): SchedulesDoor => {
  const { postgres, ledger, clock, log } = ground;
  const db = postgres.tables<SchedulesTables>();
  addScheduleRoutes(ground, { postgres, ledger, clock, log, identity });
  addSchemaRoutes(ground);
  const outside = { postgres, clock, log, identity, allowInternal: ground.config.values.allowInternalSources };
  ground.jobs.every('oncall.outside-calendars', outsideRhythm.lookSeconds, () => readDueCalendars(outside));
  addFeedRoutes({ http: ground.http, postgres, ledger, clock, identity });
  return {
    onCallOf: (name, at) => onCallOf(db, name, at),
    nextOnCall: async (name, at) => {
      if ((await onCallOf(db, name, at)) === null) return null;
      const next = await nextOnCall(db, name, at);
      return next === null ? [] : [next];
    },
  };
};
