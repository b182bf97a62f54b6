import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../../kernel/problem.ts';
import { newId } from '../../../platform/clock/id.ts';
import { passkeyChallengeMinutes, passkeysPerPersonMax } from '../domain/limits.ts';
import { later, type IdentityGround } from './identity-ground.ts';
import { passkeyRefused } from './refusals.ts';
import { hashSecret } from './secret-text.ts';
import {
  consumeChallenge,
  findPasskey,
  insertChallenge,
  insertPasskey,
  passkeysOf,
  usePasskey,
} from './store/factors.ts';
import { readOrganisation } from './store/organisation.ts';
import type { PasskeyPurpose, PasskeyRow, Tx } from './store/tables.ts';
import { ownOrigin } from './visitor.ts';

/** The relying party is the host that people use: a passkey made for another one does not work here. */
const relyingParty = (identity: IdentityGround, request: FastifyRequest): { origin: string; id: string } => {
  const origin = ownOrigin(identity, request);
  return { origin, id: new URL(origin).hostname };
};

const keepChallenge = (
  identity: IdentityGround,
  challenge: string,
  purpose: PasskeyPurpose,
  sessionId: string | null,
): Promise<void> =>
  insertChallenge(identity.db, {
    challenge_hash: hashSecret(challenge),
    purpose,
    session_id: sessionId,
    expires_at: later(identity.now(), { minutes: passkeyChallengeMinutes }),
  });

/** A challenge to register a passkey that can sign in by itself. */
export const registrationOptions = async (
  identity: IdentityGround,
  request: FastifyRequest,
  session: {
    readonly id: string;
    readonly person_id: string;
    readonly person_name: string;
    readonly display_name: string;
  },
) => {
  const existing = await passkeysOf(identity.db, session.person_id);
  if (existing.length >= passkeysPerPersonMax) {
    throw new Refusal({
      status: 409,
      code: 'identity.too-many-passkeys',
      title: `You have ${passkeysPerPersonMax} passkeys already`,
      detail: 'Remove one that you do not use.',
    });
  }
  const options = await generateRegistrationOptions({
    rpName: (await readOrganisation(identity.db)).name,
    rpID: relyingParty(identity, request).id,
    userName: session.person_name,
    userDisplayName: session.display_name,
    userID: Buffer.from(session.person_id.replaceAll('-', ''), 'hex'),
    excludeCredentials: existing.map((each) => ({ id: each.credential_id, transports: each.transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  await keepChallenge(identity, options.challenge, 'register', session.id);
  return options;
};

/** The passkey of a registration that this session began, ready to be kept; a Refusal for anything else. */
export const verifiedRegistration = async (
  identity: IdentityGround,
  request: FastifyRequest,
  session: { readonly id: string; readonly person_id: string },
  named: { readonly name: string; readonly response: Record<string, unknown> },
): Promise<PasskeyRow> => {
  const { origin, id } = relyingParty(identity, request);
  const verified = await refusingWhatIsMalformed(() =>
    verifyRegistrationResponse({
      response: named.response as unknown as RegistrationResponseJSON,
      expectedChallenge: async (challenge) =>
        (await takeChallenge(identity, challenge, ['register'], session.id)) !== null,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
    }),
  );
  if (!verified.verified) throw passkeyRefused();
  const { credential } = verified.registrationInfo;
  const now = identity.now();
  return {
    id: newId(now.getTime()),
    person_id: session.person_id,
    credential_id: credential.id,
    public_key: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: credential.transports ?? [],
    name: named.name,
    created_at: now,
    last_used_at: null,
  };
};

/** Keeps a passkey; one that somebody registered already is refused. */
export const keepPasskey = async (tx: Tx, passkey: PasskeyRow): Promise<void> => {
  if (await findPasskey(tx, passkey.credential_id)) {
    throw new Refusal({ status: 409, code: 'identity.passkey-known', title: 'This passkey is registered already' });
  }
  await insertPasskey(tx, passkey);
};

/** A challenge to sign in, as second factor or to confirm; for a known person it names their passkeys. */
export const authenticationOptions = async (
  identity: IdentityGround,
  request: FastifyRequest,
  asked: {
    readonly purpose: PasskeyPurpose;
    readonly session: { readonly id: string; readonly person_id: string } | null;
  },
) => {
  const allowed = asked.session ? await passkeysOf(identity.db, asked.session.person_id) : [];
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(identity, request).id,
    userVerification: 'required',
    allowCredentials: allowed.map((each) => ({ id: each.credential_id, transports: each.transports })),
  });
  await keepChallenge(identity, options.challenge, asked.purpose, asked.session?.id ?? null);
  return options;
};

/**
 * The passkey that answered one of our challenges for one of these purposes, and the counter to keep. The challenge is
 * used up by asking, whatever comes of it. With a session, the passkey must be its person's.
 */
export const verifiedAuthentication = async (
  identity: IdentityGround,
  request: FastifyRequest,
  asked: {
    readonly purposes: readonly PasskeyPurpose[];
    readonly session: { readonly id: string; readonly person_id: string } | null;
    readonly response: Record<string, unknown>;
  },
): Promise<{ readonly passkey: PasskeyRow; readonly counter: number }> => {
  const { origin, id } = relyingParty(identity, request);
  const response = asked.response as unknown as AuthenticationResponseJSON;
  const passkey = typeof response.id === 'string' ? await findPasskey(identity.db, response.id) : undefined;
  if (!passkey || (asked.session && asked.session.person_id !== passkey.person_id)) throw passkeyRefused();
  const verified = await refusingWhatIsMalformed(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: async (challenge) =>
        (await takeChallenge(identity, challenge, asked.purposes, asked.session?.id ?? null)) !== null,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      credential: {
        id: passkey.credential_id,
        publicKey: new Uint8Array(passkey.public_key),
        counter: Number(passkey.counter),
        transports: passkey.transports,
      },
    }),
  );
  if (!verified.verified) throw passkeyRefused();
  return { passkey, counter: verified.authenticationInfo.newCounter };
};

/** Notes the use of a passkey in the transaction of what it allows; a counter that did not grow is a copied key. */
export const notePasskeyUse = async (
  identity: IdentityGround,
  tx: Tx,
  used: { readonly passkey: PasskeyRow; readonly counter: number },
): Promise<void> => {
  if (!(await usePasskey(tx, used.passkey.id, used.counter, identity.now()))) throw passkeyRefused();
};

const takeChallenge = (
  identity: IdentityGround,
  challenge: string,
  purposes: readonly PasskeyPurpose[],
  sessionId: string | null,
): Promise<PasskeyPurpose | null> =>
  consumeChallenge(identity.db, { hash: hashSecret(challenge), purposes, sessionId, now: identity.now() });

/** The library throws plain errors for what does not fit (challenge, origin, signature, shape): all of them are a refusal. */
const refusingWhatIsMalformed = async <Value>(verify: () => Promise<Value>): Promise<Value> => {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof Refusal || isDatabaseError(error)) throw error;
    throw passkeyRefused();
  }
};

const isDatabaseError = (error: unknown): boolean => error instanceof Error && 'severity' in error;
