-- What is changed in services lives in one schema of its own.
CREATE SCHEMA IF NOT EXISTS changes;

-- One row a change that somebody announced: the first thing that is asked when something begins to go wrong.
CREATE TABLE changes.change (
  id uuid PRIMARY KEY,
  service text NOT NULL,
  environment text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('deploy', 'configuration', 'migration', 'infrastructure', 'other')),
  version text,
  title text NOT NULL,
  description text NOT NULL,
  by text NOT NULL,
  link text,
  started_at timestamptz NOT NULL,
  ended_at timestamptz CHECK (ended_at >= started_at),
  -- The announcing system's own name for it; the announcer is part of it, so that nobody changes another's by chance.
  key text,
  announced_at timestamptz NOT NULL,
  announced_by text NOT NULL
);

-- The list is read by time, newest first.
CREATE INDEX change_time ON changes.change (started_at DESC, id DESC);

-- A service's screen and budgets ask for the changes of one service in a stretch of time.
CREATE INDEX change_service ON changes.change (service, started_at DESC, id DESC);

-- The same change announced again is found by its key.
CREATE UNIQUE INDEX change_key ON changes.change (announced_by, service, key) WHERE key IS NOT NULL;
