-- What Opsgenie's clients know of an alert beyond what every alert has: they ask for it again by their own names.
CREATE TABLE alerting.opsgenie_alert (
  alert_id uuid PRIMARY KEY REFERENCES alerting.alert ON DELETE CASCADE,
  integration uuid NOT NULL,
  -- The short number that people type.
  tiny_id bigint GENERATED ALWAYS AS IDENTITY,
  -- As it was last said: message, description, responders, tags, details, entity, source, priority, actions.
  said jsonb NOT NULL,
  -- How often it was told while it was open.
  count integer NOT NULL DEFAULT 1,
  last_at timestamptz NOT NULL,
  owner text,
  snoozed_until timestamptz
);
CREATE UNIQUE INDEX opsgenie_alert_tiny ON alerting.opsgenie_alert (integration, tiny_id);

-- Notes that clients add; the newest stand first.
CREATE TABLE alerting.opsgenie_note (
  id uuid PRIMARY KEY,
  alert_id uuid NOT NULL REFERENCES alerting.alert ON DELETE CASCADE,
  note text NOT NULL,
  owner text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX opsgenie_note_alert ON alerting.opsgenie_note (alert_id, at DESC);

-- Opsgenie answers before it has done what it was asked; its clients come back with the number of the request. Kept for a day.
CREATE TABLE alerting.opsgenie_request (
  id uuid PRIMARY KEY,
  integration uuid NOT NULL REFERENCES alerting.integration ON DELETE CASCADE,
  at timestamptz NOT NULL,
  action text NOT NULL,
  is_success boolean NOT NULL,
  status text NOT NULL,
  alert_id uuid,
  alias text
);
CREATE INDEX opsgenie_request_at ON alerting.opsgenie_request (at);

-- Opsgenie's heartbeats have names of any characters, and can be switched off; what is watched is a heartbeat of the module probes.
CREATE TABLE alerting.opsgenie_heartbeat (
  integration uuid NOT NULL REFERENCES alerting.integration ON DELETE CASCADE,
  name text NOT NULL,
  -- Its name in probes.
  heartbeat text NOT NULL UNIQUE,
  said jsonb NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (integration, name)
);
