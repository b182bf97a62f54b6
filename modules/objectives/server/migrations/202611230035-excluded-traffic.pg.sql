-- Corrections that leave out some traffic and not all of a time: which requests, and by which indicator the rest is counted.
-- The rest is counted from the spans as every indicator is, so that late spans correct it as well.
ALTER TABLE objectives.correction ADD COLUMN traffic jsonb;
COMMENT ON COLUMN objectives.correction.traffic IS 'The requests that do not count: environment, operation, attributes; null where all of the time is left out.';

CREATE TABLE objectives.remaining_traffic (
  correction uuid NOT NULL REFERENCES objectives.correction (id),
  indicator integer NOT NULL REFERENCES objectives.indicator (number) ON DELETE CASCADE,
  remaining integer NOT NULL REFERENCES objectives.indicator (number) ON DELETE CASCADE,
  PRIMARY KEY (correction, indicator)
);
COMMENT ON COLUMN objectives.remaining_traffic.remaining IS 'Counts what the correction leaves of the indicator; it stands for it in the times of the correction.';
