import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import {
  exportAlertmanager as exportShape,
  importAlertmanager as importShape,
} from '../../contract/alertmanager-config.ts';
import * as contract from '../../contract/policy.ts';
import * as silenceContract from '../../contract/silences.ts';
import { tryRoutes as tryRoutesShape } from '../../contract/try-routes.ts';
import { exportAlertmanager, importAlertmanager, type ConfigGround } from './alertmanager-config.ts';
import { matchingOf } from '../../domain/policy/matcher.ts';
import { makePattern } from './pattern.ts';
import { unknown } from './policy-ground.ts';
import * as rules from './rules.ts';
import { silenceShape } from './silence-shape.ts';
import { silenceBy, silencesAfter } from './silence-store.ts';
import * as silences from './silences.ts';
import * as store from './store.ts';
import type { PolicyDb, PolicyTables, SilenceRow } from './tables.ts';
import { tryRoutes, type TryGround } from './try-out.ts';

/** Puts routes, inhibitions, silences and the settings of suppression on the HTTP ground. */
export const addPolicyRoutes = ({ http }: Pick<Ground, 'http'>, ground: TryGround & ConfigGround): void => {
  const db = ground.postgres.tables<PolicyTables>();
  addRouteRoutes({ http }, ground, db);
  addInhibitionRoutes({ http }, ground, db);
  addSilenceRoutes({ http }, ground, db);
  http.route(importShape, ({ body, signedIn }) => importAlertmanager(ground, signedIn(), body));
  http.route(exportShape, () => exportAlertmanager(db));
  http.route(contract.getSuppression, () => suppressionNow(db));
  http.route(contract.putSuppression, async ({ body, signedIn }) => {
    await rules.putSuppression(ground, signedIn(), body);
    return suppressionNow(db);
  });
};

const addRouteRoutes = ({ http }: Pick<Ground, 'http'>, ground: TryGround, db: PolicyDb): void => {
  http.route(tryRoutesShape, ({ body }) => tryRoutes(ground, body));
  http.route(contract.listRoutes, async ({ query }) => {
    const [place, name] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
    const after = name === undefined ? null : { place: Number(place), name: String(name) };
    const rows = await store.routesAfter(db, { after, team: query.team ?? null, limit: query.limit + 1 });
    return pageOf(rows, query.limit, (last) => [last.place, last.name], rules.routeShape);
  });
  http.route(contract.getRoute, async ({ params }) => {
    const row = await store.routeNamed(db, params.name);
    if (!row) throw unknown('route', params.name);
    return rules.routeShape(row);
  });
  http.route(contract.putRoute, ({ params, body: { origin, source, ...spec }, signedIn }) =>
    rules.putRoute(ground, signedIn(), params.name, { spec, origin, source }),
  );
  http.route(contract.deleteRoute, async ({ params, signedIn }) => {
    await rules.deleteRoute(ground, signedIn(), params.name);
    return undefined;
  });
};

const addInhibitionRoutes = ({ http }: Pick<Ground, 'http'>, ground: TryGround, db: PolicyDb): void => {
  http.route(contract.listInhibitions, async ({ query }) => {
    const after = query.cursor === undefined ? null : String(decodeCursor(query.cursor, 1)[0]);
    const rows = await store.inhibitionsAfter(db, { after, limit: query.limit + 1 });
    return pageOf(rows, query.limit, (last) => [last.name], rules.inhibitionShape);
  });
  http.route(contract.getInhibition, async ({ params }) => {
    const row = await store.inhibitionNamed(db, params.name);
    if (!row) throw unknown('inhibition', params.name);
    return rules.inhibitionShape(row);
  });
  http.route(contract.putInhibition, ({ params, body: { origin, file, ...spec }, signedIn }) =>
    rules.putInhibition(ground, signedIn(), params.name, { spec, origin, source: file }),
  );
  http.route(contract.deleteInhibition, async ({ params, signedIn }) => {
    await rules.deleteInhibition(ground, signedIn(), params.name);
    return undefined;
  });
};

const addSilenceRoutes = ({ http }: Pick<Ground, 'http'>, ground: TryGround, db: PolicyDb): void => {
  http.route(silenceContract.listSilences, async ({ query }) => {
    const after = query.cursor === undefined ? null : String(decodeCursor(query.cursor, 1)[0]);
    const now = await store.databaseNow(db);
    const labels = Object.fromEntries(
      query.label.map((said) => [said.slice(0, said.indexOf('=')), said.slice(said.indexOf('=') + 1)]),
    );
    const fits = (row: SilenceRow): boolean =>
      query.label.length === 0 || matchingOf(row.matchers, makePattern).matches(labels);
    const rows = await silencesAfter(db, { after, state: query.state, limit: query.limit + 1 });
    const page = pageOf(
      rows,
      query.limit,
      (last) => [last.id],
      (row) => ({ row, shape: silenceShape(row, now) }),
    );
    const asked = ({ row, shape }: (typeof page.items)[number]): boolean =>
      fits(row) &&
      (query.state === 'all' || (query.state === 'live' ? shape.state !== 'expired' : shape.state === query.state));
    return { items: page.items.filter(asked).map(({ shape }) => shape), next: page.next };
  });
  http.route(silenceContract.getSilence, async ({ params }) => {
    const row = await silenceBy(db, params.silence);
    if (!row) throw unknown('silence', params.silence);
    return silenceShape(row, await store.databaseNow(db));
  });
  http.route(silenceContract.addSilence, ({ body, signedIn }) =>
    silences.addSilence(ground, signedIn(), silences.askedOf(body)),
  );
  http.route(silenceContract.trySilence, async ({ body }) => ({
    next: silences.nextTimes(body, await store.databaseNow(db)),
  }));
  http.route(silenceContract.putSilence, ({ params, body: { origin, source, ...spec }, signedIn }) =>
    silences.putSilence(ground, signedIn(), {
      reference: params.silence,
      asked: silences.askedOf(spec),
      origin,
      source,
    }),
  );
  http.route(silenceContract.expireSilence, async ({ params, signedIn }) => {
    await silences.expireSilence(ground, signedIn(), params.silence);
    return undefined;
  });
};

const suppressionNow = async (db: PolicyDb) => {
  const row = await store.versionOf(db);
  return {
    ...contract.suppression.parse(row.suppression),
    changedAt: row.suppression_changed_at?.toISOString() ?? null,
    changedBy: row.suppression_changed_by,
  };
};

const pageOf = <Row, Shape>(
  rows: readonly Row[],
  limit: number,
  keys: (last: Row) => (string | number)[],
  shape: (row: Row) => Shape,
): { items: Shape[]; next: string | null } => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && rows.length > page.length;
  return { items: page.map(shape), next: more ? encodeCursor(keys(last)) : null };
};
