-- Where alerts come from: each sender has an integration with keys of its own, so that one can be told from the other, looked at and shut out.
CREATE TABLE alerting.integration (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  -- What it speaks; the list stands in domain/alert.ts. Never changed: an alert is read by the kind that it came as.
  kind text NOT NULL,
  description text NOT NULL DEFAULT '',
  -- Its editors may change it; where no route says otherwise, its alerts that name no service go to this team.
  team text,
  -- What the kind needs to know: the mapping of `json`, topics of `cloudwatch`.
  settings jsonb NOT NULL DEFAULT '{}',
  enabled boolean NOT NULL DEFAULT true,
  -- Leadline's own sources: nobody makes, changes or deletes them, and they have no key.
  built_in boolean NOT NULL DEFAULT false,
  origin text NOT NULL DEFAULT 'hand' CHECK (origin IN ('hand', 'file')),
  source text,
  made_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now(),
  changed_by text NOT NULL
);

-- Leadline's own sources, known by fixed ids (domain/alert.ts).
INSERT INTO alerting.integration (id, name, kind, description, built_in, changed_by) VALUES
  ('00000000-0000-4000-8000-0000000000a4', 'rules', 'rules', 'Alert rules of Leadline', true, 'Leadline'),
  ('00000000-0000-4000-8000-0000000000a2', 'budget', 'budget', 'Error budgets that burn', true, 'Leadline'),
  ('00000000-0000-4000-8000-0000000000a3', 'heartbeat', 'heartbeat', 'Heartbeats that fell silent', true, 'Leadline'),
  ('00000000-0000-4000-8000-0000000000a1', 'api', 'api', 'Leadline''s own API, by token', true, 'Leadline');

-- Keys of an integration: hashed, so that who reads the database can send nothing; more than one while a key is being exchanged.
CREATE TABLE alerting.integration_key (
  id uuid PRIMARY KEY,
  integration uuid NOT NULL REFERENCES alerting.integration ON DELETE CASCADE,
  -- SHA-256 of the key; at least 122 random bits stand behind it, so that no slow hash is needed.
  hash bytea NOT NULL UNIQUE,
  -- The last four characters: people tell by them which of two keys a sender has.
  ending text NOT NULL,
  made_at timestamptz NOT NULL,
  made_by text NOT NULL,
  -- When an exchanged key stops working; null: it works until it is exchanged or revoked.
  expires_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX integration_key_of ON alerting.integration_key (integration);

-- What came last, as it came: looked at when an alert is not what was expected, and played again.
CREATE TABLE alerting.payload (
  id uuid PRIMARY KEY,
  integration uuid NOT NULL REFERENCES alerting.integration ON DELETE CASCADE,
  at timestamptz NOT NULL,
  faulty boolean NOT NULL,
  method text NOT NULL,
  -- Address below the intake, for protocols of many addresses: `/v2/alerts/9f…/close`.
  path text NOT NULL,
  query jsonb NOT NULL,
  -- Without what signs the sender in.
  headers jsonb NOT NULL,
  content_type text NOT NULL,
  -- At most the bytes that are kept of one; `bytes` is how many came.
  body bytea NOT NULL,
  bytes bigint NOT NULL,
  status integer NOT NULL,
  error text,
  outcome jsonb,
  -- The payload that this one is a replay of.
  replay_of uuid
);
CREATE INDEX payload_of ON alerting.payload (integration, faulty, at DESC, id DESC);

-- How much came an hour, for the page of the integration: an error that repeats is seen without reading payloads.
CREATE TABLE alerting.integration_hour (
  integration uuid NOT NULL REFERENCES alerting.integration ON DELETE CASCADE,
  hour timestamptz NOT NULL,
  received bigint NOT NULL DEFAULT 0,
  faulty bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (integration, hour)
);
CREATE INDEX integration_hour_at ON alerting.integration_hour (hour);
