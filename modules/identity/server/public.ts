import type { FastifyRequest } from 'fastify';
import type { Problem } from '../../../kernel/problem.ts';
import type { Ledger, LedgerActor } from '../../../platform/ledger/ledger.ts';
import type { Secrets } from './secrets.ts';

/** Identity's door: what the modules above ask it. */
export interface IdentityDoor {
  /** `kindsForAdmins` below, for whoever serves the ledger. */
  readonly kindsForAdmins: readonly string[];
  /** A new one-time set-up link below `baseUrl` while no person exists, else null. For whoever starts the server to print. */
  setupLink(baseUrl: string): Promise<string | null>;
  /** All teams, by name. */
  teams(): Promise<readonly { readonly name: string; readonly displayName: string }[]>;
  teamExists(name: string): Promise<boolean>;
  /** The person that a name, an e-mail address or an id means; disabled people too. */
  personByName(reference: string): Promise<PersonAtDoor | null>;
  /**
   * Makes a person of this name be there, in the caller's transaction: a new one as invited viewer, a known one with this address
   * and display name. Never touches a role, a state or a password. Throws the Refusal `identity.email-taken`.
   */
  describePerson(tx: Parameters<Ledger['append']>[0], actor: LedgerActor, said: SaidPerson): Promise<DescribedPerson>;
  /**
   * May this sender send telemetry? Answers from memory for at most ten seconds, so that thousands of requests a second
   * cost the database nothing and a revoked token is refused within ten seconds.
   */
  authoriseIngest(sender: IngestSender): Promise<IngestDecision>;
  /** Encryption at rest for other modules' secrets; `place` is `<module>:<what>:<id>`. */
  readonly secrets: Secrets;
  /** Secrets of the links that other modules give out: shown once, kept as a hash, looked up by it. */
  readonly linkSecrets: LinkSecrets;
}

export interface LinkSecrets {
  make(): { readonly secret: string; readonly hash: Buffer };
  /** Null for a text that cannot be one of ours. */
  hashOf(text: string): Buffer | null;
  /** Somebody came with a wrong one: takes a try of their address, and throws the 429 Refusal when it has none left. */
  wrong(request: FastifyRequest): Promise<void>;
}

export interface SaidPerson {
  readonly name: string;
  readonly email: string;
  /** Absent: what stands stays; a new person is called by their name. */
  readonly displayName?: string | undefined;
}

export interface DescribedPerson {
  readonly id: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
}

export interface PersonAtDoor {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly state: 'invited' | 'active' | 'disabled';
}

export interface IngestSender {
  /** The header or gRPC metadata `authorization`. */
  readonly authorization: string | undefined;
  /** The other end of the connection. */
  readonly remoteAddress: string | undefined;
  /** The header `x-forwarded-for`, all of them. */
  readonly forwardedFor?: string | readonly string[] | undefined;
  /** Any other sign that a proxy passed it on: the headers `forwarded`, `via`, `x-real-ip`. */
  readonly forwarded?: boolean;
}

export type IngestDecision =
  /** `sender` names who it was for limits and repeat detection: `token:<id>` or `loopback`. */
  | { readonly allowed: true; readonly reason: 'token' | 'loopback'; readonly sender: string }
  | {
      readonly allowed: false;
      readonly reason: 'no-token' | 'bad-token' | 'wrong-scope' | 'too-many-tries';
      readonly problem: Problem;
    };

export type { Secrets };

export { openLocally, type LocalIdentity } from './local.ts';

/**
 * Kinds of ledger events whose data tells of people what only admins may read: who signed in from where, addresses,
 * factors. `team.*` and `organisation.*` are for everybody.
 */
export const kindsForAdmins: readonly string[] = [
  'person.*',
  'session.*',
  'sign-in.*',
  'password.*',
  'passkey.*',
  'totp.*',
  'recovery-code.*',
  'recovery-codes.*',
  'second-factor.*',
  'sso-identity.*',
  'sso-provider.*',
  'token.*',
];
