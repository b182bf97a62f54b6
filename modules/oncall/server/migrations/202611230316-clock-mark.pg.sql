-- How far the database's clock was seen to have come. Where it stands before that it was set back, and what waits is moved with it: else a
-- page that is due in five minutes would wait for the days by which the clock went back.
CREATE TABLE oncall.clock_mark (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  seen_at timestamptz NOT NULL
);
