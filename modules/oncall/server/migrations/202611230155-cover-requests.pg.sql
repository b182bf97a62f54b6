-- Somebody asks others to take (a part of) their shifts, for nothing or in return for some of theirs. What was taken is an override of kind `cover`.
CREATE TABLE oncall.cover_request (
  id uuid PRIMARY KEY,
  schedule uuid NOT NULL REFERENCES oncall.schedule,
  -- Whose shifts.
  person text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  -- The only one who is asked; null: everybody of the schedule.
  asked text,
  -- The shifts of whoever takes it that `person` takes in return.
  return_starts_at timestamptz,
  return_ends_at timestamptz CHECK (return_ends_at > return_starts_at),
  note text NOT NULL,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  -- Withdrawn, or declined by whoever was asked.
  ended_at timestamptz,
  ended_by text
);
-- Lists show what is not over.
CREATE INDEX cover_request_time ON oncall.cover_request (ends_at) WHERE ended_at IS NULL;

-- Parts of a request that somebody took.
CREATE TABLE oncall.cover_part (
  request uuid NOT NULL REFERENCES oncall.cover_request,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  person text NOT NULL,
  taken_by text NOT NULL,
  taken_at timestamptz NOT NULL,
  PRIMARY KEY (request, starts_at)
);
