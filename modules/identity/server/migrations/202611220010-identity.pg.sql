-- Who may do what: the organisation, its people and teams, how they sign in, and the tokens of programs.
-- Every secret that a holder shows (session, token, link, recovery code) lies here only as SHA-256 of 80 or more random bits;
-- every secret that Leadline itself must read again (TOTP seed, OIDC client secret) lies here encrypted (AES-256-GCM).
CREATE SCHEMA IF NOT EXISTS identity;

-- One organisation an installation: the primary key lets no second row in. Its row lock also orders set-up and changes of admins.
CREATE TABLE identity.organisation (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  set_up_at timestamptz,
  -- A known text under the secret key, so that a wrong key is told at the start and not at the first sign-in.
  secret_key_check bytea
);
INSERT INTO identity.organisation (name) VALUES ('Leadline');

-- One-time set-up links that were printed while no person existed; removed with the first person.
CREATE TABLE identity.set_up_link (
  token_hash bytea PRIMARY KEY,
  created_at timestamptz NOT NULL
);

-- A person keeps this row for ever (disabled, never deleted), because the ledger speaks of them.
CREATE TABLE identity.person (
  id uuid PRIMARY KEY,
  -- The short word that files and URLs use: `mira.okafor`.
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'),
  display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 120),
  -- NULL where single sign-on brought a person whose address the issuer does not vouch for.
  email text CHECK (length(email) <= 254),
  role text NOT NULL CHECK (role IN ('viewer', 'responder', 'editor', 'admin')),
  state text NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
  -- PHC string of argon2id; NULL where the person never set a password.
  password_hash text,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz
);
CREATE UNIQUE INDEX person_email ON identity.person (lower(email));

-- Invitations and password resets: an admin hands the link over; it works once.
CREATE TABLE identity.one_time_link (
  token_hash bytea PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('invitation', 'reset')),
  person_id uuid NOT NULL REFERENCES identity.person (id),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX one_time_link_person ON identity.one_time_link (person_id);

CREATE TABLE identity.session (
  id uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  person_id uuid NOT NULL REFERENCES identity.person (id),
  -- `first`: the password or the issuer was right, the second factor is missing; such a session may only bring it.
  level text NOT NULL CHECK (level IN ('first', 'full')),
  method text NOT NULL CHECK (method IN ('set-up', 'password', 'link', 'passkey', 'sso')),
  address text NOT NULL,
  user_agent text NOT NULL,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- When the person last proved again who they are, for changes to how they sign in.
  confirmed_at timestamptz
);
CREATE INDEX session_person ON identity.session (person_id);

CREATE TABLE identity.totp (
  person_id uuid PRIMARY KEY REFERENCES identity.person (id),
  seed_encrypted bytea NOT NULL,
  -- NULL until the first code was right: the authenticator really has the seed.
  enabled_at timestamptz,
  -- The 30-second step of the last accepted code. A code counts once because a step is never accepted twice.
  last_step bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL
);

-- Unused recovery codes; using one removes its row, which at most one request can do.
CREATE TABLE identity.recovery_code (
  person_id uuid NOT NULL REFERENCES identity.person (id),
  code_hash bytea NOT NULL,
  PRIMARY KEY (person_id, code_hash)
);

CREATE TABLE identity.passkey (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES identity.person (id),
  credential_id text NOT NULL UNIQUE,
  public_key bytea NOT NULL,
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  created_at timestamptz NOT NULL,
  last_used_at timestamptz
);
CREATE INDEX passkey_person ON identity.passkey (person_id);

-- WebAuthn challenges that were handed out and not yet answered; answering removes the row.
CREATE TABLE identity.passkey_challenge (
  challenge_hash bytea PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('sign-in', 'second-factor', 'register', 'confirm')),
  -- The session it was made in; NULL for a sign-in that begins with a passkey.
  session_id uuid REFERENCES identity.session (id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);

CREATE TABLE identity.sso_provider (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'),
  display_name text NOT NULL,
  issuer text NOT NULL UNIQUE,
  client_id text NOT NULL,
  -- NULL for a public client, which PKCE alone protects.
  client_secret_encrypted bytea,
  scopes text[] NOT NULL,
  -- `linked-only`: who is not linked is refused. `create`: an unknown subject becomes a new person with `new_person_role`.
  sign_up text NOT NULL CHECK (sign_up IN ('linked-only', 'create')),
  new_person_role text NOT NULL CHECK (new_person_role IN ('viewer', 'responder', 'editor')),
  created_at timestamptz NOT NULL
);

-- A person at an issuer is (issuer, subject), never an e-mail address: addresses change hands.
CREATE TABLE identity.sso_identity (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  subject text NOT NULL,
  person_id uuid NOT NULL REFERENCES identity.person (id),
  -- What the issuer called them, for the eye only.
  label text NOT NULL,
  linked_at timestamptz NOT NULL,
  UNIQUE (issuer, subject)
);
CREATE INDEX sso_identity_person ON identity.sso_identity (person_id);

-- Sign-ins that went to an issuer and have not come back; coming back removes the row.
CREATE TABLE identity.sso_flow (
  state_hash bytea PRIMARY KEY,
  -- Hash of a cookie: only the browser that started may finish.
  browser_hash bytea NOT NULL,
  provider_id uuid NOT NULL REFERENCES identity.sso_provider (id) ON DELETE CASCADE,
  purpose text NOT NULL CHECK (purpose IN ('sign-in', 'link', 'confirm')),
  session_id uuid REFERENCES identity.session (id) ON DELETE CASCADE,
  nonce text NOT NULL,
  code_verifier text NOT NULL,
  redirect_uri text NOT NULL,
  return_to text NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE identity.team (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'),
  display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 120),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 2000),
  created_at timestamptz NOT NULL
);

CREATE TABLE identity.team_member (
  team_id uuid NOT NULL REFERENCES identity.team (id) ON DELETE CASCADE,
  person_id uuid NOT NULL REFERENCES identity.person (id),
  role text NOT NULL CHECK (role IN ('viewer', 'responder', 'editor', 'admin')),
  PRIMARY KEY (team_id, person_id)
);
CREATE INDEX team_member_person ON identity.team_member (person_id);

CREATE TABLE identity.token (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  token_hash bytea NOT NULL UNIQUE,
  -- The last four characters, so that people can tell tokens apart.
  hint text NOT NULL,
  -- NULL for a token that was made on the machine itself and belongs to no person.
  owner_id uuid REFERENCES identity.person (id),
  role text NOT NULL CHECK (role IN ('viewer', 'responder', 'editor', 'admin')),
  scopes text[] NOT NULL CHECK (scopes <@ ARRAY['api', 'ingest'] AND cardinality(scopes) BETWEEN 1 AND 2),
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX token_owner ON identity.token (owner_id);

-- Rate limits: a ticket is taken, atomically, before any secret is compared. Losing this table in a crash only forgets
-- the counts of the last minutes, so it is not written ahead.
CREATE UNLOGGED TABLE identity.ticket (
  bucket text PRIMARY KEY,
  taken integer NOT NULL,
  window_ends_at timestamptz NOT NULL
);
CREATE INDEX ticket_window_ends_at ON identity.ticket (window_ends_at);
