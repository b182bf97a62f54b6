-- What alerts are judged by: routes, silences, inhibitions, and how far flapping and the service map hold alerts back.

-- One row: every change of what is below counts it up, so that each process knows by one number whether what it remembers still holds.
CREATE TABLE alerting.policy_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version bigint NOT NULL DEFAULT 1,
  -- Settings of suppression; what is absent has its default.
  suppression jsonb NOT NULL DEFAULT '{}',
  suppression_changed_at timestamptz,
  suppression_changed_by text
);
INSERT INTO alerting.policy_version DEFAULT VALUES;

-- Routes by their order: the first that takes an alert says who is told.
CREATE TABLE alerting.route (
  name text PRIMARY KEY,
  -- Its editors may change it.
  team text,
  place integer NOT NULL,
  spec jsonb NOT NULL,
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  source text,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);
CREATE INDEX route_place ON alerting.route (place, name);

-- Which alerts hold others back while they fire.
CREATE TABLE alerting.inhibition (
  name text PRIMARY KEY,
  team text,
  spec jsonb NOT NULL,
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  source text,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);

-- Silences: once, or again and again. They are never deleted by people, only ended: who asks later why nobody was told finds them.
CREATE TABLE alerting.silence (
  id uuid PRIMARY KEY,
  -- Of a document; null where it was made by hand without one.
  name text,
  -- [{name, op, value}]
  matchers jsonb NOT NULL,
  -- First time; of one that comes again the wall-clock time of all.
  first_from timestamptz NOT NULL,
  first_to timestamptz NOT NULL,
  rrule text,
  zone text,
  -- Nothing is held back from then on: the end of the last time, or when somebody ended it; null: it goes on and on.
  ends_at timestamptz,
  who text NOT NULL,
  why text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  source text,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  expired_at timestamptz,
  expired_by text
);
CREATE UNIQUE INDEX silence_name ON alerting.silence (name) WHERE name IS NOT NULL AND expired_at IS NULL;
-- The engine reads what may still hold; the list shows the newest.
CREATE INDEX silence_ends ON alerting.silence (ends_at);
