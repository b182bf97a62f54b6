import { Refusal } from '../../../kernel/problem.ts';
import { decodeCursor, encodeCursor } from '../../../platform/http/paging.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import * as contract from '../contract.ts';
import * as commands from './commands.ts';
import { pageOfServices } from './list.ts';
import type { FiguresSource } from './public.ts';
import type { CatalogTables } from './tables.ts';
import * as views from './views.ts';

/** Puts the catalog's routes on the HTTP ground. `figures` is asked at each list, because telemetry hands it in later. */
export const addRoutes = (ground: Ground, command: commands.CatalogGround, figures: FiguresSource): void => {
  addServiceRoutes(ground, command, figures);
  addJourneyRoutes(ground, command);
  addEntityRoutes(ground, command);
};

const addServiceRoutes = (ground: Ground, command: commands.CatalogGround, figures: FiguresSource): void => {
  const { http, clock } = ground;
  const db = ground.postgres.tables<CatalogTables>();
  http.route(contract.listServices, async ({ query }) => {
    const { team = null, tier = null, environment = null, system = null, q = null } = query;
    const rows = await views.serviceRows(db, { team, tier, environment, system, q: q?.trim() || null });
    return pageOfServices(rows, query, figures, clock.now());
  });
  http.route(
    contract.getService,
    async ({ params }) => (await views.serviceByName(db, params.name)) ?? unknown('service', params.name),
  );
  http.route(contract.putService, ({ params, body, signedIn }) =>
    commands.describeService(command, signedIn(), params.name, body),
  );
  http.route(
    contract.deleteService,
    ({ params, signedIn }) => commands.forgetService(command, signedIn(), params.name) as never,
  );
  http.route(contract.listEnvironments, async () => ({ items: await views.environments(db) }));
};

const addJourneyRoutes = (ground: Ground, command: commands.CatalogGround): void => {
  const { http } = ground;
  const db = ground.postgres.tables<CatalogTables>();
  http.route(contract.listJourneys, async ({ query }) => {
    const after = query.cursor === undefined ? null : String(decodeCursor(query.cursor, 1)[0]);
    return pageOf(await views.journeys(db, { after, name: null, limit: query.limit + 1 }), query.limit, (last) => [
      last.name,
    ]);
  });
  http.route(
    contract.getJourney,
    async ({ params }) =>
      (await views.journeys(db, { after: null, name: params.name, limit: 1 }))[0] ?? unknown('journey', params.name),
  );
  http.route(contract.putJourney, ({ params, body, signedIn }) =>
    commands.describeJourney(command, signedIn(), params.name, body),
  );
  http.route(
    contract.deleteJourney,
    ({ params, signedIn }) => commands.deleteJourney(command, signedIn(), params.name) as never,
  );
};

const addEntityRoutes = (ground: Ground, command: commands.CatalogGround): void => {
  const { http } = ground;
  const db = ground.postgres.tables<CatalogTables>();
  http.route(contract.listEntities, async ({ query }) => {
    const parts = query.cursor === undefined ? null : decodeCursor(query.cursor, 2).map(String);
    const after = parts && { kind: parts[0]!, name: parts[1]! };
    return pageOf(
      await views.entities(db, { kind: query.kind ?? null, after, limit: query.limit + 1 }),
      query.limit,
      (last) => [last.kind, last.name],
    );
  });
  http.route(contract.putEntity, ({ params, body, signedIn }) =>
    commands.describeEntity(command, signedIn(), params.kind, params.name, body),
  );
  http.route(
    contract.deleteEntity,
    ({ params, signedIn }) => commands.deleteEntity(command, signedIn(), params.kind, params.name) as never,
  );
};

/** A page out of one row more than it holds. */
const pageOf = <Item>(
  rows: Item[],
  limit: number,
  keys: (last: Item) => string[],
): { items: Item[]; next: string | null } => {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? encodeCursor(keys(items.at(-1)!)) : null };
};

const unknown = (kind: 'service' | 'journey', name: string): never => {
  throw new Refusal({
    status: 404,
    code: `catalog.${kind}-unknown`,
    title: `The catalog knows no such ${kind}`,
    detail: name,
  });
};
