import type { Kysely, Transaction } from 'kysely';
import type { Role } from '../../../../kernel/role.ts';
import type { PersonState } from '../../domain/person-change.ts';
import type { SignInMethod } from '../../domain/sign-in-step.ts';
import type { Scope } from '../../domain/token-rules.ts';

/** Rows of identity's tables, as `migrations/` makes them. */
export interface IdentityTables {
  'identity.organisation': {
    singleton: boolean;
    name: string;
    set_up_at: Date | null;
    secret_key_check: Buffer | null;
  };
  'identity.set_up_link': { token_hash: Buffer; created_at: Date };
  'identity.person': {
    id: string;
    name: string;
    display_name: string;
    email: string | null;
    role: Role;
    state: PersonState;
    password_hash: string | null;
    created_at: Date;
    last_seen_at: Date | null;
  };
  'identity.one_time_link': {
    token_hash: Buffer;
    kind: 'invitation' | 'reset';
    person_id: string;
    created_at: Date;
    expires_at: Date;
  };
  'identity.session': {
    id: string;
    token_hash: Buffer;
    person_id: string;
    level: 'first' | 'full';
    method: SignInMethod;
    address: string;
    user_agent: string;
    created_at: Date;
    last_seen_at: Date;
    expires_at: Date;
    confirmed_at: Date | null;
  };
  'identity.totp': {
    person_id: string;
    seed_encrypted: Buffer;
    enabled_at: Date | null;
    last_step: string | number;
    created_at: Date;
  };
  'identity.recovery_code': { person_id: string; code_hash: Buffer };
  'identity.passkey': {
    id: string;
    person_id: string;
    credential_id: string;
    public_key: Buffer;
    counter: string | number;
    transports: string[];
    name: string;
    created_at: Date;
    last_used_at: Date | null;
  };
  'identity.passkey_challenge': {
    challenge_hash: Buffer;
    purpose: PasskeyPurpose;
    session_id: string | null;
    expires_at: Date;
  };
  'identity.sso_provider': {
    id: string;
    name: string;
    display_name: string;
    issuer: string;
    client_id: string;
    client_secret_encrypted: Buffer | null;
    scopes: string[];
    sign_up: 'linked-only' | 'create';
    new_person_role: 'viewer' | 'responder' | 'editor';
    created_at: Date;
  };
  'identity.sso_identity': {
    id: string;
    issuer: string;
    subject: string;
    person_id: string;
    label: string;
    linked_at: Date;
  };
  'identity.sso_flow': {
    state_hash: Buffer;
    browser_hash: Buffer;
    provider_id: string;
    purpose: SsoPurpose;
    session_id: string | null;
    nonce: string;
    code_verifier: string;
    redirect_uri: string;
    return_to: string;
    expires_at: Date;
  };
  'identity.team': { id: string; name: string; display_name: string; description: string; created_at: Date };
  'identity.team_member': { team_id: string; person_id: string; role: Role };
  'identity.token': {
    id: string;
    name: string;
    token_hash: Buffer;
    hint: string;
    owner_id: string | null;
    role: Role;
    scopes: Scope[];
    created_at: Date;
    created_by: string;
    expires_at: Date | null;
    revoked_at: Date | null;
    last_used_at: Date | null;
  };
  'identity.ticket': { bucket: string; taken: number; window_ends_at: Date };
}

export type PasskeyPurpose = 'sign-in' | 'second-factor' | 'register' | 'confirm';
export type SsoPurpose = 'sign-in' | 'link' | 'confirm';

export type PersonRow = IdentityTables['identity.person'];
export type SessionRow = IdentityTables['identity.session'];
export type TokenRow = IdentityTables['identity.token'];
export type PasskeyRow = IdentityTables['identity.passkey'];
export type ProviderRow = IdentityTables['identity.sso_provider'];

/** The handle, or a transaction where a function takes either. */
export type Db = Kysely<IdentityTables>;
export type Tx = Transaction<IdentityTables>;
