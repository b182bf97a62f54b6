-- Work that must happen at a time: a row with a due instant and a lease, shared by all server processes. An own table
-- because a worker that was killed is replaced within its lease (3 to 10 s), where job libraries took 13 s to hours.

CREATE SCHEMA jobs;

CREATE TABLE jobs.job (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  key text NOT NULL,
  lane text NOT NULL CHECK (lane IN ('urgent', 'ordinary', 'housekeeping')),
  data jsonb NOT NULL,
  due timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
  ready_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  attempts_max integer NOT NULL CHECK (attempts_max > 0),
  fence bigint NOT NULL DEFAULT 0,
  holder uuid,
  last_error text,
  ended_at timestamptz,
  UNIQUE (kind, key)
);

COMMENT ON COLUMN jobs.job.ready_at IS 'When it may be taken: the due instant, the end of the lease, or the next try after a failure.';
COMMENT ON COLUMN jobs.job.fence IS 'Grows with every lease; an older holder no longer counts.';
COMMENT ON COLUMN jobs.job.holder IS 'The process that has the lease; null between attempts.';

CREATE INDEX job_ready ON jobs.job (lane, ready_at) WHERE state = 'waiting';
CREATE INDEX job_ended ON jobs.job (ended_at) WHERE state <> 'waiting';

-- What runs again and again, once over all processes.
CREATE TABLE jobs.recurring (
  name text PRIMARY KEY,
  due timestamptz NOT NULL,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  holder uuid,
  last_error text
);

COMMENT ON COLUMN jobs.recurring.due IS 'When it runs next.';
