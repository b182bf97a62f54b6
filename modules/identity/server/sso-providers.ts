import { Refusal } from '../../../kernel/problem.ts';
import { newId } from '../../../platform/clock/id.ts';
import type { LedgerActor } from '../../../platform/ledger/ledger.ts';
import { ssoProvidersMax } from '../domain/limits.ts';
import type { IdentityGround } from './identity-ground.ts';
import { noSuchProvider } from './refusals.ts';
import { clientSecretOf, discover } from './sso-issuer.ts';
import {
  findProvider,
  listProviders,
  providerByIssuer,
  removeProvider as removeRow,
  upsertProvider,
} from './store/sso.ts';
import type { ProviderRow } from './store/tables.ts';

export interface ProviderSpec {
  readonly displayName?: string | undefined;
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: the stored one stays. */
  readonly clientSecret?: string | null | undefined;
  readonly scopes: readonly string[];
  readonly signUp: 'linked-only' | 'create';
  readonly newPersonRole: 'viewer' | 'responder' | 'editor';
}

/** Makes the provider be as said, after its issuer answered; a second time changes nothing. */
export const applyProvider = async (
  identity: IdentityGround,
  actor: LedgerActor,
  name: string,
  spec: ProviderSpec,
): Promise<'created' | 'changed' | 'unchanged'> => {
  const before = await findProvider(identity.db, { name });
  const stored = before ? clientSecretOf(identity, before) : null;
  if (before && stored !== null && spec.clientSecret === undefined && before.issuer !== spec.issuer) {
    // The secret of one issuer must not be sent to another because somebody changed the address only.
    throw wrong('clientSecret', 'Give the client secret of the new issuer');
  }
  const clientSecret = spec.clientSecret === undefined ? stored : spec.clientSecret;
  const same = await providerByIssuer(identity.db, spec.issuer);
  if (same && same.name !== name) throw wrong('issuer', `The provider ${same.name} has this issuer already`);
  if (!before && (await listProviders(identity.db)).length >= ssoProvidersMax)
    throw wrong('issuer', `There are ${ssoProvidersMax} providers already`);
  const id = before?.id ?? newId(identity.now().getTime());
  const after: ProviderRow = {
    id,
    name,
    display_name: spec.displayName ?? name,
    issuer: spec.issuer,
    client_id: spec.clientId,
    client_secret_encrypted:
      clientSecret === null ? null : identity.secrets.encrypt(clientSecret, `sso-provider:${id}`),
    scopes: [...new Set(['openid', ...spec.scopes])],
    sign_up: spec.signUp,
    new_person_role: spec.newPersonRole,
    created_at: before?.created_at ?? identity.now(),
  };
  if (before && isSame(before, after) && stored === clientSecret) return 'unchanged';
  const metadata = await metadataOf(identity, { issuer: spec.issuer, clientId: spec.clientId, clientSecret });
  if (metadata.issuer !== spec.issuer)
    throw wrong('issuer', `The issuer calls itself ${metadata.issuer}; write it exactly so`);
  await identity.transaction(async (tx) => {
    await upsertProvider(tx, after);
    await identity.ledger.append(tx, {
      kind: before ? 'sso-provider.changed' : 'sso-provider.created',
      subject: `sso-provider:${name}`,
      actor,
      data: {
        before: before ? shown(before) : null,
        after: shown(after),
        clientSecretChanged: stored !== clientSecret,
      },
    });
  });
  return before ? 'changed' : 'created';
};

export const removeProvider = (identity: IdentityGround, actor: LedgerActor, name: string): Promise<void> =>
  identity.transaction(async (tx) => {
    const removed = await removeRow(tx, name);
    if (!removed) throw noSuchProvider(name);
    await identity.ledger.append(tx, {
      kind: 'sso-provider.removed',
      subject: `sso-provider:${name}`,
      actor,
      data: { before: shown(removed) },
    });
  });

/** What the issuer says of itself; when it does not answer as one, that is told at the field that names it. */
const metadataOf = async (identity: IdentityGround, client: Parameters<typeof discover>[1]) => {
  try {
    return (await discover(identity, client)).serverMetadata();
  } catch (error) {
    if (error instanceof Refusal && error.problem.code === 'identity.issuer-failed')
      throw wrong('issuer', `This does not answer as an issuer: ${error.problem.detail}`);
    throw error;
  }
};

const shown = (provider: ProviderRow) => ({
  displayName: provider.display_name,
  issuer: provider.issuer,
  clientId: provider.client_id,
  scopes: provider.scopes,
  signUp: provider.sign_up,
  newPersonRole: provider.new_person_role,
});

const isSame = (a: ProviderRow, b: ProviderRow): boolean => JSON.stringify(shown(a)) === JSON.stringify(shown(b));

const wrong = (field: string, message: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'identity.provider-wrong',
    title: message,
    errors: [{ path: `body.${field}`, message }],
  });
