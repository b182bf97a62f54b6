-- Times in which somebody cannot be on call: their turns go to the next of the order, or to the next layer, as the layer says. Taken back they end.
CREATE TABLE oncall.absence (
  id uuid PRIMARY KEY,
  -- Name of the person.
  person text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  reason text NOT NULL,
  -- Those of a calendar are replaced when it is imported again.
  origin text NOT NULL CHECK (origin IN ('hand', 'calendar')),
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by text
);
-- Shifts of a window look for the absences of the schedule's people that touch it.
CREATE INDEX absence_time ON oncall.absence (person, ends_at);

-- Who goes along with whoever is on call: told too, never counted on. With `reverse` the learner is paged and the other goes along.
CREATE TABLE oncall.shadowing (
  id uuid PRIMARY KEY,
  schedule uuid NOT NULL REFERENCES oncall.schedule,
  person text NOT NULL,
  -- Null: whoever is on call.
  of_person text,
  mode text NOT NULL CHECK (mode IN ('shadow', 'reverse')),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by text
);
-- Shifts of a window look for the shadowings that touch it.
CREATE INDEX shadowing_time ON oncall.shadowing (schedule, ends_at);
