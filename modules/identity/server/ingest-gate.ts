import { Refusal, type Problem } from '../../../kernel/problem.ts';
import { addressLimits, ingestCacheEntriesMax, ingestCacheSeconds } from '../domain/limits.ts';
import { badToken } from './authenticate.ts';
import { tokenOf } from './authorization.ts';
import { addressBucket, clientAddress, isLoopback } from './client-address.ts';
import type { IdentityGround } from './identity-ground.ts';
import type { IngestDecision, IngestSender } from './public.ts';
import { tooManyTries } from './refusals.ts';
import { hashSecret, looksLikeSecret } from './secret-text.ts';
import { takeTicket } from './store/tickets.ts';
import { usableToken } from './tokens.ts';

type TokenDecision = IngestDecision;

/**
 * Decides who may send telemetry, from memory for ten seconds a token. Decisions under way are shared: a thousand
 * requests with one token ask the database once. Right and wrong tokens are remembered apart, so that a flood of
 * wrong ones does not push the right ones out.
 */
export const ingestGate = (
  identity: IdentityGround,
  monotonicMs: () => number,
): ((sender: IngestSender) => Promise<IngestDecision>) => {
  const right = boundedCache(monotonicMs);
  const wrong = boundedCache(monotonicMs);
  /** Addresses that used their tickets for wrong tokens up, until when. */
  const barred = new Map<string, number>();

  const lookUp = async (secret: string): Promise<TokenDecision> => {
    const token = looksLikeSecret(secret) ? await usableToken(identity, secret) : undefined;
    if (!token) return { allowed: false, reason: 'bad-token', problem: badToken().problem };
    if (!token.scopes.includes('ingest')) return { allowed: false, reason: 'wrong-scope', problem: wrongScope };
    return { allowed: true, reason: 'token', sender: `token:${token.id}` };
  };

  /** Throws a Refusal with 503 when the database does not answer: the sender keeps what it has and comes back. */
  const decide = async (secret: string, address: string): Promise<IngestDecision> => {
    const key = hashSecret(secret).toString('base64url');
    const known = right.get(key) ?? wrong.get(key);
    if (known) return known;
    const bucket = addressBucket(address);
    const barredUntil = barred.get(bucket);
    // A token that was right within the last minutes is asked about again, whatever its neighbours do.
    if (barredUntil !== undefined && barredUntil > monotonicMs() && !right.wasIn(key))
      return tooMany(barredUntil - monotonicMs());
    const asked = lookUp(secret);
    // Shared while it is under way; kept only when it came to an end.
    right.set(key, asked);
    const decision = await asked.catch((error: unknown) => {
      right.forget(key);
      identity.log.warn({ err: error }, 'a token could not be looked up');
      throw new Refusal(notNow);
    });
    if (decision.allowed) return decision;
    right.forget(key);
    wrong.set(key, asked);
    const ticket = await takeTicket(identity.db, `bad-token:${bucket}`, addressLimits['bad-token'], identity.now());
    if (!ticket.taken) {
      if (barred.size >= ingestCacheEntriesMax) barred.clear();
      barred.set(bucket, monotonicMs() + Math.min(ticket.retryAfterSeconds, ingestCacheSeconds) * 1_000);
    }
    return decision;
  };

  return async (sender) => {
    const address = clientAddress({
      remoteAddress: sender.remoteAddress,
      forwardedFor: sender.forwardedFor,
      trusted: identity.trusted,
    });
    let secret: string | null;
    try {
      secret = tokenOf(sender.authorization);
    } catch (error) {
      if (error instanceof Refusal) return { allowed: false, reason: 'bad-token', problem: error.problem };
      throw error;
    }
    if (secret !== null) return decide(secret, address);
    if (identity.config.values.otlpLoopbackWithoutToken && cameFromThisMachine(sender))
      return { allowed: true, reason: 'loopback', sender: 'loopback' };
    return { allowed: false, reason: 'no-token', problem: tokenMissing };
  };
};

/** Loopback counts only when nobody stands behind it: what a local proxy passes on carries a forwarding header. */
const cameFromThisMachine = (sender: IngestSender): boolean =>
  sender.forwarded !== true &&
  [sender.forwardedFor ?? []].flat().length === 0 &&
  isLoopback(sender.remoteAddress ?? '');

const tokenMissing: Problem = {
  status: 401,
  code: 'identity.ingest-token-missing',
  title: 'Telemetry from other machines needs a token',
  detail:
    'Make one with `leadline token create --scope ingest --name <sender>` and send `Authorization: Bearer <token>` (OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20<token>").',
};

const notNow: Problem = {
  status: 503,
  code: 'identity.unreachable',
  title: 'Tokens cannot be checked at the moment',
  detail: 'The database does not answer. Send it again.',
  retryAfterSeconds: 2,
};

const wrongScope: Problem = {
  status: 403,
  code: 'identity.ingest-scope-missing',
  title: 'This token may not send telemetry',
  detail: 'Make a token with the scope ingest.',
};

const tooMany = (waitMs: number): IngestDecision => ({
  allowed: false,
  reason: 'too-many-tries',
  problem: tooManyTries(Math.max(1, Math.ceil(waitMs / 1_000))).problem,
});

/** Keeps decisions for `ingestCacheSeconds` from the moment they were asked for; the oldest leave when it is full. */
const boundedCache = (monotonicMs: () => number) => {
  const entries = new Map<string, { readonly askedAt: number; readonly decision: Promise<TokenDecision> }>();
  return {
    get: (key: string): Promise<TokenDecision> | undefined => {
      const entry = entries.get(key);
      return entry && monotonicMs() - entry.askedAt < ingestCacheSeconds * 1_000 ? entry.decision : undefined;
    },
    /** Whether it is still remembered, however old. */
    wasIn: (key: string): boolean => entries.has(key),
    set: (key: string, decision: Promise<TokenDecision>): void => {
      entries.delete(key);
      if (entries.size >= ingestCacheEntriesMax) entries.delete(entries.keys().next().value!);
      entries.set(key, { askedAt: monotonicMs(), decision });
    },
    forget: (key: string): void => {
      entries.delete(key);
    },
  };
};
