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
import { allInhibitions, allRoutes, versionOf } from './store.ts';
import type { InhibitionRow, PolicyHandle, PolicyTables, PolicyTx, RouteRow } from './tables.ts';

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
  let kept: Said | null = null;
  let map: { readonly uses: PolicyInForce['dependencies']; readonly until: number; readonly version: string } | null =
    null;
  const said = async (from: PolicyHandle): Promise<Said> => {
    const { version, suppression: settings } = await versionOf(from);
    if (kept?.version !== version) kept = await read(from, log, { version, settings });
    return kept;
  };
  const whole = (policy: Said, dependencies: PolicyInForce['dependencies']): PolicyInForce => ({
    ...policy,
    dependencies,
    changed: async (seen) => {
      const present = await said(seen as unknown as PolicyTx);
      return present.version === policy.version ? null : whole(present, dependencies);
    },
  });
  return async () => {
    const policy = await said(db);
    if (map === null || map.until < performance.now() || map.version !== policy.version)
      map = { uses: await catalog.uses(), until: performance.now() + mapSeconds * 1_000, version: policy.version };
    return whole(policy, map.uses);
  };
};

/** What people said. */
type Said = Omit<PolicyInForce, 'dependencies' | 'changed'>;

const read = async (
  db: PolicyHandle,
  log: Log,
  { version, settings: text }: { readonly version: string; readonly settings: unknown },
): Promise<Said> => {
  const settings = suppression.parse(text);
  return {
    version,
    tree: treeFrom(await allRoutes(db), log),
    silences: (await liveSilences(db)).flatMap((row) => ready<Silence>(log, `silence ${row.id}`, () => silenceOf(row))),
    inhibitions: (await allInhibitions(db)).flatMap((row) =>
      ready<Inhibition>(log, `inhibition ${row.name}`, () => inhibitionFrom(row)),
    ),
    parents: settings.parentDown,
    flaps: settings.flapping,
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
