-- Promises, what they are made of, and what was decided about them live in one schema of their own.
CREATE SCHEMA IF NOT EXISTS objectives;

-- Documents as they were said (OpenSLO v1, converted where they came as something else): the one source of every objective.
CREATE TABLE objectives.document (
  kind text NOT NULL,
  name text NOT NULL,
  body jsonb NOT NULL,
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  source text,
  -- What a person changed by hand in a thing that a file made, where the configuration keeps such changes; the file's own body stands above.
  override jsonb,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (kind, name)
);

-- What is counted; the number is the key of the counts in ClickHouse and is never used again. Objectives that measure the same share it.
CREATE TABLE objectives.indicator (
  number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  canonical text NOT NULL UNIQUE,
  kind text NOT NULL,
  definition jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  -- From when on its history is counted; null until the backfill has run.
  counted_from timestamptz,
  -- No objective uses it any more since then; its counts go with retention.
  unused_since timestamptz
);

-- One row an objective: what evaluation and screens read, compiled from its document.
CREATE TABLE objectives.objective (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  document text NOT NULL,
  service text,
  owner text,
  definition jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE INDEX objective_service ON objectives.objective (service);
CREATE INDEX objective_document ON objectives.objective (document);

-- Each definition that an objective ever had, so that a changed target never rewrites what was.
CREATE TABLE objectives.version (
  objective uuid NOT NULL REFERENCES objectives.objective (id) ON DELETE CASCADE,
  since timestamptz NOT NULL,
  definition jsonb NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (objective, since)
);

-- What the last evaluation found, written only when it changed: `what` is a tier's name, `budget`, `exhausts-soon` or `data`.
CREATE TABLE objectives.condition (
  objective uuid NOT NULL REFERENCES objectives.objective (id) ON DELETE CASCADE,
  what text NOT NULL,
  holds boolean NOT NULL,
  since timestamptz NOT NULL,
  -- Reason and numbers of the decision that changed it.
  decision jsonb NOT NULL,
  PRIMARY KEY (objective, what)
);
