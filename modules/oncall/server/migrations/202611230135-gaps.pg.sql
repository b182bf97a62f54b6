-- Which gaps were told of beforehand: one row a gap, written in the transaction that hands the messages over.
CREATE TABLE oncall.gap_notice (
  schedule text NOT NULL,
  gap_from timestamptz NOT NULL,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (schedule, gap_from)
);
-- Old ones are forgotten by their age.
CREATE INDEX gap_notice_told ON oncall.gap_notice (told_at);

-- What the last look a year ahead found, so that every process tells the same in its metrics.
CREATE TABLE oncall.gap_look (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  looked_at timestamptz NOT NULL,
  -- {gapSeconds: {schedule: seconds}, doubleBookings, unreachable}
  found jsonb NOT NULL
);
