-- What the engine needs beside the alerts themselves.

-- What is down, and the alerts of one service.
CREATE INDEX alert_service ON alerting.alert (service) WHERE status <> 'resolved' AND service IS NOT NULL;

-- One row: for which silences and inhibitions, and which of them holding, every open alert was judged last.
CREATE TABLE alerting.reconsidered (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  key text NOT NULL,
  at timestamptz NOT NULL
);
INSERT INTO alerting.reconsidered (key, at) VALUES ('', ground.now());

-- Why an alert is held back, in words, beside what holds it; so that only a change of it is a new decision.
ALTER TABLE alerting.alert ADD COLUMN held_reason text;
-- Whether its group's times kept somebody from being told; told of once.
ALTER TABLE alerting.group_member ADD COLUMN muted boolean NOT NULL DEFAULT false;
