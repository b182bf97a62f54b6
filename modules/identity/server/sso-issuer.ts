import * as openid from 'openid-client';
import { Refusal } from '../../../kernel/problem.ts';
import { guardedFetch } from './guarded-fetch.ts';
import type { IdentityGround } from './identity-ground.ts';
import type { ProviderRow } from './store/tables.ts';

/** How long an issuer's metadata is taken from memory; its keys are fetched anew when one is unknown. */
const metadataMs = 10 * 60_000;
const timeoutSeconds = 10;
const cacheEntriesMax = 50;

const known = new Map<string, { readonly at: number; readonly configuration: openid.Configuration }>();

/** The client's secret in clear; null for a public client. */
export const clientSecretOf = (
  identity: Pick<IdentityGround, 'secrets'>,
  provider: Pick<ProviderRow, 'id' | 'client_secret_encrypted'>,
): string | null =>
  provider.client_secret_encrypted === null
    ? null
    : identity.secrets.decrypt(provider.client_secret_encrypted, `sso-provider:${provider.id}`);

/** Asks an issuer for its metadata (OpenID Connect Discovery 1.0). Throws a Refusal that says what is wrong with it. */
export const discover = async (
  identity: Pick<IdentityGround, 'config'>,
  client: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string | null },
): Promise<openid.Configuration> => {
  const { allowInternalIssuers } = identity.config.values;
  const issuer = new URL(client.issuer);
  const authentication = client.clientSecret === null ? openid.None() : undefined;
  try {
    const configuration = await openid.discovery(
      issuer,
      client.clientId,
      client.clientSecret ?? undefined,
      authentication,
      {
        [openid.customFetch]: guardedFetch({ allowInternal: allowInternalIssuers }) as openid.CustomFetch,
        timeout: timeoutSeconds,
        // Plain HTTP only where issuers on the own machine or network are allowed.
        execute: allowInternalIssuers && issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : [],
      },
    );
    return configuration;
  } catch (error) {
    throw issuerRefusal(error);
  }
};

/** The metadata of a provider, at most ten minutes old. */
export const configurationOf = async (
  identity: IdentityGround,
  provider: ProviderRow,
): Promise<openid.Configuration> => {
  const secret = clientSecretOf(identity, provider);
  const key = JSON.stringify([provider.id, provider.issuer, provider.client_id, secret]);
  const kept = known.get(key);
  if (kept && performance.now() - kept.at < metadataMs) return kept.configuration;
  const configuration = await discover(identity, {
    issuer: provider.issuer,
    clientId: provider.client_id,
    clientSecret: secret,
  });
  if (known.size >= cacheEntriesMax) known.clear();
  known.set(key, { at: performance.now(), configuration });
  return configuration;
};

/** What went wrong with an issuer, in our words; the guard's own refusal comes through as it is. */
export const issuerRefusal = (error: unknown): Refusal => {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof Refusal) return cause;
  if (error instanceof openid.AuthorizationResponseError) {
    return new Refusal({
      status: 403,
      code: 'identity.sso-refused',
      title: 'The provider did not sign you in',
      detail: `It answered ${error.error}${error.error_description ? `: ${error.error_description.slice(0, 300)}` : ''}.`,
    });
  }
  const reasons: string[] = [];
  for (let cause: unknown = error; cause instanceof Error && reasons.length < 3; cause = cause.cause)
    if (cause.message) reasons.push(cause.message);
  return new Refusal({
    status: 502,
    code: 'identity.issuer-failed',
    title: 'The provider could not be asked, or its answer is not right',
    detail: `${reasons.join(': ').slice(0, 500)}. Check the issuer's address, the client id and the client secret.`,
  });
};
