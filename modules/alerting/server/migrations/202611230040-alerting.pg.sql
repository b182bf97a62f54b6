-- What of the ledger became a page, and why it went where it went.
CREATE SCHEMA IF NOT EXISTS alerting;

-- One row: from when on events raise pages (what happened before the first start is history), and the last event whose decision was
-- committed. An event that is told again after a crash finds its place taken and does nothing.
CREATE TABLE alerting.position (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  since timestamptz NOT NULL,
  place bigint NOT NULL DEFAULT 0
);

-- What holds now: a tier of an objective that burns, a heartbeat that is silent.
CREATE TABLE alerting.holding (
  -- `budget:checkout-answers`, `heartbeat:backup`: one page an urgency.
  matter text NOT NULL,
  name text NOT NULL,
  urgency text NOT NULL CHECK (urgency IN ('high', 'low')),
  since timestamptz NOT NULL,
  PRIMARY KEY (matter, name)
);

-- One row a decision, for whoever asks why this page came to this team.
CREATE TABLE alerting.decision (
  place bigint NOT NULL,
  step integer NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  did text NOT NULL CHECK (did IN ('raised', 'counted', 'resolved', 'nothing')),
  key text,
  urgency text,
  target text,
  reason text NOT NULL,
  page uuid,
  PRIMARY KEY (place, step)
);
CREATE INDEX decision_subject ON alerting.decision (subject, place DESC);
-- Old ones are forgotten by their age.
CREATE INDEX decision_at ON alerting.decision (at);
