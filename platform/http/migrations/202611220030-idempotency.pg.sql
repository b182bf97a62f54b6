-- Answers to writes by (actor, Idempotency-Key), kept a day, so that a client that lost an answer can ask again without doing the thing twice.
CREATE SCHEMA IF NOT EXISTS http;

CREATE TABLE http.idempotency (
  actor text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_hash bytea NOT NULL,
  -- NULL while the first request is under way.
  status integer,
  body text,
  begun_at timestamptz NOT NULL,
  PRIMARY KEY (actor, key)
);

CREATE INDEX idempotency_begun_at ON http.idempotency (begun_at);
