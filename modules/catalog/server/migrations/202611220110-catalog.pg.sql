-- Everything the catalog says of services lives in one schema of its own.
CREATE SCHEMA IF NOT EXISTS catalog;

-- One row a service, whether telemetry found it, a person described it or a file did; the description is null until then.
CREATE TABLE catalog.service (
  name text PRIMARY KEY,
  first_seen timestamptz,
  last_seen timestamptz,
  title text,
  description text,
  owner text,
  tier smallint CHECK (tier BETWEEN 1 AND 4),
  lifecycle text,
  type text,
  system text,
  tags text[] NOT NULL DEFAULT '{}',
  links jsonb NOT NULL DEFAULT '[]',
  provides text[] NOT NULL DEFAULT '{}',
  consumes text[] NOT NULL DEFAULT '{}',
  described_origin text CHECK (described_origin IN ('hand', 'file')),
  described_by text,
  described_at timestamptz,
  described_source text,
  CHECK ((described_origin IS NULL) = (described_at IS NULL) AND (described_origin IS NULL) = (described_by IS NULL))
);

-- A version is a row for each environment it was seen in; '' is a service that sends no version or no environment.
CREATE TABLE catalog.service_version (
  service text NOT NULL REFERENCES catalog.service (name) ON DELETE CASCADE,
  environment text NOT NULL,
  version text NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  PRIMARY KEY (service, environment, version)
);

-- Who uses what: seen in the caller's telemetry, or said by its description; both may say the same, so origin is in the key.
CREATE TABLE catalog.dependency (
  service text NOT NULL REFERENCES catalog.service (name) ON DELETE CASCADE,
  target text NOT NULL,
  target_kind text NOT NULL CHECK (target_kind IN ('service', 'database', 'messaging', 'external')),
  kind text NOT NULL CHECK (kind IN ('http', 'rpc', 'messaging', 'database', 'other')),
  origin text NOT NULL CHECK (origin IN ('telemetry', 'hand', 'file')),
  first_seen timestamptz,
  last_seen timestamptz,
  PRIMARY KEY (service, target, target_kind, kind, origin)
);

-- A service's page asks who uses it.
CREATE INDEX dependency_target ON catalog.dependency (target);

-- What a customer does, step by step.
CREATE TABLE catalog.journey (
  name text PRIMARY KEY,
  title text,
  description text,
  owner text,
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  described_by text NOT NULL,
  described_at timestamptz NOT NULL,
  described_source text
);

-- Steps name services that may not have been seen yet, so there is no foreign key on them.
CREATE TABLE catalog.journey_step (
  journey text NOT NULL REFERENCES catalog.journey (name) ON DELETE CASCADE,
  position smallint NOT NULL,
  name text NOT NULL,
  service text NOT NULL,
  operation text,
  PRIMARY KEY (journey, position)
);

-- A service's page names the journeys it stands behind.
CREATE INDEX journey_step_service ON catalog.journey_step (service);

-- Systems, APIs and resources, as Backstage documents describe them.
CREATE TABLE catalog.entity (
  kind text NOT NULL CHECK (kind IN ('system', 'api', 'resource')),
  name text NOT NULL,
  title text,
  description text,
  owner text,
  type text,
  lifecycle text,
  system text,
  tags text[] NOT NULL DEFAULT '{}',
  links jsonb NOT NULL DEFAULT '[]',
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  described_by text NOT NULL,
  described_at timestamptz NOT NULL,
  described_source text,
  PRIMARY KEY (kind, name)
);
