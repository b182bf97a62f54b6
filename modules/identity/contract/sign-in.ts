import { z } from 'zod';
import { publicAccess, route, signedIn } from '../../../kernel/route.ts';
import { filledIn, handle, person, role } from '../contract.ts';

/** How a person gets in, and what a person does with their own account. */

const instant = z.iso.datetime({ offset: true });
const password = z.string().min(1, filledIn).max(1_000);
const secret = z.string().min(1, filledIn).max(200);
/** What the browser's WebAuthn calls take and give; checked by the library that verifies them. */
const webauthn = z.record(z.string(), z.unknown());

/** Where a sign-in stands: through, or waiting for the second factor (the cookie was set in both cases). */
export const signInStep = z
  .object({
    step: z.enum(['done', 'second-factor']),
    methods: z.array(z.enum(['totp', 'passkey', 'recovery-code'])).describe('What can be brought as the second factor'),
  })
  .meta({ id: 'SignInStep' });

// Getting in

export const readSignInOptions = route({
  method: 'GET',
  path: '/api/v1/sign-in',
  summary: 'What the sign-in screen offers, and where a sign-in that has begun stands',
  access: publicAccess,
  answer: z.object({
    organisation: z.string(),
    setUpNeeded: z.boolean(),
    signedIn: z.boolean(),
    begun: signInStep.nullable(),
    providers: z.array(z.object({ name: handle, displayName: z.string() })),
  }),
});

export const setUp = route({
  method: 'POST',
  path: '/api/v1/set-up',
  summary: 'Make the first admin, with the link that the first start printed',
  access: publicAccess,
  body: z.strictObject({
    token: secret,
    organisation: z.string().trim().min(1, filledIn).max(120),
    displayName: z.string().trim().min(1, filledIn).max(120),
    email: z.email().max(254),
    password,
  }),
  answer: signInStep,
});

export const signIn = route({
  method: 'POST',
  path: '/api/v1/sign-in',
  summary: 'Sign in by password',
  access: publicAccess,
  body: z.strictObject({
    login: z.string().trim().min(1, filledIn).max(254).describe('E-mail address or name'),
    password,
  }),
  answer: signInStep,
});

export const bringSecondFactor = route({
  method: 'POST',
  path: '/api/v1/sign-in/second-factor',
  summary: 'Bring the second factor: a code of the authenticator app or a recovery code',
  access: publicAccess,
  body: z.union([z.strictObject({ code: z.string().max(20) }), z.strictObject({ recoveryCode: z.string().max(60) })]),
  answer: signInStep,
});

export const beginPasskeySignIn = route({
  method: 'POST',
  path: '/api/v1/sign-in/passkey/options',
  summary: 'A challenge for a passkey: alone, or as the second factor of a sign-in that has begun',
  access: publicAccess,
  answer: webauthn,
});

export const finishPasskeySignIn = route({
  method: 'POST',
  path: '/api/v1/sign-in/passkey',
  summary: "Sign in by the passkey's answer",
  access: publicAccess,
  body: z.strictObject({ response: webauthn }),
  answer: signInStep,
});

export const beginSso = route({
  method: 'POST',
  path: '/api/v1/sign-in/sso/:provider',
  summary: 'The address at the provider to go to',
  access: publicAccess,
  params: z.object({ provider: handle }),
  body: z.strictObject({
    purpose: z.enum(['sign-in', 'link', 'confirm']).default('sign-in'),
    returnTo: z.string().max(2_000).default('/'),
  }),
  answer: z.object({ location: z.string() }),
});

export const finishSso = route({
  method: 'POST',
  path: '/api/v1/sign-in/sso/:provider/finish',
  summary: 'What the provider sent back in the query of the return address',
  access: publicAccess,
  params: z.object({ provider: handle }),
  body: z.strictObject({ query: z.string().min(1, filledIn).max(8_000) }),
  answer: signInStep.extend({ purpose: z.enum(['sign-in', 'link', 'confirm']), returnTo: z.string() }),
});

export const lookAtLink = route({
  method: 'POST',
  path: '/api/v1/links/look',
  summary: 'Whom a one-time link is for',
  access: publicAccess,
  body: z.strictObject({ token: secret }),
  answer: z.object({ kind: z.enum(['invitation', 'reset']), displayName: z.string(), email: z.string().nullable() }),
});

export const followLink = route({
  method: 'POST',
  path: '/api/v1/links/follow',
  summary: 'Set the password by a one-time link, and sign in; every other session ends',
  access: publicAccess,
  body: z.strictObject({ token: secret, password }),
  answer: signInStep,
});

export const signOut = route({
  method: 'POST',
  path: '/api/v1/sign-out',
  summary: 'End this session',
  access: publicAccess,
});

// One's own account

const passkey = z.object({ id: z.uuid(), name: z.string(), createdAt: instant, lastUsedAt: instant.nullable() });

export const account = z
  .object({
    kind: z.enum(['person', 'token', 'system']),
    id: z.string(),
    name: z.string(),
    displayName: z.string(),
    role,
    teams: z.record(z.string(), role),
    scopes: z.array(z.enum(['api', 'ingest'])),
    organisation: z.string(),
    person: person.nullable(),
    /** Null for tokens. */
    signIn: z
      .object({
        password: z.boolean(),
        totp: z.boolean(),
        recoveryCodesLeft: z.number().int(),
        passkeys: z.array(passkey),
        identities: z.array(
          z.object({
            id: z.uuid(),
            provider: handle.nullable(),
            displayName: z.string(),
            label: z.string(),
            linkedAt: instant,
          }),
        ),
        providers: z.array(z.object({ name: handle, displayName: z.string() })),
        confirmedUntil: instant.nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'Account' });
export type Account = z.output<typeof account>;

export const readAccount = route({
  method: 'GET',
  path: '/api/v1/account',
  summary: 'Who is asking, and how they sign in',
  access: signedIn,
  answer: account,
});

export const changeAccount = route({
  method: 'PATCH',
  path: '/api/v1/account',
  summary: "Change one's display name",
  access: signedIn,
  body: z.strictObject({ displayName: z.string().trim().min(1, filledIn).max(120) }),
  answer: account,
});

export const confirm = route({
  method: 'POST',
  path: '/api/v1/account/confirm',
  summary: 'Prove again who you are; for ten minutes, how you sign in can be changed',
  access: signedIn,
  body: z.union([z.strictObject({ password }), z.strictObject({ code: z.string().max(20) })]),
  answer: z.object({ confirmedUntil: instant }),
});

export const beginPasskeyConfirm = route({
  method: 'POST',
  path: '/api/v1/account/confirm/passkey/options',
  summary: 'A challenge to confirm by passkey',
  access: signedIn,
  answer: webauthn,
});

export const finishPasskeyConfirm = route({
  method: 'POST',
  path: '/api/v1/account/confirm/passkey',
  summary: 'Confirm by passkey',
  access: signedIn,
  body: z.strictObject({ response: webauthn }),
  answer: z.object({ confirmedUntil: instant }),
});

export const changePassword = route({
  method: 'PUT',
  path: '/api/v1/account/password',
  summary: 'Set a new password; every other session ends',
  access: signedIn,
  body: z.strictObject({ password }),
});

export const beginTotp = route({
  method: 'POST',
  path: '/api/v1/account/totp',
  summary: 'A new seed for an authenticator app; it counts after the first right code',
  access: signedIn,
  answer: z.object({ secret: z.string(), uri: z.string() }),
  secretAnswer: true,
});

const newRecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });

export const enableTotp = route({
  method: 'POST',
  path: '/api/v1/account/totp/enable',
  summary: 'The first code of the authenticator app; answers with recovery codes, shown once',
  access: signedIn,
  body: z.strictObject({ code: z.string().max(20) }),
  answer: newRecoveryCodes,
  secretAnswer: true,
});

export const disableTotp = route({
  method: 'DELETE',
  path: '/api/v1/account/totp',
  summary: 'Sign in without the authenticator app from now on',
  access: signedIn,
});

export const makeRecoveryCodes = route({
  method: 'POST',
  path: '/api/v1/account/recovery-codes',
  summary: 'New recovery codes, shown once; the old ones stop working',
  access: signedIn,
  answer: newRecoveryCodes,
  secretAnswer: true,
});

export const beginPasskey = route({
  method: 'POST',
  path: '/api/v1/account/passkeys/options',
  summary: 'A challenge for a new passkey',
  access: signedIn,
  answer: webauthn,
});

export const addPasskey = route({
  method: 'POST',
  path: '/api/v1/account/passkeys',
  summary: 'Keep a new passkey; answers with recovery codes where there were none',
  access: signedIn,
  body: z.strictObject({ name: z.string().trim().min(1, filledIn).max(80), response: webauthn }),
  answer: newRecoveryCodes,
  status: 201,
  secretAnswer: true,
});

export const removePasskey = route({
  method: 'DELETE',
  path: '/api/v1/account/passkeys/:passkey',
  summary: 'Forget a passkey',
  access: signedIn,
  params: z.object({ passkey: z.uuid() }),
});

export const unlinkIdentity = route({
  method: 'DELETE',
  path: '/api/v1/account/identities/:identity',
  summary: 'Stop signing in with this account of a provider',
  access: signedIn,
  params: z.object({ identity: z.uuid() }),
});

export const session = z
  .object({
    id: z.uuid(),
    current: z.boolean(),
    method: z.enum(['set-up', 'password', 'link', 'passkey', 'sso']),
    address: z.string(),
    userAgent: z.string(),
    createdAt: instant,
    lastSeenAt: instant,
    expiresAt: instant,
  })
  .meta({ id: 'Session' });

export const listSessions = route({
  method: 'GET',
  path: '/api/v1/account/sessions',
  summary: "One's own sessions, last used first",
  access: signedIn,
  answer: z.object({ items: z.array(session), next: z.null() }),
});

export const endSession = route({
  method: 'DELETE',
  path: '/api/v1/account/sessions/:session',
  summary: "End one of one's sessions; `others` ends all but this",
  access: signedIn,
  params: z.object({ session: z.union([z.uuid(), z.literal('others')]) }),
});
