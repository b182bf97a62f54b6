-- Heartbeats: whoever should ping at a beat and falls silent is missed.
CREATE SCHEMA IF NOT EXISTS probes;

-- One row a heartbeat. A ping moves `last_ping_at`, by the database's clock; silence sets `missed_since`.
CREATE TABLE probes.heartbeat (
  name text PRIMARY KEY,
  description text NOT NULL,
  every_seconds integer NOT NULL CHECK (every_seconds > 0),
  grace_seconds integer NOT NULL CHECK (grace_seconds >= 0),
  service text,
  team text,
  CHECK (service IS NULL OR team IS NULL),
  -- SHA-256 of the secret in its address; NULL until one was made.
  secret_hash bytea,
  last_ping_at timestamptz,
  missed_since timestamptz,
  pings bigint NOT NULL DEFAULT 0,
  made_at timestamptz NOT NULL,
  -- When silence is told, kept with the row so that the look for it reads an index and no formula.
  told_at timestamptz GENERATED ALWAYS AS (
    (last_ping_at AT TIME ZONE 'UTC' + make_interval(secs => every_seconds + grace_seconds)) AT TIME ZONE 'UTC') STORED
);
-- The look for what is silent reads only what is due and not yet told.
CREATE INDEX heartbeat_silent ON probes.heartbeat (told_at) WHERE missed_since IS NULL;

-- One row: when silence was last looked for. After a time in which nobody looked, what could not reach Leadline gets its grace anew.
CREATE TABLE probes.watch (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  looked_at timestamptz NOT NULL,
  back_at timestamptz NOT NULL
);
