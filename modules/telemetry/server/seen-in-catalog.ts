import type { CatalogDoor, SeenDependency } from '../../catalog/server/public.ts';
import type { Seen } from './keep/seen.ts';

const viaKinds: readonly string[] = ['http', 'rpc', 'messaging', 'database', 'other'];

/**
 * Tells the catalog, downward, who was seen. A consumer uses the queue that it takes from, so an edge from a destination to
 * a service is the service's dependency.
 */
export const tellCatalog =
  (catalog: Pick<CatalogDoor, 'sawServices' | 'sawDependencies'>) =>
  async (seen: Seen): Promise<void> => {
    await catalog.sawServices(
      seen.services.map((each) => ({
        name: each.service,
        environment: each.environment,
        version: each.version,
        firstSeen: instant(each.firstMs),
        lastSeen: instant(each.lastMs),
      })),
    );
    await catalog.sawDependencies(seen.dependencies.map(dependencyOf).filter((each) => each !== null));
  };

const dependencyOf = (edge: Seen['dependencies'][number]): SeenDependency | null => {
  const kind = (viaKinds.includes(edge.via) ? edge.via : 'other') as SeenDependency['kind'];
  const at = { firstSeen: instant(edge.lastMs), lastSeen: instant(edge.lastMs) };
  if (edge.callerKind === 'service')
    return { service: edge.caller, target: edge.callee, targetKind: edge.calleeKind, kind, ...at };
  if (edge.calleeKind === 'service')
    return { service: edge.callee, target: edge.caller, targetKind: 'messaging', kind: 'messaging', ...at };
  return null;
};

const instant = (milliseconds: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(milliseconds));
