import type { ServerModule } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import type { ObjectivesDoor } from '../../objectives/server/public.ts';
import type { ChangesDoor } from './public.ts';
import { changeMarks } from './change-marks.ts';
import { announce, type ChangesGround } from './commands.ts';
import { addRoutes } from './routes.ts';
import type { ChangesTables } from './tables.ts';
import { changes } from './views.ts';

/** Doors of the floors below that changes stand on. */
interface ChangesDoors {
  readonly catalog: CatalogDoor;
  readonly objectives: Pick<ObjectivesDoor, 'answerMarks'>;
}

/** What was changed, when and by whom: announced by whoever does it. Gates and rollouts come to live here too. */
export const changesModule: ServerModule<ChangesDoors, ChangesDoor> = {
  name: 'changes',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, { catalog, objectives }) => {
    const { postgres, ledger, clock } = ground;
    const command: ChangesGround = { postgres, ledger, clock, ownerOf: (service) => catalog.ownerOf(service) };
    addRoutes(ground, command);
    const db = ground.postgres.tables<ChangesTables>();
    objectives.answerMarks(changeMarks(db));
    return {
      door: {
        changesIn: ({ services, from, to, limit }) =>
          changes(db, { services, environment: null, kind: null, from, to, after: null, limit }),
        announce: async (actor, said) => {
          const { change, outcome } = await announce(command, actor, said);
          return { id: change.id, outcome };
        },
      },
    };
  },
};
