import { Secret, TOTP } from 'otpauth';

/** Authenticator apps understand nothing else everywhere: SHA-1, six digits, thirty seconds (RFC 6238). */
const periodSeconds = 30;
const digits = 6;
/** One step early or late, for clocks that are off. */
const window = 1;

export const newTotpSeed = (): string => new Secret({ size: 20 }).base32;

/** What a QR code shows to an authenticator app. */
export const totpUri = (options: { readonly seed: string; readonly issuer: string; readonly label: string }): string =>
  totp(options.seed, options).toString();

/** The time step whose code this is, or null. The caller accepts a step only once. */
export const totpStep = (seed: string, code: string, now: Date): number | null => {
  const typed = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(typed)) return null;
  const delta = totp(seed, { issuer: '', label: '' }).validate({ token: typed, timestamp: now.getTime(), window });
  return delta === null ? null : Math.floor(now.getTime() / 1_000 / periodSeconds) + delta;
};

/** The code of a moment; the tests stand in for the app with it. */
export const totpCode = (seed: string, at: Date): string =>
  totp(seed, { issuer: '', label: '' }).generate({ timestamp: at.getTime() });

const totp = (seed: string, { issuer, label }: { readonly issuer: string; readonly label: string }): TOTP =>
  new TOTP({ issuer, label, algorithm: 'SHA1', digits, period: periodSeconds, secret: Secret.fromBase32(seed) });
