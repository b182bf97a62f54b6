import type { ServerModule } from '../../../platform/module/ground.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import type { CatalogGround } from './commands.ts';
import type { CatalogDoor, FiguresSource } from './public.ts';
import { addRoutes } from './routes.ts';
import { sawDependencies, sawServices } from './seen-store.ts';
import type { CatalogTables } from './tables.ts';
import { factsOf, knowsService, servicesUsed } from './views.ts';

/** Services, who owns them, what they use: found by telemetry, described by people and files. */
export const catalogModule: ServerModule<{ identity: IdentityDoor }, CatalogDoor> = {
  name: 'catalog',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, { identity }) => {
    const { postgres, ledger, clock, log } = ground;
    const db = postgres.tables<CatalogTables>();
    let source: FiguresSource = async () => null;
    const command: CatalogGround = { postgres, ledger, clock, log, teamExists: (name) => identity.teamExists(name) };
    addRoutes(ground, command, (question) => source(question));
    return {
      door: {
        sawServices: (seen) => sawServices(ground, seen),
        sawDependencies: (seen) => sawDependencies(ground, seen),
        knowsService: async (name) => (await knowsService(db, name)) !== null,
        ownerOf: async (name) => (await knowsService(db, name))?.owner ?? null,
        factsOf: (names) => factsOf(db, names),
        uses: () => servicesUsed(db),
        answerFigures: (next) => {
          source = next;
        },
      },
    };
  },
};
