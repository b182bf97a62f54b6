import { timingSafeEqual } from 'node:crypto';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { Integration, IntegrationKind } from '../../domain/alert.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { hashKey, looksLikeKey } from './key-text.ts';
import { byKeyHash, keysChannel, noteKeyUse, type Db } from './store.ts';
import type { IntegrationRow, IntegrationsTables } from './tables.ts';

interface Known {
  readonly integration: Integration;
  readonly keyId: string;
  readonly hash: Buffer;
  readonly untilMs: number;
}

/** Whose key a sender shows. */
export interface Keys {
  /**
   * The integration of this key, of one of `kinds` where they are given; null where the key is unknown, exchanged or revoked, or the
   * integration is of another kind or switched off. Answers from memory for a few seconds; a change is heard of at once.
   */
  integrationByKey(key: string, kinds?: readonly IntegrationKind[]): Promise<Integration | null>;
  /** Forgets what is in memory: what was changed in this process holds from its answer on, and the notice comes a little later. */
  forget(): void;
  stop(): Promise<void>;
}

export const startKeys = async (postgres: Postgres, monotonicMs: () => number): Promise<Keys> => {
  const db = postgres.tables<IntegrationsTables>();
  const known = new Map<string, Known>();
  const notedMs = new Map<string, number>();
  let changes = 0;
  const forget = (): void => {
    changes += 1;
    known.clear();
  };
  const listening = await postgres.listen(keysChannel, forget);

  const find = async (key: string): Promise<Known | null> => {
    const hash = hashKey(key);
    const name = hash.toString('base64');
    const kept = known.get(name);
    if (kept && kept.untilMs > monotonicMs() && timingSafeEqual(kept.hash, hash)) return kept;
    const before = changes;
    const found = await byKeyHash(db, hash);
    if (!found || !timingSafeEqual(found.hash, hash)) return null;
    const fresh: Known = {
      integration: integrationOf(found.row),
      keyId: found.keyId,
      hash,
      untilMs: monotonicMs() + integrationLimits.keyCacheMs,
    };
    // What was read before a notice may be older than what the notice told of.
    if (before === changes) keep(known, name, fresh);
    return fresh;
  };

  return {
    integrationByKey: async (key, kinds) => {
      if (!looksLikeKey(key)) return null;
      const found = await find(key);
      if (!found || !found.integration.enabled) return null;
      if (kinds && !kinds.includes(found.integration.kind)) return null;
      await noteUse(db, notedMs, found.keyId, monotonicMs());
      return found.integration;
    },
    forget,
    stop: () => listening.stop(),
  };
};

const keep = (known: Map<string, Known>, name: string, fresh: Known): void => {
  if (known.size >= integrationLimits.keyCacheEntries) known.delete(known.keys().next().value!);
  known.set(name, fresh);
};

/** When it was last used is told to the minute: a write at each request would cost more than the alert. */
const noteUse = async (db: Db, notedMs: Map<string, number>, keyId: string, nowMs: number): Promise<void> => {
  const noted = notedMs.get(keyId);
  if (noted !== undefined && nowMs - noted < integrationLimits.lastUsedEverySeconds * 1_000) return;
  if (notedMs.size >= integrationLimits.keyCacheEntries) notedMs.delete(notedMs.keys().next().value!);
  notedMs.set(keyId, nowMs);
  await noteKeyUse(db, keyId);
};

/** A row as the other parts of alerting know it. */
export const integrationOf = ({ id, name, kind, team, settings, enabled }: IntegrationRow): Integration => ({
  id,
  name,
  kind,
  team,
  settings,
  enabled,
});
