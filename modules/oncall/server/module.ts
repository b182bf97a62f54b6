import type { ServerModule } from '../../../platform/module/ground.ts';
import type { DeliveryDoor } from '../../delivery/server/public.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import { addAuditRoutes } from './audit/routes.ts';
import { startCovers } from './covers/start.ts';
import { handOn } from './load/hand-on.ts';
import { startLoad } from './load/start.ts';
import { onCallByName } from './pages/on-call-views.ts';
import { startPages } from './pages/start.ts';
import { startPeople } from './people/start.ts';
import type { PeopleTables } from './people/tables.ts';
import { rulesOf } from './people/views.ts';
import type { SchedulesTables } from './schedules/tables.ts';
import { startSchedules } from './schedules/start.ts';
import type { OncallDoor } from './public.ts';

/** What the auditor's own process runs. */
export { startAuditor } from './audit/auditor.ts';

/** Doors of the floors below that on-call stands on. */
export interface OncallDoors {
  readonly identity: IdentityDoor;
  readonly delivery: DeliveryDoor;
}

/** The engine's own connections: requests that pile up on a slow disk never stand before a page that leaves. */
const engineConnections = 4;

/** Who is on call, who is paged, and that somebody is. */
export const oncallModule: ServerModule<OncallDoors, OncallDoor> = {
  name: 'oncall',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, doors) => {
    startPeople(ground, doors);
    startLoad({ ground, ...doors });
    startCovers({ ground, ...doors });
    const schedules = startSchedules(ground, doors);
    const own = ground.postgres.reserve(engineConnections);
    const pages = await startPages(
      ground,
      {
        ...doors,
        onCallOf: (names, at) => onCallByName(own.tables<SchedulesTables>(), names, at),
        nextOnCall: schedules.nextOnCall,
        rulesOf: (names) => rulesOf(own.tables<PeopleTables>(), names),
        handOn: handOn({ ground, ...doors }, schedules.nextOnCall),
      },
      own,
    );
    addAuditRoutes(ground);
    return { door: pages.door, stop: pages.stop };
  },
};
