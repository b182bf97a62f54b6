-- Who is on call: schedules with every version of what they said, overrides by hand, calendars out and in.
CREATE SCHEMA IF NOT EXISTS oncall;

-- One row a schedule that ever was; a deleted one keeps its row, because its past is still asked for.
CREATE TABLE oncall.schedule (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  team text,
  deleted_at timestamptz
);

-- What a schedule said from an instant on. The past is answered by the version that held then, so rows are never changed.
CREATE TABLE oncall.schedule_version (
  schedule uuid NOT NULL REFERENCES oncall.schedule,
  number integer NOT NULL,
  -- Null: from the beginning of time; the first version says what was before it was written down.
  valid_from timestamptz,
  -- Null: deleted from then on.
  spec jsonb,
  -- Where each layer's order stood when this version began.
  standings jsonb NOT NULL,
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  source text,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (schedule, number)
);

-- Overrides by hand and accepted covers. They survive files that are applied; taken back they end, and what has been stays.
CREATE TABLE oncall.schedule_override (
  id uuid PRIMARY KEY,
  schedule uuid NOT NULL REFERENCES oncall.schedule,
  person text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('override', 'cover')),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  layer text,
  replaces text,
  note text NOT NULL,
  made_by text NOT NULL,
  made_by_id text NOT NULL,
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by text
);

-- Shifts of a window look for the overrides that touch it.
CREATE INDEX schedule_override_time ON oncall.schedule_override (schedule, ends_at);

-- Calendars that may be read without signing in: the secret in their address is kept as its hash only.
CREATE TABLE oncall.calendar_feed (
  id uuid PRIMARY KEY,
  secret_hash bytea NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('schedule', 'person', 'team')),
  -- Name of the schedule, person or team.
  of_name text NOT NULL,
  label text NOT NULL,
  made_by text NOT NULL,
  made_by_id text NOT NULL,
  made_at timestamptz NOT NULL,
  read_at timestamptz,
  ended_at timestamptz,
  ended_by text
);

-- What calendars elsewhere said when they were read last; what lies in the past is not replaced.
CREATE TABLE oncall.outside_calendar (
  schedule uuid NOT NULL REFERENCES oncall.schedule,
  layer text NOT NULL,
  url text NOT NULL,
  etag text,
  -- [{person, from, to}], milliseconds since 1970.
  stretches jsonb NOT NULL,
  -- Names in the calendar that are nobody here.
  unknown text[] NOT NULL DEFAULT '{}',
  read_at timestamptz,
  tried_at timestamptz NOT NULL,
  error text,
  PRIMARY KEY (schedule, layer)
);
