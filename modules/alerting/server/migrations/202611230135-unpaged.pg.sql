-- What began and nobody can be paged for: told of, kept here, and tried again until somebody can be, or until it is over.
CREATE TABLE alerting.unpaged (
  -- Key of the page that should be: one matter and urgency.
  key text PRIMARY KEY,
  urgency text NOT NULL CHECK (urgency IN ('high', 'low')),
  -- The event that began it, with its place on the ledger.
  place bigint NOT NULL,
  event jsonb NOT NULL,
  since timestamptz NOT NULL
);

-- Such a decision is one of its own.
ALTER TABLE alerting.decision DROP CONSTRAINT decision_did_check,
  ADD CONSTRAINT decision_did_check CHECK (did IN ('raised', 'counted', 'resolved', 'nothing', 'unpaged'));
