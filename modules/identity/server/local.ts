import { hostname, userInfo } from 'node:os';
import { systemClock } from '../../../platform/clock/clock.ts';
import type { Configuration } from '../../../platform/config/settings.ts';
import { insertPending } from '../../../platform/ledger/store.ts';
import type { LedgerActor } from '../../../platform/ledger/ledger.ts';
import type { Log } from '../../../platform/log/log.ts';
import { connectExisting } from '../../../platform/postgres/existing.ts';
import { everySource } from '../../../platform/postgres/sources.ts';
import { bringUpToDate } from '../../../platform/postgres/up-to-date.ts';
import { Refusal } from '../../../kernel/problem.ts';
import type { IdentityGround } from './identity-ground.ts';
import { proxyList } from './client-address.ts';
import { offerLink } from './people.ts';
import type { OneTimeLink } from './one-time-links.ts';
import { createSecrets, secretKey } from './secrets.ts';
import { tokenShape } from './shapes.ts';
import type { IdentityTables, Tx } from './store/tables.ts';
import { revokeToken, viewTokens } from './store/tokens.ts';
import { keepToken, type TokenSpec } from './tokens.ts';

/** What can be done on the machine that owns the data, with the database alone: the server may run or not. */
export interface LocalIdentity {
  /** Keeps a token of the machine; gives back its secret. */
  createToken(spec: TokenSpec): Promise<{ readonly id: string; readonly secret: string }>;
  tokens(): Promise<readonly ReturnType<typeof tokenShape>[]>;
  /** By id, or by name where only one token has it. */
  revokeToken(reference: string): Promise<void>;
  /** The one-time link of a person who cannot get in, for when no other admin is left. */
  offerLink(person: string, baseUrl: string): Promise<OneTimeLink>;
  close(): Promise<void>;
}

const listMax = 1_000;

/**
 * Connects to the data's database, or starts the engine for as long as it takes. Without a server the schema is brought up
 * to date; under a running one it is left as it is, and a command of another version is refused.
 */
export const openLocally = async (config: Configuration, log: Log): Promise<LocalIdentity> => {
  const postgres = await connectExisting(config, log);
  try {
    await bringUpToDate(postgres, await everySource(), log);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  const identity: IdentityGround = {
    config,
    log,
    ledger: { append: insertPending },
    db: postgres.tables<IdentityTables>(),
    // Made when it is first needed: a command that needs no secret writes no key file.
    get secrets() {
      return createSecrets(secretKey(config));
    },
    trusted: proxyList(config.values.trustedProxies),
    now: () => new Date(systemClock.now().epochMilliseconds),
    transaction: <Value>(work: (tx: Tx) => Promise<Value>) => postgres.transaction<IdentityTables, Value>(work),
  };
  return {
    createToken: (spec) =>
      identity.transaction((tx) => keepToken(identity, tx, { spec, ownerId: null, actor: whoeverIsHere() })),
    tokens: async () =>
      (await viewTokens(identity.db, { ownerId: null, limit: listMax }, identity.now())).map((row) =>
        tokenShape(row, identity.now()),
      ),
    revokeToken: (reference) => revokeByReference(identity, reference),
    offerLink: (person, baseUrl) => offerLink(identity, whoeverIsHere(), person, baseUrl),
    close: () => postgres.stop(),
  };
};

const revokeByReference = (identity: IdentityGround, reference: string): Promise<void> =>
  identity.transaction(async (tx) => {
    const living = (await viewTokens(tx, { ownerId: null, limit: listMax }, identity.now())).filter(
      (token) => token.revoked_at === null,
    );
    const meant = living.filter((token) => token.id === reference || token.name === reference);
    if (meant.length !== 1) {
      const detail =
        meant.length === 0 ? 'See `leadline token list`.' : `${meant.length} tokens are called so; give the id.`;
      throw new Refusal({
        status: 404,
        code: 'identity.token-unknown',
        title: `No one token is meant by ${reference}`,
        detail,
      });
    }
    const revoked = await revokeToken(tx, meant[0]!.id, null, identity.now());
    await identity.ledger.append(tx, {
      kind: 'token.revoked',
      subject: `token:${meant[0]!.id}`,
      actor: whoeverIsHere(),
      data: { name: revoked!.name, owner: revoked!.owner_id },
    });
  });

/** Whoever may read the data folder may do this; the audit log says under which account of the machine. */
const whoeverIsHere = (): LedgerActor => ({
  kind: 'system',
  id: 'command-line',
  name: `${accountName()} on ${hostname()}`,
});

const accountName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // In a container the account often has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};
