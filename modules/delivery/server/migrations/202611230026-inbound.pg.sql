-- What came in from outside and was answered: one row a message, so that a repeat and a replay act once over all processes.
CREATE TABLE delivery.inbound (
  -- SHA-256 of what the sender calls it.
  id bytea PRIMARY KEY,
  begun_at timestamptz NOT NULL,
  -- Null while it is under way.
  answer text
);

-- The oldest are forgotten first.
CREATE INDEX inbound_time ON delivery.inbound (begun_at);
