import type { BlockList } from 'node:net';
import type { LedgerActor } from '../../../platform/ledger/ledger.ts';
import type { Actor } from '../../../platform/http/http.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import { createSecrets, secretKey, type Secrets } from './secrets.ts';
import { proxyList } from './client-address.ts';
import type { Db, IdentityTables, Tx } from './store/tables.ts';

/** What every command of this module stands on. */
export interface IdentityGround {
  readonly config: Ground['config'];
  readonly log: Ground['log'];
  readonly ledger: Pick<Ground['ledger'], 'append'>;
  readonly db: Db;
  readonly secrets: Secrets;
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trusted: BlockList;
  now(): Date;
  /** One transaction; its result is given back after the commit, so nothing is answered that is not kept. */
  transaction<Value>(work: (tx: Tx) => Promise<Value>): Promise<Value>;
}

export const identityGround = (
  ground: Pick<Ground, 'config' | 'log' | 'ledger' | 'postgres' | 'clock'>,
): IdentityGround => ({
  config: ground.config,
  log: ground.log,
  ledger: ground.ledger,
  db: ground.postgres.tables<IdentityTables>(),
  secrets: createSecrets(secretKey(ground.config)),
  trusted: proxyList(ground.config.values.trustedProxies),
  now: () => new Date(ground.clock.now().epochMilliseconds),
  transaction: <Value>(work: (tx: Tx) => Promise<Value>) => ground.postgres.transaction<IdentityTables, Value>(work),
});

/** The one who is written into the ledger. */
export const ledgerActor = (actor: Pick<Actor, 'kind' | 'id' | 'name'>): LedgerActor => ({
  kind: actor.kind,
  id: actor.id,
  name: actor.name,
});

export const personActor = (person: { readonly id: string; readonly name: string }): LedgerActor => ({
  kind: 'person',
  id: person.id,
  name: person.name,
});

/** Leadline itself, or whoever sits at the machine it runs on. */
export const systemActor: LedgerActor = { kind: 'system', id: 'leadline', name: 'Leadline' };

export const later = (
  now: Date,
  by: { readonly seconds?: number; readonly minutes?: number; readonly hours?: number; readonly days?: number },
): Date =>
  new Date(
    now.getTime() +
      ((((by.days ?? 0) * 24 + (by.hours ?? 0)) * 60 + (by.minutes ?? 0)) * 60 + (by.seconds ?? 0)) * 1_000,
  );
