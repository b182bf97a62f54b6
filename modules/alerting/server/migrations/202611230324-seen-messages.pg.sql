-- Signed messages that were taken (SNS, Sentry): whoever recorded one and posts it again is refused.
CREATE TABLE alerting.seen_message (
  integration uuid NOT NULL REFERENCES alerting.integration ON DELETE CASCADE,
  -- SHA-256 of what names the message: its MessageId, or its body.
  hash bytea NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (integration, hash)
);
CREATE INDEX seen_message_at ON alerting.seen_message (at);
