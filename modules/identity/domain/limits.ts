/** Bounds of this module, in one place, each with its reason. */

export const passwordLengthMin = 12;
/** A longer text would only make the hash an attacker's lever. */
export const passwordLengthMax = 256;

/** A session ends after this long without a request … */
export const sessionIdleHours = 24 * 7;
/** … and after this long in any case. */
export const sessionDaysMax = 30;
/** How long the second factor may follow the first. */
export const firstLevelMinutes = 10;
/** How long a renewed proof of who you are allows changes to how you sign in. */
export const confirmedMinutes = 10;
export const sessionsPerPersonMax = 50;

/** Last-seen and last-used are written at most this often: a write for each request would be the most frequent write of all. */
export const lastUsedWriteSeconds = 60;

export const invitationDays = 7;
export const resetHours = 24;
export const setUpLinksMax = 20;

export const recoveryCodeCount = 10;
export const passkeysPerPersonMax = 20;
export const passkeyChallengeMinutes = 5;
export const ssoFlowMinutes = 10;
export const ssoIdentitiesPerPersonMax = 10;
export const ssoProvidersMax = 20;

export const tokensPerOwnerMax = 200;
export const teamsMax = 1_000;
export const membersPerTeamMax = 500;

/** Revoking or disabling is felt by ingest within this time; until then a token that was just seen is taken from memory. */
export const ingestCacheSeconds = 10;
export const ingestCacheEntriesMax = 10_000;

/** At most `tickets` tries in a window. */
export interface TicketLimit {
  readonly tickets: number;
  readonly windowSeconds: number;
}

/**
 * Tries that may fail before the hash is even computed. A success gives its tickets back.
 * - `account-address`: one account from one address: what stops guessing.
 * - `address`: one address over all accounts: what stops spraying, wide enough for an office behind one address.
 * - `account`: one account from everywhere: what stops a botnet. Addresses from which the person signed in lately are
 *   exempt, else anybody who knows an e-mail address could lock its owner out.
 */
export const signInLimits = {
  'account-address': { tickets: 5, windowSeconds: 900 },
  address: { tickets: 50, windowSeconds: 900 },
  account: { tickets: 100, windowSeconds: 900 },
} as const satisfies Record<string, TicketLimit>;

/** An address is known to an account when the person signed in from it within these days. */
export const knownAddressDays = 30;

/** One address each. */
export const addressLimits = {
  'set-up': { tickets: 10, windowSeconds: 900 },
  link: { tickets: 20, windowSeconds: 900 },
  sso: { tickets: 60, windowSeconds: 900 },
  passkey: { tickets: 60, windowSeconds: 900 },
  'bad-token': { tickets: 60, windowSeconds: 60 },
  'wrong-link': { tickets: 60, windowSeconds: 60 },
} as const satisfies Record<string, TicketLimit>;

/** Wrong second factors and wrong confirmations of one person, from everywhere: six digits are few. */
export const secondFactorLimit: TicketLimit = { tickets: 5, windowSeconds: 300 };
