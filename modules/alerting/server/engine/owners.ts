import type { CatalogDoor } from '../../../catalog/server/public.ts';

export interface ServiceFacts {
  readonly owner: string | null;
  readonly tier: string | null;
}

/** What the catalog knows of services. */
export type Owners = (services: readonly string[]) => Promise<ReadonlyMap<string, ServiceFacts>>;

const keptMs = 5_000;
const keptMax = 10_000;

/** Asks the catalog for each service at most every five seconds: a storm asks for the same few again and again. */
export const rememberOwners = (catalog: Pick<CatalogDoor, 'factsOf'>, nowMs: () => number): Owners => {
  const kept = new Map<string, { readonly facts: ServiceFacts; readonly atMs: number }>();
  return async (services) => {
    const found = new Map<string, ServiceFacts>();
    for (const name of new Set(services)) {
      const known = kept.get(name);
      if (known && nowMs() - known.atMs < keptMs) found.set(name, known.facts);
    }
    const stale = [...new Set(services)].filter((name) => !found.has(name));
    if (stale.length === 0) return found;
    const fresh = await catalog.factsOf(stale);
    if (kept.size + stale.length > keptMax) kept.clear();
    for (const name of stale) {
      const facts = fresh.get(name) ?? { owner: null, tier: null };
      kept.set(name, { facts, atMs: nowMs() });
      found.set(name, facts);
    }
    return found;
  };
};
