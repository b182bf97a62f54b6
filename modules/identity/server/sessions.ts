import { newId } from '../../../platform/clock/id.ts';
import {
  confirmedMinutes,
  firstLevelMinutes,
  lastUsedWriteSeconds,
  sessionDaysMax,
  sessionIdleHours,
  sessionsPerPersonMax,
} from '../domain/limits.ts';
import { stepAfter, type SecondFactor, type SignInMethod, type SignInStep } from '../domain/sign-in-step.ts';
import { later, personActor, type IdentityGround } from './identity-ground.ts';
import { noSignInBegun } from './refusals.ts';
import { hashSecret, newSecret } from './secret-text.ts';
import { factorsOf } from './store/factors.ts';
import {
  endSessionByHash,
  findSession,
  insertSession,
  renewSession,
  touchSession,
  type SessionView,
} from './store/sessions.ts';
import type { SessionRow, Tx } from './store/tables.ts';
import type { Visitor } from './visitor.ts';

/** A session as the browser gets it: the secret of its cookie, and what is still to be brought. */
export interface OpenedSession {
  readonly secret: string;
  readonly step: SignInStep;
}

interface Opening {
  readonly person: { readonly id: string; readonly name: string };
  readonly method: SignInMethod;
  readonly visitor: Visitor;
  /** The cookie that the browser showed; that session ends. */
  readonly replaces: string | null;
}

/** Opens a session after the first proof; it is through at once, or waits ten minutes for the second factor. */
export const openSession = async (
  identity: IdentityGround,
  tx: Tx,
  { person, method, visitor, replaces }: Opening,
): Promise<OpenedSession> => {
  const now = identity.now();
  const step = stepAfter(method, await factorsOf(tx, person.id));
  if (replaces !== null) await endSessionByHash(tx, hashSecret(replaces));
  const secret = newSecret();
  const through = step.step === 'done';
  const session: SessionRow = {
    id: newId(now.getTime()),
    token_hash: hashSecret(secret),
    person_id: person.id,
    level: through ? 'full' : 'first',
    method,
    address: visitor.address,
    user_agent: visitor.userAgent,
    created_at: now,
    last_seen_at: now,
    expires_at: through ? later(now, { days: sessionDaysMax }) : later(now, { minutes: firstLevelMinutes }),
    confirmed_at: null,
  };
  await insertSession(tx, session, sessionsPerPersonMax);
  await identity.ledger.append(tx, {
    kind: through ? 'session.started' : 'session.begun',
    subject: `person:${person.id}`,
    actor: personActor(person),
    data: {
      session: session.id,
      method,
      address: visitor.address,
      reason: through ? step.reason : 'second-factor-missing',
    },
  });
  return { secret, step };
};

/** Lifts a waiting session to a full one under a new secret, after the second factor was right, in the same transaction. */
export const completeSession = async (
  identity: IdentityGround,
  tx: Tx,
  waiting: {
    readonly secret: string;
    readonly person: { readonly id: string; readonly name: string };
    readonly factor: SecondFactor;
  },
): Promise<OpenedSession> => {
  const now = identity.now();
  const secret = newSecret();
  const session = await renewSession(tx, hashSecret(waiting.secret), {
    token_hash: hashSecret(secret),
    level: 'full',
    last_seen_at: now,
    expires_at: later(now, { days: sessionDaysMax }),
  });
  // Another request with the same cookie was faster: its transaction stands, this one is undone.
  if (!session) throw noSignInBegun();
  await identity.ledger.append(tx, {
    kind: 'session.started',
    subject: `person:${waiting.person.id}`,
    actor: personActor(waiting.person),
    data: { session: session.id, method: session.method, address: session.address, secondFactor: waiting.factor },
  });
  return { secret, step: { step: 'done', reason: 'no-second-factor' } };
};

/** Marks a session as freshly confirmed, under a new secret; gives back the secret and until when it counts. */
export const confirmSession = async (
  identity: IdentityGround,
  tx: Tx,
  confirmed: {
    readonly session: SessionView;
    readonly secret: string;
    readonly by: 'password' | 'totp' | 'passkey' | 'sso';
  },
): Promise<{ readonly secret: string; readonly until: Date }> => {
  const now = identity.now();
  const secret = newSecret();
  if (!(await renewSession(tx, hashSecret(confirmed.secret), { token_hash: hashSecret(secret), confirmed_at: now })))
    throw noSignInBegun();
  await identity.ledger.append(tx, {
    kind: 'session.confirmed',
    subject: `person:${confirmed.session.person_id}`,
    actor: personActor({ id: confirmed.session.person_id, name: confirmed.session.person_name }),
    data: { session: confirmed.session.id, by: confirmed.by },
  });
  return { secret, until: later(now, { minutes: confirmedMinutes }) };
};

/** Until when this session may change how the person signs in; null when it was not confirmed or too long ago. */
export const confirmedUntil = (session: Pick<SessionRow, 'confirmed_at'>, now: Date): Date | null => {
  if (session.confirmed_at === null) return null;
  const until = later(session.confirmed_at, { minutes: confirmedMinutes });
  return until > now ? until : null;
};

/** The living session behind a cookie's secret, at whatever level. */
export const sessionBehind = (identity: IdentityGround, secret: string): Promise<SessionView | undefined> => {
  const now = identity.now();
  return findSession(identity.db, hashSecret(secret), idleSince(now), now);
};

/** The session that waits for its second factor; throws a Refusal where there is none. */
export const waitingSession = async (identity: IdentityGround, secret: string | null): Promise<SessionView> => {
  const session = secret === null ? undefined : await sessionBehind(identity, secret);
  if (session?.level !== 'first') throw noSignInBegun();
  return session;
};

/** Notes that the session was used, at most once a minute. */
export const noteUse = async (identity: IdentityGround, session: SessionView): Promise<void> => {
  const now = identity.now();
  const noted = later(now, { seconds: -lastUsedWriteSeconds });
  if (session.last_seen_at < noted) await touchSession(identity.db, session, noted, now);
};

export const idleSince = (now: Date): Date => later(now, { hours: -sessionIdleHours });
