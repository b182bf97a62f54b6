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
export const rememberOwners = (catalog: Pick<CatalogDoor, 'ownerOf'>, nowMs: () => number): Owners => {
  const kept = new Map<string, { readonly facts: ServiceFacts; readonly atMs: number }>();
  return async (services) => {
    const found = new Map<string, ServiceFacts>();
    for (const service of new Set(services)) {
      const known = kept.get(service);
      if (known && nowMs() - known.atMs < keptMs) {
        found.set(service, known.facts);
        continue;
      }
      const facts = { owner: await catalog.ownerOf(service), tier: null };
      if (kept.size >= keptMax) kept.clear();
      kept.set(service, { facts, atMs: nowMs() });
      found.set(service, facts);
    }
    return found;
  };
};
