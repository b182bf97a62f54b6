import type { ServerModule } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import type { ChangesDoor } from './public.ts';
import { addRoutes } from './routes.ts';
import type { ChangesTables } from './tables.ts';
import { changes } from './views.ts';

/** What was changed, when and by whom: announced by whoever does it. Gates and rollouts come to live here too. */
export const changesModule: ServerModule<{ catalog: CatalogDoor }, ChangesDoor> = {
  name: 'changes',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, { catalog }) => {
    const { postgres, ledger, clock } = ground;
    addRoutes(ground, { postgres, ledger, clock, ownerOf: (service) => catalog.ownerOf(service) });
    const db = ground.postgres.tables<ChangesTables>();
    return {
      door: {
        changesIn: ({ services, from, to, limit }) =>
          changes(db, { services, environment: null, kind: null, from, to, after: null, limit }),
      },
    };
  },
};
