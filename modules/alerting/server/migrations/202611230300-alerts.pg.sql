-- Alerts of every source, what became of each and why, and the groups that they are told as.

-- One row each time that something began to fire until it was over. What it says stands in alert_body, so that a change of its
-- state rewrites little and touches no index of labels.
CREATE TABLE alerting.alert (
  -- Version 7: the order of ids is the order in which they came.
  id uuid PRIMARY KEY,
  integration_id uuid NOT NULL,
  -- Name and kind of the integration as they were then.
  integration text NOT NULL,
  kind text NOT NULL,
  dedup_key text NOT NULL,
  -- First half of the SHA-256 of the dedup key.
  key_hash uuid NOT NULL,
  -- As Prometheus makes it of the labels.
  fingerprint text NOT NULL,
  status text NOT NULL DEFAULT 'firing' CHECK (status IN ('firing', 'acknowledged', 'resolved')),
  severity text NOT NULL CHECK (severity IN ('critical', 'error', 'warning', 'info')),
  summary text NOT NULL,
  service text,
  -- Who is named for the thing itself, and who has the integration.
  own_team text,
  integration_team text,
  starts_at timestamptz NOT NULL,
  -- When it was over, as the sender says; null while it is not.
  ends_at timestamptz,
  received_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz,
  resolved_by text,
  -- The first of its groups; all of them stand in group_member.
  group_id uuid,
  -- Why it is held back: silencedBy, inhibitedBy, parentDown, mutedBy, flapping; null while it is not.
  suppressed jsonb,
  -- When that must be looked at again by itself.
  suppressed_until timestamptz,
  -- Matches the source of an inhibition.
  inhibits boolean NOT NULL DEFAULT false,
  -- Since when it waits for the engine; null: nothing is to be decided.
  pending_at timestamptz,
  payload_id text
) WITH (fillfactor = 80);
CREATE INDEX alert_pending ON alerting.alert (pending_at) WHERE pending_at IS NOT NULL;
CREATE INDEX alert_active ON alerting.alert (id) WHERE status <> 'resolved';
CREATE INDEX alert_suppressed ON alerting.alert (suppressed_until) WHERE suppressed IS NOT NULL AND status <> 'resolved';
CREATE INDEX alert_inhibits ON alerting.alert (id) WHERE inhibits AND status <> 'resolved';
-- Earlier times of the same alert: flapping, similar ones, the noise report.
CREATE INDEX alert_key ON alerting.alert (integration_id, key_hash, id);

-- What an alert says: labels, annotations, links; written once, and again when the sender says something else.
CREATE TABLE alerting.alert_body (
  alert_id uuid PRIMARY KEY REFERENCES alerting.alert ON DELETE CASCADE,
  labels jsonb NOT NULL,
  annotations jsonb NOT NULL,
  links jsonb NOT NULL
);
CREATE INDEX alert_body_labels ON alerting.alert_body USING gin (labels jsonb_path_ops);

-- One small row for what is open: the unique key decides a race, and an alert that is only said again touches nothing but this.
CREATE TABLE alerting.alert_open (
  integration_id uuid NOT NULL,
  key_hash uuid NOT NULL,
  alert_id uuid NOT NULL,
  -- Of all that the sender says but the times.
  content_hash bigint NOT NULL,
  -- As the sender said it; null where it said none.
  said_start timestamptz,
  -- The alert resolves by itself then. Not indexed, so that a repeat changes no index.
  ends_at timestamptz,
  heard_at timestamptz NOT NULL,
  -- A person resolved it while its sender goes on: the same start again is no new alert.
  closed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (integration_id, key_hash)
) WITH (fillfactor = 50);
CREATE INDEX alert_open_alert ON alerting.alert_open (alert_id);

-- Alerts that are told as one, by route and key.
CREATE TABLE alerting.alert_group (
  id uuid PRIMARY KEY,
  -- Path of the route that made it; 'default' is the owner of the service.
  route text NOT NULL,
  -- Of route, receivers and key: one open group each.
  key_hash uuid NOT NULL,
  -- The labels that its alerts have in common by the route.
  labels jsonb NOT NULL,
  urgency text NOT NULL CHECK (urgency IN ('high', 'low')),
  -- Who is told: teams, policies, people, webhooks; why it is them.
  targets jsonb NOT NULL,
  reason text NOT NULL,
  service text,
  wait_seconds double precision NOT NULL,
  interval_seconds double precision NOT NULL,
  repeat_seconds double precision NOT NULL,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  -- When it must be looked at again; null: nothing is due.
  due_at timestamptz,
  told_at timestamptz,
  told_times integer NOT NULL DEFAULT 0,
  -- Since when nobody at all can be paged for it.
  unpaged_since timestamptz
);
CREATE UNIQUE INDEX alert_group_open ON alerting.alert_group (key_hash) WHERE closed_at IS NULL;
CREATE INDEX alert_group_due ON alerting.alert_group (due_at) WHERE due_at IS NOT NULL;

-- Which alerts a group has, and what of each was told.
CREATE TABLE alerting.group_member (
  group_id uuid NOT NULL REFERENCES alerting.alert_group ON DELETE CASCADE,
  alert_id uuid NOT NULL REFERENCES alerting.alert ON DELETE CASCADE,
  joined_at timestamptz NOT NULL,
  told text CHECK (told IN ('firing', 'resolved')),
  told_at timestamptz,
  PRIMARY KEY (group_id, alert_id)
);
CREATE INDEX group_member_alert ON alerting.group_member (alert_id);
CREATE INDEX group_member_untold ON alerting.group_member (group_id) WHERE told IS NULL;

-- The pages of a group: one, and a further one only where the first was resolved while the group went on.
CREATE TABLE alerting.group_page (
  group_id uuid NOT NULL REFERENCES alerting.alert_group ON DELETE CASCADE,
  page_id uuid NOT NULL,
  target text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (group_id, page_id)
);
CREATE INDEX group_page_page ON alerting.group_page (page_id);

-- What was decided of an alert, with the reason, for whoever asks why somebody was paged, or was not.
CREATE TABLE alerting.alert_decision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id uuid NOT NULL REFERENCES alerting.alert ON DELETE CASCADE,
  at timestamptz NOT NULL,
  decision text NOT NULL,
  reason text NOT NULL,
  group_id uuid,
  page_id uuid
);
CREATE INDEX alert_decision_alert ON alerting.alert_decision (alert_id, id);
