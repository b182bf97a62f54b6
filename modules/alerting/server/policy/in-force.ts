import type { Log } from '../../../../platform/log/log.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { CatalogDoor } from '../../../catalog/server/public.ts';
import { suppression } from '../../contract/policy.ts';
import type { Inhibition } from '../../domain/policy/inhibition.ts';
import type { RouteTree } from '../../domain/policy/route.ts';
import type { Silence } from '../../domain/policy/silence.ts';
import type { InForce, PolicyInForce } from '../engine/in-force.ts';
import { matchingFrom, routeTreeOf } from './route-tree.ts';
import { silenceOf } from './silence-shape.ts';
import { liveSilences } from './silence-store.ts';
import { allInhibitions, allRoutes, holdVersion, versionOf, versionSeen } from './store.ts';
import type { InhibitionRow, PolicyDb, PolicyTables, RouteRow } from './tables.ts';

/** The service map is read anew after so long: it changes with every deployment, and no alert waits for that. */
const mapSeconds = 30;

/** What alerts are judged by, from memory: one number is read each time, and all of it only when that number is another. */
export const policyInForce = ({
  postgres,
  log,
  catalog,
}: {
  readonly postgres: Postgres;
  readonly log: Log;
  readonly catalog: Pick<CatalogDoor, 'uses'>;
}): InForce => {
  const db = postgres.tables<PolicyTables>();
  let kept: PolicyInForce | null = null;
  let map: { readonly uses: PolicyInForce['dependencies']; readonly until: number } | null = null;
  return async () => {
    const { version, suppression: said } = await versionOf(db);
    if (map === null || map.until < performance.now() || kept?.version !== version)
      map = { uses: await catalog.uses(), until: performance.now() + mapSeconds * 1_000 };
    if (kept?.version !== version) kept = await read(db, log, { version, said });
    return { ...kept, dependencies: map.uses };
  };
};

const read = async (
  db: PolicyDb,
  log: Log,
  { version, said }: { readonly version: string; readonly said: unknown },
): Promise<PolicyInForce> => {
  const settings = suppression.parse(said);
  return {
    version,
    tree: treeFrom(await allRoutes(db), log),
    silences: (await liveSilences(db)).flatMap((row) => ready<Silence>(log, `silence ${row.id}`, () => silenceOf(row))),
    inhibitions: (await allInhibitions(db)).flatMap((row) =>
      ready<Inhibition>(log, `inhibition ${row.name}`, () => inhibitionFrom(row)),
    ),
    dependencies: new Map(),
    parents: settings.parentDown,
    flaps: settings.flapping,
    stands: async (seen) => (await versionSeen(seen)) === version,
    standsUntilEnd: async (tx) => (await holdVersion(tx)) === version,
  };
};

/** An inhibition made ready. Throws where a matcher cannot be read. */
export const inhibitionFrom = ({ name, spec }: InhibitionRow): Inhibition => ({
  name,
  source: matchingFrom(spec.source),
  target: matchingFrom(spec.target),
  equal: spec.equal,
});

/** One route that cannot be read (an older version wrote it) must not keep all others from being asked. */
const treeFrom = (rows: readonly RouteRow[], log: Log): RouteTree =>
  routeTreeOf(rows.filter((row) => ready(log, `route ${row.name}`, () => routeTreeOf([row])).length > 0));

const ready = <Ready>(log: Log, what: string, make: () => Ready): Ready[] => {
  try {
    return [make()];
  } catch (error) {
    log.error({ error, what }, 'alerts are not judged by what cannot be read');
    return [];
  }
};
