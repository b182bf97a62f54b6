-- The last evaluation of all objectives, over all processes: how old the states are, and why the newest cycle could decide nothing.
CREATE TABLE objectives.evaluation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- Which process made it: what that one remembers of the conditions still holds when it makes the next.
  process text NOT NULL,
  -- End of the windows that were decided on last.
  windows_to timestamptz,
  decided_at timestamptz,
  tried_at timestamptz NOT NULL,
  objectives integer NOT NULL,
  -- Null when the last cycle decided; else what kept it from that.
  failure text
);
