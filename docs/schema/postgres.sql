-- The whole schema of the state, made by the tests from the migrations; do not edit.

-- alerting ------------------------------------------------------------------------------------------------------

CREATE TABLE alerting.alert (
  id uuid NOT NULL,
  integration_id uuid NOT NULL,
  integration text NOT NULL,
  kind text NOT NULL,
  dedup_key text NOT NULL,
  key_hash uuid NOT NULL,
  fingerprint text NOT NULL,
  status text NOT NULL DEFAULT 'firing'::text,
  severity text NOT NULL,
  summary text NOT NULL,
  service text,
  own_team text,
  integration_team text,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone,
  received_at timestamp with time zone NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  resolved_at timestamp with time zone,
  resolved_by text,
  group_id uuid,
  suppressed jsonb,
  suppressed_until timestamp with time zone,
  inhibits boolean NOT NULL DEFAULT false,
  pending_at timestamp with time zone,
  payload_id text,
  held_reason text,
  CONSTRAINT alert_pkey PRIMARY KEY (id),
  CONSTRAINT alert_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'error'::text, 'warning'::text, 'info'::text]))),
  CONSTRAINT alert_status_check CHECK ((status = ANY (ARRAY['firing'::text, 'acknowledged'::text, 'resolved'::text])))
);
CREATE INDEX alert_active ON alerting.alert USING btree (id) WHERE (status <> 'resolved'::text);
CREATE INDEX alert_inhibits ON alerting.alert USING btree (id) WHERE (inhibits AND (status <> 'resolved'::text));
CREATE INDEX alert_key ON alerting.alert USING btree (integration_id, key_hash, id);
CREATE INDEX alert_pending ON alerting.alert USING btree (pending_at) WHERE (pending_at IS NOT NULL);
CREATE INDEX alert_service ON alerting.alert USING btree (service) WHERE ((status <> 'resolved'::text) AND (service IS NOT NULL));
CREATE INDEX alert_suppressed ON alerting.alert USING btree (suppressed_until) WHERE ((suppressed IS NOT NULL) AND (status <> 'resolved'::text));

CREATE TABLE alerting.alert_body (
  alert_id uuid NOT NULL,
  labels jsonb NOT NULL,
  annotations jsonb NOT NULL,
  links jsonb NOT NULL,
  CONSTRAINT alert_body_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerting.alert(id) ON DELETE CASCADE,
  CONSTRAINT alert_body_pkey PRIMARY KEY (alert_id)
);
CREATE INDEX alert_body_labels ON alerting.alert_body USING gin (labels jsonb_path_ops);

CREATE TABLE alerting.alert_decision (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  alert_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  decision text NOT NULL,
  reason text NOT NULL,
  group_id uuid,
  page_id uuid,
  CONSTRAINT alert_decision_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerting.alert(id) ON DELETE CASCADE,
  CONSTRAINT alert_decision_pkey PRIMARY KEY (id)
);
CREATE INDEX alert_decision_alert ON alerting.alert_decision USING btree (alert_id, id);

CREATE TABLE alerting.alert_group (
  id uuid NOT NULL,
  route text NOT NULL,
  key_hash uuid NOT NULL,
  labels jsonb NOT NULL,
  urgency text NOT NULL,
  targets jsonb NOT NULL,
  reason text NOT NULL,
  service text,
  wait_seconds double precision NOT NULL,
  interval_seconds double precision NOT NULL,
  repeat_seconds double precision NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  due_at timestamp with time zone,
  told_at timestamp with time zone,
  told_times integer NOT NULL DEFAULT 0,
  unpaged_since timestamp with time zone,
  CONSTRAINT alert_group_pkey PRIMARY KEY (id),
  CONSTRAINT alert_group_urgency_check CHECK ((urgency = ANY (ARRAY['high'::text, 'low'::text])))
);
CREATE INDEX alert_group_due ON alerting.alert_group USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE UNIQUE INDEX alert_group_open ON alerting.alert_group USING btree (key_hash) WHERE (closed_at IS NULL);

CREATE TABLE alerting.alert_open (
  integration_id uuid NOT NULL,
  key_hash uuid NOT NULL,
  alert_id uuid NOT NULL,
  content_hash bigint NOT NULL,
  said_start timestamp with time zone,
  ends_at timestamp with time zone,
  heard_at timestamp with time zone NOT NULL,
  closed boolean NOT NULL DEFAULT false,
  CONSTRAINT alert_open_pkey PRIMARY KEY (integration_id, key_hash)
);
CREATE INDEX alert_open_alert ON alerting.alert_open USING btree (alert_id);

CREATE TABLE alerting.decision (
  place bigint NOT NULL,
  step integer NOT NULL,
  at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  did text NOT NULL,
  key text,
  urgency text,
  target text,
  reason text NOT NULL,
  page uuid,
  alert uuid,
  CONSTRAINT decision_did_check CHECK ((did = ANY (ARRAY['raised'::text, 'counted'::text, 'resolved'::text, 'nothing'::text, 'unpaged'::text]))),
  CONSTRAINT decision_pkey PRIMARY KEY (place, step)
);
CREATE INDEX decision_at ON alerting.decision USING btree (at);
CREATE INDEX decision_subject ON alerting.decision USING btree (subject, place DESC);

CREATE TABLE alerting.group_member (
  group_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  joined_at timestamp with time zone NOT NULL,
  told text,
  told_at timestamp with time zone,
  muted boolean NOT NULL DEFAULT false,
  muted_by text[],
  CONSTRAINT group_member_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerting.alert(id) ON DELETE CASCADE,
  CONSTRAINT group_member_group_id_fkey FOREIGN KEY (group_id) REFERENCES alerting.alert_group(id) ON DELETE CASCADE,
  CONSTRAINT group_member_pkey PRIMARY KEY (group_id, alert_id),
  CONSTRAINT group_member_told_check CHECK ((told = ANY (ARRAY['firing'::text, 'resolved'::text])))
);
CREATE INDEX group_member_alert ON alerting.group_member USING btree (alert_id);
CREATE INDEX group_member_untold ON alerting.group_member USING btree (group_id) WHERE (told IS NULL);

CREATE TABLE alerting.group_page (
  group_id uuid NOT NULL,
  page_id uuid NOT NULL,
  target text NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT group_page_group_id_fkey FOREIGN KEY (group_id) REFERENCES alerting.alert_group(id) ON DELETE CASCADE,
  CONSTRAINT group_page_pkey PRIMARY KEY (group_id, page_id)
);
CREATE INDEX group_page_page ON alerting.group_page USING btree (page_id);

CREATE TABLE alerting.holding (
  matter text NOT NULL,
  name text NOT NULL,
  urgency text NOT NULL,
  since timestamp with time zone NOT NULL,
  CONSTRAINT holding_pkey PRIMARY KEY (matter, name),
  CONSTRAINT holding_urgency_check CHECK ((urgency = ANY (ARRAY['high'::text, 'low'::text])))
);

CREATE TABLE alerting.inhibition (
  name text NOT NULL,
  team text,
  spec jsonb NOT NULL,
  origin text NOT NULL,
  source text,
  changed_at timestamp with time zone NOT NULL,
  changed_by text NOT NULL,
  CONSTRAINT inhibition_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT inhibition_pkey PRIMARY KEY (name)
);

CREATE TABLE alerting.integration (
  id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  team text,
  settings jsonb NOT NULL DEFAULT '{}'::jsonb,
  enabled boolean NOT NULL DEFAULT true,
  built_in boolean NOT NULL DEFAULT false,
  origin text NOT NULL DEFAULT 'hand'::text,
  source text,
  made_at timestamp with time zone NOT NULL DEFAULT now(),
  changed_at timestamp with time zone NOT NULL DEFAULT now(),
  changed_by text NOT NULL,
  CONSTRAINT integration_name_key UNIQUE (name),
  CONSTRAINT integration_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT integration_pkey PRIMARY KEY (id)
);

CREATE TABLE alerting.integration_hour (
  integration uuid NOT NULL,
  hour timestamp with time zone NOT NULL,
  received bigint NOT NULL DEFAULT 0,
  faulty bigint NOT NULL DEFAULT 0,
  CONSTRAINT integration_hour_integration_fkey FOREIGN KEY (integration) REFERENCES alerting.integration(id) ON DELETE CASCADE,
  CONSTRAINT integration_hour_pkey PRIMARY KEY (integration, hour)
);
CREATE INDEX integration_hour_at ON alerting.integration_hour USING btree (hour);

CREATE TABLE alerting.integration_key (
  id uuid NOT NULL,
  integration uuid NOT NULL,
  hash bytea NOT NULL,
  ending text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  made_by text NOT NULL,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  CONSTRAINT integration_key_hash_key UNIQUE (hash),
  CONSTRAINT integration_key_integration_fkey FOREIGN KEY (integration) REFERENCES alerting.integration(id) ON DELETE CASCADE,
  CONSTRAINT integration_key_pkey PRIMARY KEY (id)
);
CREATE INDEX integration_key_of ON alerting.integration_key USING btree (integration);

CREATE TABLE alerting.opsgenie_alert (
  alert_id uuid NOT NULL,
  integration uuid NOT NULL,
  tiny_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  said jsonb NOT NULL,
  count integer NOT NULL DEFAULT 1,
  last_at timestamp with time zone NOT NULL,
  owner text,
  snoozed_until timestamp with time zone,
  CONSTRAINT opsgenie_alert_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerting.alert(id) ON DELETE CASCADE,
  CONSTRAINT opsgenie_alert_pkey PRIMARY KEY (alert_id)
);
CREATE UNIQUE INDEX opsgenie_alert_tiny ON alerting.opsgenie_alert USING btree (integration, tiny_id);

CREATE TABLE alerting.opsgenie_heartbeat (
  integration uuid NOT NULL,
  name text NOT NULL,
  heartbeat text NOT NULL,
  said jsonb NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT opsgenie_heartbeat_heartbeat_key UNIQUE (heartbeat),
  CONSTRAINT opsgenie_heartbeat_integration_fkey FOREIGN KEY (integration) REFERENCES alerting.integration(id) ON DELETE CASCADE,
  CONSTRAINT opsgenie_heartbeat_pkey PRIMARY KEY (integration, name)
);

CREATE TABLE alerting.opsgenie_note (
  id uuid NOT NULL,
  alert_id uuid NOT NULL,
  note text NOT NULL,
  owner text NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT opsgenie_note_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerting.alert(id) ON DELETE CASCADE,
  CONSTRAINT opsgenie_note_pkey PRIMARY KEY (id)
);
CREATE INDEX opsgenie_note_alert ON alerting.opsgenie_note USING btree (alert_id, at DESC);

CREATE TABLE alerting.opsgenie_request (
  id uuid NOT NULL,
  integration uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  action text NOT NULL,
  is_success boolean NOT NULL,
  status text NOT NULL,
  alert_id uuid,
  alias text,
  CONSTRAINT opsgenie_request_integration_fkey FOREIGN KEY (integration) REFERENCES alerting.integration(id) ON DELETE CASCADE,
  CONSTRAINT opsgenie_request_pkey PRIMARY KEY (id)
);
CREATE INDEX opsgenie_request_at ON alerting.opsgenie_request USING btree (at);

CREATE TABLE alerting.opsgenie_search (
  id uuid NOT NULL,
  integration uuid NOT NULL,
  name text NOT NULL,
  said jsonb NOT NULL,
  made_at timestamp with time zone NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  CONSTRAINT opsgenie_search_integration_fkey FOREIGN KEY (integration) REFERENCES alerting.integration(id) ON DELETE CASCADE,
  CONSTRAINT opsgenie_search_integration_name_key UNIQUE (integration, name),
  CONSTRAINT opsgenie_search_pkey PRIMARY KEY (id)
);

CREATE TABLE alerting.payload (
  id uuid NOT NULL,
  integration uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  faulty boolean NOT NULL,
  method text NOT NULL,
  path text NOT NULL,
  query jsonb NOT NULL,
  headers jsonb NOT NULL,
  content_type text NOT NULL,
  body bytea NOT NULL,
  bytes bigint NOT NULL,
  status integer NOT NULL,
  error text,
  outcome jsonb,
  replay_of uuid,
  CONSTRAINT payload_integration_fkey FOREIGN KEY (integration) REFERENCES alerting.integration(id) ON DELETE CASCADE,
  CONSTRAINT payload_pkey PRIMARY KEY (id)
);
CREATE INDEX payload_of ON alerting.payload USING btree (integration, faulty, at DESC, id DESC);

CREATE TABLE alerting.policy_version (
  only_row boolean NOT NULL DEFAULT true,
  version bigint NOT NULL DEFAULT 1,
  suppression jsonb NOT NULL DEFAULT '{}'::jsonb,
  suppression_changed_at timestamp with time zone,
  suppression_changed_by text,
  CONSTRAINT policy_version_only_row_check CHECK (only_row),
  CONSTRAINT policy_version_pkey PRIMARY KEY (only_row)
);

CREATE TABLE alerting."position" (
  only_row boolean NOT NULL DEFAULT true,
  since timestamp with time zone NOT NULL,
  place bigint NOT NULL DEFAULT 0,
  CONSTRAINT position_only_row_check CHECK (only_row),
  CONSTRAINT position_pkey PRIMARY KEY (only_row)
);

CREATE TABLE alerting.reconsidered (
  only_row boolean NOT NULL DEFAULT true,
  key text NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT reconsidered_only_row_check CHECK (only_row),
  CONSTRAINT reconsidered_pkey PRIMARY KEY (only_row)
);

CREATE TABLE alerting.route (
  name text NOT NULL,
  team text,
  place integer NOT NULL,
  spec jsonb NOT NULL,
  origin text NOT NULL,
  source text,
  changed_at timestamp with time zone NOT NULL,
  changed_by text NOT NULL,
  CONSTRAINT route_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT route_pkey PRIMARY KEY (name)
);
CREATE INDEX route_place ON alerting.route USING btree (place, name);

CREATE TABLE alerting.rule (
  name text NOT NULL,
  team text,
  spec jsonb NOT NULL,
  enabled boolean NOT NULL,
  origin text NOT NULL,
  source text,
  changed_at timestamp with time zone NOT NULL,
  changed_by text NOT NULL,
  revision bigint NOT NULL DEFAULT 1,
  decided_to timestamp with time zone,
  due timestamp with time zone NOT NULL,
  lease_until timestamp with time zone,
  unknown_since timestamp with time zone,
  unknown_reason text,
  last jsonb,
  CONSTRAINT rule_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT rule_pkey PRIMARY KEY (name)
);
CREATE INDEX rule_due ON alerting.rule USING btree (due) WHERE enabled;

CREATE TABLE alerting.rule_change (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  rule text NOT NULL,
  key text NOT NULL,
  at timestamp with time zone NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  became text NOT NULL,
  reason text NOT NULL,
  words text NOT NULL,
  numbers jsonb NOT NULL,
  CONSTRAINT rule_change_became_check CHECK ((became = ANY (ARRAY['firing'::text, 'cleared'::text]))),
  CONSTRAINT rule_change_pkey PRIMARY KEY (id)
);
CREATE INDEX rule_change_decided ON alerting.rule_change USING btree (decided_at);
CREATE INDEX rule_change_rule ON alerting.rule_change USING btree (rule, id);

CREATE TABLE alerting.rule_group (
  rule text NOT NULL,
  key text NOT NULL,
  state jsonb NOT NULL,
  firing boolean NOT NULL,
  wanted text,
  alert jsonb,
  gone boolean NOT NULL DEFAULT false,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT rule_group_pkey PRIMARY KEY (rule, key),
  CONSTRAINT rule_group_wanted_check CHECK ((wanted = ANY (ARRAY['trigger'::text, 'resolve'::text])))
);
CREATE INDEX rule_group_firing ON alerting.rule_group USING btree (rule) WHERE firing;
CREATE INDEX rule_group_wanted ON alerting.rule_group USING btree (rule, key) WHERE (wanted IS NOT NULL);

CREATE TABLE alerting.seen_message (
  integration uuid NOT NULL,
  hash bytea NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT seen_message_integration_fkey FOREIGN KEY (integration) REFERENCES alerting.integration(id) ON DELETE CASCADE,
  CONSTRAINT seen_message_pkey PRIMARY KEY (integration, hash)
);
CREATE INDEX seen_message_at ON alerting.seen_message USING btree (at);

CREATE TABLE alerting.silence (
  id uuid NOT NULL,
  name text,
  matchers jsonb NOT NULL,
  first_from timestamp with time zone NOT NULL,
  first_to timestamp with time zone NOT NULL,
  rrule text,
  zone text,
  ends_at timestamp with time zone,
  who text NOT NULL,
  why text NOT NULL,
  origin text NOT NULL,
  source text,
  created_at timestamp with time zone NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  expired_at timestamp with time zone,
  expired_by text,
  CONSTRAINT silence_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT silence_pkey PRIMARY KEY (id)
);
CREATE INDEX silence_ends ON alerting.silence USING btree (ends_at);
CREATE UNIQUE INDEX silence_name ON alerting.silence USING btree (name) WHERE ((name IS NOT NULL) AND (expired_at IS NULL));

-- catalog -------------------------------------------------------------------------------------------------------

CREATE TABLE catalog.dependency (
  service text NOT NULL,
  target text NOT NULL,
  target_kind text NOT NULL,
  kind text NOT NULL,
  origin text NOT NULL,
  first_seen timestamp with time zone,
  last_seen timestamp with time zone,
  CONSTRAINT dependency_kind_check CHECK ((kind = ANY (ARRAY['http'::text, 'rpc'::text, 'messaging'::text, 'database'::text, 'other'::text]))),
  CONSTRAINT dependency_origin_check CHECK ((origin = ANY (ARRAY['telemetry'::text, 'hand'::text, 'file'::text]))),
  CONSTRAINT dependency_pkey PRIMARY KEY (service, target, target_kind, kind, origin),
  CONSTRAINT dependency_service_fkey FOREIGN KEY (service) REFERENCES catalog.service(name) ON DELETE CASCADE,
  CONSTRAINT dependency_target_kind_check CHECK ((target_kind = ANY (ARRAY['service'::text, 'database'::text, 'messaging'::text, 'external'::text])))
);
CREATE INDEX dependency_target ON catalog.dependency USING btree (target);

CREATE TABLE catalog.entity (
  kind text NOT NULL,
  name text NOT NULL,
  title text,
  description text,
  owner text,
  type text,
  lifecycle text,
  system text,
  tags text[] NOT NULL DEFAULT '{}'::text[],
  links jsonb NOT NULL DEFAULT '[]'::jsonb,
  origin text NOT NULL,
  described_by text NOT NULL,
  described_at timestamp with time zone NOT NULL,
  described_source text,
  CONSTRAINT entity_kind_check CHECK ((kind = ANY (ARRAY['system'::text, 'api'::text, 'resource'::text]))),
  CONSTRAINT entity_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT entity_pkey PRIMARY KEY (kind, name)
);

CREATE TABLE catalog.journey (
  name text NOT NULL,
  title text,
  description text,
  owner text,
  origin text NOT NULL,
  described_by text NOT NULL,
  described_at timestamp with time zone NOT NULL,
  described_source text,
  CONSTRAINT journey_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT journey_pkey PRIMARY KEY (name)
);

CREATE TABLE catalog.journey_step (
  journey text NOT NULL,
  "position" smallint NOT NULL,
  name text NOT NULL,
  service text NOT NULL,
  operation text,
  CONSTRAINT journey_step_journey_fkey FOREIGN KEY (journey) REFERENCES catalog.journey(name) ON DELETE CASCADE,
  CONSTRAINT journey_step_pkey PRIMARY KEY (journey, "position")
);
CREATE INDEX journey_step_service ON catalog.journey_step USING btree (service);

CREATE TABLE catalog.service (
  name text NOT NULL,
  first_seen timestamp with time zone,
  last_seen timestamp with time zone,
  title text,
  description text,
  owner text,
  tier smallint,
  lifecycle text,
  type text,
  system text,
  tags text[] NOT NULL DEFAULT '{}'::text[],
  links jsonb NOT NULL DEFAULT '[]'::jsonb,
  provides text[] NOT NULL DEFAULT '{}'::text[],
  consumes text[] NOT NULL DEFAULT '{}'::text[],
  described_origin text,
  described_by text,
  described_at timestamp with time zone,
  described_source text,
  CONSTRAINT service_check CHECK ((((described_origin IS NULL) = (described_at IS NULL)) AND ((described_origin IS NULL) = (described_by IS NULL)))),
  CONSTRAINT service_described_origin_check CHECK ((described_origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT service_pkey PRIMARY KEY (name),
  CONSTRAINT service_tier_check CHECK (((tier >= 1) AND (tier <= 4)))
);

CREATE TABLE catalog.service_version (
  service text NOT NULL,
  environment text NOT NULL,
  version text NOT NULL,
  first_seen timestamp with time zone NOT NULL,
  last_seen timestamp with time zone NOT NULL,
  CONSTRAINT service_version_pkey PRIMARY KEY (service, environment, version),
  CONSTRAINT service_version_service_fkey FOREIGN KEY (service) REFERENCES catalog.service(name) ON DELETE CASCADE
);

-- changes -------------------------------------------------------------------------------------------------------

CREATE TABLE changes.change (
  id uuid NOT NULL,
  service text NOT NULL,
  environment text NOT NULL,
  kind text NOT NULL,
  version text,
  title text NOT NULL,
  description text NOT NULL,
  by text NOT NULL,
  link text,
  started_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  key text,
  announced_at timestamp with time zone NOT NULL,
  announced_by text NOT NULL,
  CONSTRAINT change_check CHECK ((ended_at >= started_at)),
  CONSTRAINT change_kind_check CHECK ((kind = ANY (ARRAY['deploy'::text, 'configuration'::text, 'migration'::text, 'infrastructure'::text, 'other'::text]))),
  CONSTRAINT change_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX change_key ON changes.change USING btree (announced_by, service, key) WHERE (key IS NOT NULL);
CREATE INDEX change_service ON changes.change USING btree (service, started_at DESC, id DESC);
CREATE INDEX change_time ON changes.change USING btree (started_at DESC, id DESC);

-- delivery ------------------------------------------------------------------------------------------------------

CREATE TABLE delivery.attempt (
  id uuid NOT NULL,
  message uuid NOT NULL,
  provider text NOT NULL,
  fence bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  result text,
  status integer,
  detail text,
  provider_ref text,
  receipt_at timestamp with time zone,
  CONSTRAINT attempt_message_fkey FOREIGN KEY (message) REFERENCES delivery.message(id) ON DELETE CASCADE,
  CONSTRAINT attempt_pkey PRIMARY KEY (id),
  CONSTRAINT attempt_result_check CHECK ((result = ANY (ARRAY['accepted'::text, 'delivered'::text, 'failed'::text, 'timeout'::text, 'refused'::text, 'superseded'::text])))
);
CREATE INDEX attempt_message ON delivery.attempt USING btree (message, at);
CREATE INDEX attempt_ref ON delivery.attempt USING btree (provider, provider_ref) WHERE (provider_ref IS NOT NULL);

CREATE TABLE delivery.inbound (
  id bytea NOT NULL,
  begun_at timestamp with time zone NOT NULL,
  answer text,
  CONSTRAINT inbound_pkey PRIMARY KEY (id)
);
CREATE INDEX inbound_time ON delivery.inbound USING btree (begun_at);

CREATE TABLE delivery.message (
  id uuid NOT NULL,
  key text NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  urgency text NOT NULL,
  about text NOT NULL,
  content jsonb NOT NULL,
  reply_token text,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  state text NOT NULL DEFAULT 'waiting'::text,
  lane text NOT NULL,
  ready_at timestamp with time zone NOT NULL,
  holder text,
  fence bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  tries jsonb NOT NULL DEFAULT '{}'::jsonb,
  ended_at timestamp with time zone,
  last_detail text,
  CONSTRAINT message_key_key UNIQUE (key),
  CONSTRAINT message_pkey PRIMARY KEY (id),
  CONSTRAINT message_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'unconfirmed'::text, 'accepted'::text, 'delivered'::text, 'failed'::text, 'expired'::text, 'cancelled'::text]))),
  CONSTRAINT message_urgency_check CHECK ((urgency = ANY (ARRAY['high'::text, 'low'::text])))
);
CREATE INDEX message_about ON delivery.message USING btree (about, created_at);
CREATE INDEX message_open ON delivery.message USING btree (lane, urgency, ready_at) WHERE (state = ANY (ARRAY['waiting'::text, 'unconfirmed'::text]));
CREATE INDEX message_ready ON delivery.message USING btree (ready_at) WHERE (state = ANY (ARRAY['waiting'::text, 'unconfirmed'::text]));
CREATE INDEX message_reply ON delivery.message USING btree (channel, address, created_at DESC) WHERE (reply_token IS NOT NULL);
CREATE INDEX message_time ON delivery.message USING btree (created_at DESC, id DESC);

CREATE TABLE delivery.pace (
  lane text NOT NULL,
  paused_until timestamp with time zone,
  full_at timestamp with time zone,
  CONSTRAINT pace_pkey PRIMARY KEY (lane)
);

CREATE TABLE delivery.provider (
  name text NOT NULL,
  channel text NOT NULL,
  kind text NOT NULL,
  priority integer NOT NULL,
  enabled boolean NOT NULL,
  settings jsonb NOT NULL,
  secrets bytea,
  secret_names text[] NOT NULL,
  rate_limit jsonb NOT NULL,
  receipt_within_seconds integer,
  changed_at timestamp with time zone NOT NULL,
  changed_by text NOT NULL,
  CONSTRAINT provider_pkey PRIMARY KEY (name)
);

CREATE TABLE delivery.signing_key (
  name text NOT NULL,
  encrypted bytea NOT NULL,
  CONSTRAINT signing_key_pkey PRIMARY KEY (name)
);

CREATE TABLE delivery.web_push_key (
  only_row boolean NOT NULL,
  public_key text NOT NULL,
  private_key bytea NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT web_push_key_only_row_check CHECK (only_row),
  CONSTRAINT web_push_key_pkey PRIMARY KEY (only_row)
);

-- ground --------------------------------------------------------------------------------------------------------

CREATE TABLE ground.clock (
  only_row boolean NOT NULL DEFAULT true,
  moved interval NOT NULL DEFAULT '00:00:00'::interval,
  CONSTRAINT clock_only_row_check CHECK (only_row),
  CONSTRAINT clock_pkey PRIMARY KEY (only_row)
);

CREATE TABLE ground.migration (
  name text NOT NULL,
  hash text NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT migration_pkey PRIMARY KEY (name)
);

CREATE OR REPLACE FUNCTION ground.now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$SELECT clock_timestamp() + moved FROM ground.clock$function$
;

-- http ----------------------------------------------------------------------------------------------------------

CREATE TABLE http.idempotency (
  actor text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status integer,
  body text,
  begun_at timestamp with time zone NOT NULL,
  CONSTRAINT idempotency_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255))),
  CONSTRAINT idempotency_pkey PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_begun_at ON http.idempotency USING btree (begun_at);

-- identity ------------------------------------------------------------------------------------------------------

CREATE TABLE identity.one_time_link (
  token_hash bytea NOT NULL,
  kind text NOT NULL,
  person_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT one_time_link_kind_check CHECK ((kind = ANY (ARRAY['invitation'::text, 'reset'::text]))),
  CONSTRAINT one_time_link_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  CONSTRAINT one_time_link_pkey PRIMARY KEY (token_hash)
);
CREATE INDEX one_time_link_person ON identity.one_time_link USING btree (person_id);

CREATE TABLE identity.organisation (
  singleton boolean NOT NULL DEFAULT true,
  name text NOT NULL,
  set_up_at timestamp with time zone,
  secret_key_check bytea,
  CONSTRAINT organisation_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
  CONSTRAINT organisation_pkey PRIMARY KEY (singleton),
  CONSTRAINT organisation_singleton_check CHECK (singleton)
);

CREATE TABLE identity.passkey (
  id uuid NOT NULL,
  person_id uuid NOT NULL,
  credential_id text NOT NULL,
  public_key bytea NOT NULL,
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone,
  CONSTRAINT passkey_credential_id_key UNIQUE (credential_id),
  CONSTRAINT passkey_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80))),
  CONSTRAINT passkey_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  CONSTRAINT passkey_pkey PRIMARY KEY (id)
);
CREATE INDEX passkey_person ON identity.passkey USING btree (person_id);

CREATE TABLE identity.passkey_challenge (
  challenge_hash bytea NOT NULL,
  purpose text NOT NULL,
  session_id uuid,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT passkey_challenge_pkey PRIMARY KEY (challenge_hash),
  CONSTRAINT passkey_challenge_purpose_check CHECK ((purpose = ANY (ARRAY['sign-in'::text, 'second-factor'::text, 'register'::text, 'confirm'::text]))),
  CONSTRAINT passkey_challenge_session_id_fkey FOREIGN KEY (session_id) REFERENCES identity.session(id) ON DELETE CASCADE
);

CREATE TABLE identity.person (
  id uuid NOT NULL,
  name text NOT NULL,
  display_name text NOT NULL,
  email text,
  role text NOT NULL,
  state text NOT NULL,
  password_hash text,
  created_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone,
  CONSTRAINT person_display_name_check CHECK (((length(display_name) >= 1) AND (length(display_name) <= 120))),
  CONSTRAINT person_email_check CHECK ((length(email) <= 254)),
  CONSTRAINT person_name_check CHECK ((name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'::text)),
  CONSTRAINT person_name_key UNIQUE (name),
  CONSTRAINT person_pkey PRIMARY KEY (id),
  CONSTRAINT person_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'responder'::text, 'editor'::text, 'admin'::text]))),
  CONSTRAINT person_state_check CHECK ((state = ANY (ARRAY['invited'::text, 'active'::text, 'disabled'::text])))
);
CREATE UNIQUE INDEX person_email ON identity.person USING btree (lower(email));

CREATE TABLE identity.recovery_code (
  person_id uuid NOT NULL,
  code_hash bytea NOT NULL,
  CONSTRAINT recovery_code_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  CONSTRAINT recovery_code_pkey PRIMARY KEY (person_id, code_hash)
);

CREATE TABLE identity.session (
  id uuid NOT NULL,
  token_hash bytea NOT NULL,
  person_id uuid NOT NULL,
  level text NOT NULL,
  method text NOT NULL,
  address text NOT NULL,
  user_agent text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  confirmed_at timestamp with time zone,
  CONSTRAINT session_level_check CHECK ((level = ANY (ARRAY['first'::text, 'full'::text]))),
  CONSTRAINT session_method_check CHECK ((method = ANY (ARRAY['set-up'::text, 'password'::text, 'link'::text, 'passkey'::text, 'sso'::text]))),
  CONSTRAINT session_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  CONSTRAINT session_pkey PRIMARY KEY (id),
  CONSTRAINT session_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX session_person ON identity.session USING btree (person_id);

CREATE TABLE identity.set_up_link (
  token_hash bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT set_up_link_pkey PRIMARY KEY (token_hash)
);

CREATE TABLE identity.sso_flow (
  state_hash bytea NOT NULL,
  browser_hash bytea NOT NULL,
  provider_id uuid NOT NULL,
  purpose text NOT NULL,
  session_id uuid,
  nonce text NOT NULL,
  code_verifier text NOT NULL,
  redirect_uri text NOT NULL,
  return_to text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT sso_flow_pkey PRIMARY KEY (state_hash),
  CONSTRAINT sso_flow_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES identity.sso_provider(id) ON DELETE CASCADE,
  CONSTRAINT sso_flow_purpose_check CHECK ((purpose = ANY (ARRAY['sign-in'::text, 'link'::text, 'confirm'::text]))),
  CONSTRAINT sso_flow_session_id_fkey FOREIGN KEY (session_id) REFERENCES identity.session(id) ON DELETE CASCADE
);

CREATE TABLE identity.sso_identity (
  id uuid NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  person_id uuid NOT NULL,
  label text NOT NULL,
  linked_at timestamp with time zone NOT NULL,
  CONSTRAINT sso_identity_issuer_subject_key UNIQUE (issuer, subject),
  CONSTRAINT sso_identity_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  CONSTRAINT sso_identity_pkey PRIMARY KEY (id)
);
CREATE INDEX sso_identity_person ON identity.sso_identity USING btree (person_id);

CREATE TABLE identity.sso_provider (
  id uuid NOT NULL,
  name text NOT NULL,
  display_name text NOT NULL,
  issuer text NOT NULL,
  client_id text NOT NULL,
  client_secret_encrypted bytea,
  scopes text[] NOT NULL,
  sign_up text NOT NULL,
  new_person_role text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT sso_provider_issuer_key UNIQUE (issuer),
  CONSTRAINT sso_provider_name_check CHECK ((name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'::text)),
  CONSTRAINT sso_provider_name_key UNIQUE (name),
  CONSTRAINT sso_provider_new_person_role_check CHECK ((new_person_role = ANY (ARRAY['viewer'::text, 'responder'::text, 'editor'::text]))),
  CONSTRAINT sso_provider_pkey PRIMARY KEY (id),
  CONSTRAINT sso_provider_sign_up_check CHECK ((sign_up = ANY (ARRAY['linked-only'::text, 'create'::text])))
);

CREATE TABLE identity.team (
  id uuid NOT NULL,
  name text NOT NULL,
  display_name text NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT team_description_check CHECK ((length(description) <= 2000)),
  CONSTRAINT team_display_name_check CHECK (((length(display_name) >= 1) AND (length(display_name) <= 120))),
  CONSTRAINT team_name_check CHECK ((name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'::text)),
  CONSTRAINT team_name_key UNIQUE (name),
  CONSTRAINT team_pkey PRIMARY KEY (id)
);

CREATE TABLE identity.team_member (
  team_id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text NOT NULL,
  CONSTRAINT team_member_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  CONSTRAINT team_member_pkey PRIMARY KEY (team_id, person_id),
  CONSTRAINT team_member_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'responder'::text, 'editor'::text, 'admin'::text]))),
  CONSTRAINT team_member_team_id_fkey FOREIGN KEY (team_id) REFERENCES identity.team(id) ON DELETE CASCADE
);
CREATE INDEX team_member_person ON identity.team_member USING btree (person_id);

CREATE TABLE identity.ticket (
  bucket text NOT NULL,
  taken integer NOT NULL,
  window_ends_at timestamp with time zone NOT NULL,
  CONSTRAINT ticket_pkey PRIMARY KEY (bucket)
);
CREATE INDEX ticket_window_ends_at ON identity.ticket USING btree (window_ends_at);

CREATE TABLE identity.token (
  id uuid NOT NULL,
  name text NOT NULL,
  token_hash bytea NOT NULL,
  hint text NOT NULL,
  owner_id uuid,
  role text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamp with time zone NOT NULL,
  created_by text NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  CONSTRAINT token_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80))),
  CONSTRAINT token_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES identity.person(id),
  CONSTRAINT token_pkey PRIMARY KEY (id),
  CONSTRAINT token_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'responder'::text, 'editor'::text, 'admin'::text]))),
  CONSTRAINT token_scopes_check CHECK (((scopes <@ ARRAY['api'::text, 'ingest'::text]) AND ((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 2)))),
  CONSTRAINT token_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX token_owner ON identity.token USING btree (owner_id);

CREATE TABLE identity.totp (
  person_id uuid NOT NULL,
  seed_encrypted bytea NOT NULL,
  enabled_at timestamp with time zone,
  last_step bigint NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT totp_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id),
  CONSTRAINT totp_pkey PRIMARY KEY (person_id)
);

-- jobs ----------------------------------------------------------------------------------------------------------

CREATE TABLE jobs.job (
  id uuid NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  lane text NOT NULL,
  data jsonb NOT NULL,
  due timestamp with time zone NOT NULL,
  state text NOT NULL DEFAULT 'waiting'::text,
  ready_at timestamp with time zone NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  attempts_max integer NOT NULL,
  fence bigint NOT NULL DEFAULT 0,
  holder uuid,
  last_error text,
  ended_at timestamp with time zone,
  CONSTRAINT job_attempts_max_check CHECK ((attempts_max > 0)),
  CONSTRAINT job_kind_key_key UNIQUE (kind, key),
  CONSTRAINT job_lane_check CHECK ((lane = ANY (ARRAY['urgent'::text, 'ordinary'::text, 'housekeeping'::text]))),
  CONSTRAINT job_pkey PRIMARY KEY (id),
  CONSTRAINT job_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'failed'::text])))
);
CREATE INDEX job_ended ON jobs.job USING btree (ended_at) WHERE (state <> 'waiting'::text);
CREATE INDEX job_ready ON jobs.job USING btree (lane, ready_at) WHERE (state = 'waiting'::text);
COMMENT ON COLUMN jobs.job.ready_at IS 'When it may be taken: the due instant, the end of the lease, or the next try after a failure.';
COMMENT ON COLUMN jobs.job.fence IS 'Grows with every lease; an older holder no longer counts.';
COMMENT ON COLUMN jobs.job.holder IS 'The process that has the lease; null between attempts.';

CREATE TABLE jobs.recurring (
  name text NOT NULL,
  due timestamp with time zone NOT NULL,
  lease_until timestamp with time zone,
  fence bigint NOT NULL DEFAULT 0,
  holder uuid,
  last_error text,
  CONSTRAINT recurring_pkey PRIMARY KEY (name)
);
COMMENT ON COLUMN jobs.recurring.due IS 'When it runs next.';

-- ledger --------------------------------------------------------------------------------------------------------

CREATE TABLE ledger.event (
  place bigint NOT NULL,
  hash bytea NOT NULL,
  id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  service text,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  actor_name text NOT NULL,
  data jsonb NOT NULL,
  CONSTRAINT event_hash_check CHECK ((octet_length(hash) = 32)),
  CONSTRAINT event_id_key UNIQUE (id),
  CONSTRAINT event_pkey PRIMARY KEY (place),
  CONSTRAINT event_place_check CHECK ((place > 0))
);
CREATE INDEX event_by_actor ON ledger.event USING btree (actor_id, place);
CREATE INDEX event_by_kind ON ledger.event USING btree (kind, place);
CREATE INDEX event_by_service ON ledger.event USING btree (service, place) WHERE (service IS NOT NULL);
CREATE INDEX event_by_subject ON ledger.event USING btree (subject, place);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.event FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.event FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
COMMENT ON COLUMN ledger.event.place IS 'Place in the chain: 1, 2, 3 … without a gap.';
COMMENT ON COLUMN ledger.event.hash IS 'SHA-256 over the hash before and the event as canonical JSON (RFC 8785).';

CREATE TABLE ledger.pending (
  written bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT ground.now(),
  kind text NOT NULL,
  subject text NOT NULL,
  service text,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  actor_name text NOT NULL,
  data jsonb NOT NULL,
  CONSTRAINT pending_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['person'::text, 'token'::text, 'system'::text]))),
  CONSTRAINT pending_id_key UNIQUE (id),
  CONSTRAINT pending_pkey PRIMARY KEY (written)
);
CREATE TRIGGER never_edited BEFORE UPDATE ON ledger.pending FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_lost BEFORE DELETE ON ledger.pending FOR EACH ROW EXECUTE FUNCTION ledger.refuse_loss();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.pending FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER wake_sealer AFTER INSERT ON ledger.pending FOR EACH STATEMENT EXECUTE FUNCTION ledger.wake_sealer();
COMMENT ON COLUMN ledger.pending.written IS 'Order in which the events of one transaction were written.';

CREATE TABLE ledger.reaction (
  name text NOT NULL,
  place bigint NOT NULL DEFAULT 0,
  holder uuid,
  lease_until timestamp with time zone,
  failures integer NOT NULL DEFAULT 0,
  last_error text,
  next_try timestamp with time zone,
  CONSTRAINT reaction_pkey PRIMARY KEY (name)
);
COMMENT ON COLUMN ledger.reaction.place IS 'The last event that was reacted to, or passed over as of another kind.';
COMMENT ON COLUMN ledger.reaction.failures IS 'Failures of the event after `place`, one after another.';

CREATE OR REPLACE FUNCTION ledger.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$function$
;

CREATE OR REPLACE FUNCTION ledger.refuse_loss()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger.event WHERE event.id = OLD.id) THEN
    RAISE EXCEPTION 'event % is not sealed yet and may not be removed', OLD.id
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END
$function$
;

CREATE OR REPLACE FUNCTION ledger.wake_sealer()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_notify('ledger_pending', '');
  RETURN NULL;
END
$function$
;

-- objectives ----------------------------------------------------------------------------------------------------

CREATE TABLE objectives.budget_policy (
  name text NOT NULL,
  policy jsonb NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  CONSTRAINT budget_policy_pkey PRIMARY KEY (name)
);

CREATE TABLE objectives.condition (
  objective uuid NOT NULL,
  what text NOT NULL,
  holds boolean NOT NULL,
  since timestamp with time zone NOT NULL,
  decision jsonb NOT NULL,
  CONSTRAINT condition_objective_fkey FOREIGN KEY (objective) REFERENCES objectives.objective(id) ON DELETE CASCADE,
  CONSTRAINT condition_pkey PRIMARY KEY (objective, what)
);

CREATE TABLE objectives.correction (
  id uuid NOT NULL,
  name text,
  objectives text[] NOT NULL,
  service text,
  first_from timestamp with time zone NOT NULL,
  first_to timestamp with time zone NOT NULL,
  rrule text,
  zone text NOT NULL,
  kind text NOT NULL,
  reason text NOT NULL,
  state text NOT NULL,
  created_by text NOT NULL,
  created_by_id text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  decided_by text,
  decided_at timestamp with time zone,
  decision_reason text,
  in_force_since timestamp with time zone,
  changed_at timestamp with time zone NOT NULL,
  traffic jsonb,
  CONSTRAINT correction_check CHECK ((first_to > first_from)),
  CONSTRAINT correction_check1 CHECK (((service IS NULL) <> (cardinality(objectives) = 0))),
  CONSTRAINT correction_pkey PRIMARY KEY (id),
  CONSTRAINT correction_state_check CHECK ((state = ANY (ARRAY['proposed'::text, 'in-force'::text, 'refused'::text, 'withdrawn'::text])))
);
CREATE UNIQUE INDEX correction_name ON objectives.correction USING btree (name) WHERE (state = ANY (ARRAY['proposed'::text, 'in-force'::text]));
CREATE INDEX correction_state ON objectives.correction USING btree (state, id);
COMMENT ON COLUMN objectives.correction.traffic IS 'The requests that do not count: environment, operation, attributes; null where all of the time is left out.';

CREATE TABLE objectives.document (
  kind text NOT NULL,
  name text NOT NULL,
  body jsonb NOT NULL,
  origin text NOT NULL,
  source text,
  override jsonb,
  changed_by text NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  CONSTRAINT document_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT document_pkey PRIMARY KEY (kind, name)
);

CREATE TABLE objectives.evaluation (
  only_row boolean NOT NULL DEFAULT true,
  process text NOT NULL,
  windows_to timestamp with time zone,
  decided_at timestamp with time zone,
  tried_at timestamp with time zone NOT NULL,
  objectives integer NOT NULL,
  failure text,
  CONSTRAINT evaluation_only_row_check CHECK (only_row),
  CONSTRAINT evaluation_pkey PRIMARY KEY (only_row)
);

CREATE TABLE objectives.indicator (
  number integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  canonical text NOT NULL,
  kind text NOT NULL,
  definition jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  counted_from timestamp with time zone,
  unused_since timestamp with time zone,
  CONSTRAINT indicator_canonical_key UNIQUE (canonical),
  CONSTRAINT indicator_pkey PRIMARY KEY (number)
);

CREATE TABLE objectives.objective (
  id uuid NOT NULL,
  name text NOT NULL,
  document text NOT NULL,
  service text,
  owner text,
  definition jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  CONSTRAINT objective_name_key UNIQUE (name),
  CONSTRAINT objective_pkey PRIMARY KEY (id)
);
CREATE INDEX objective_document ON objectives.objective USING btree (document);
CREATE INDEX objective_service ON objectives.objective USING btree (service);

CREATE TABLE objectives.policy_consequence (
  objective uuid NOT NULL,
  rule text NOT NULL,
  consequence text NOT NULL,
  cause text NOT NULL,
  since timestamp with time zone NOT NULL,
  finding jsonb NOT NULL,
  CONSTRAINT policy_consequence_objective_fkey FOREIGN KEY (objective) REFERENCES objectives.objective(id) ON DELETE CASCADE,
  CONSTRAINT policy_consequence_pkey PRIMARY KEY (objective, rule, consequence, cause)
);

CREATE TABLE objectives.real_incident (
  id uuid NOT NULL,
  objective uuid NOT NULL,
  began_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone NOT NULL,
  note text NOT NULL,
  marked_by text NOT NULL,
  marked_at timestamp with time zone NOT NULL,
  CONSTRAINT real_incident_check CHECK ((ended_at > began_at)),
  CONSTRAINT real_incident_objective_fkey FOREIGN KEY (objective) REFERENCES objectives.objective(id) ON DELETE CASCADE,
  CONSTRAINT real_incident_pkey PRIMARY KEY (id)
);
CREATE INDEX real_incident_objective ON objectives.real_incident USING btree (objective, began_at);

CREATE TABLE objectives.remaining_traffic (
  correction uuid NOT NULL,
  indicator integer NOT NULL,
  remaining integer NOT NULL,
  CONSTRAINT remaining_traffic_correction_fkey FOREIGN KEY (correction) REFERENCES objectives.correction(id),
  CONSTRAINT remaining_traffic_indicator_fkey FOREIGN KEY (indicator) REFERENCES objectives.indicator(number) ON DELETE CASCADE,
  CONSTRAINT remaining_traffic_pkey PRIMARY KEY (correction, indicator),
  CONSTRAINT remaining_traffic_remaining_fkey FOREIGN KEY (remaining) REFERENCES objectives.indicator(number) ON DELETE CASCADE
);
COMMENT ON COLUMN objectives.remaining_traffic.remaining IS 'Counts what the correction leaves of the indicator; it stands for it in the times of the correction.';

CREATE TABLE objectives.review (
  id uuid NOT NULL,
  objective uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  by text NOT NULL,
  decision text NOT NULL,
  note text NOT NULL,
  target_ppm integer NOT NULL,
  evidence jsonb NOT NULL,
  next_on date NOT NULL,
  CONSTRAINT review_decision_check CHECK ((decision = ANY (ARRAY['keep'::text, 'tighten'::text, 'loosen'::text, 'retire'::text]))),
  CONSTRAINT review_objective_fkey FOREIGN KEY (objective) REFERENCES objectives.objective(id) ON DELETE CASCADE,
  CONSTRAINT review_pkey PRIMARY KEY (id)
);
CREATE INDEX review_objective ON objectives.review USING btree (objective, at DESC);

CREATE TABLE objectives.share (
  id uuid NOT NULL,
  secret_hash bytea NOT NULL,
  title text NOT NULL,
  objectives text[] NOT NULL,
  created_by text NOT NULL,
  created_by_id text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by text,
  CONSTRAINT share_objectives_check CHECK ((cardinality(objectives) > 0)),
  CONSTRAINT share_pkey PRIMARY KEY (id),
  CONSTRAINT share_secret_hash_key UNIQUE (secret_hash)
);

CREATE TABLE objectives.source_state (
  indicator integer NOT NULL,
  state text NOT NULL,
  reason text,
  since timestamp with time zone NOT NULL,
  progress double precision,
  backfills integer NOT NULL DEFAULT 0,
  counted_to timestamp with time zone,
  gaps jsonb NOT NULL DEFAULT '[]'::jsonb,
  CONSTRAINT source_state_indicator_fkey FOREIGN KEY (indicator) REFERENCES objectives.indicator(number) ON DELETE CASCADE,
  CONSTRAINT source_state_pkey PRIMARY KEY (indicator),
  CONSTRAINT source_state_state_check CHECK ((state = ANY (ARRAY['backfilling'::text, 'counting'::text, 'no-data'::text, 'too-dear'::text, 'refused'::text, 'unused'::text])))
);

CREATE TABLE objectives.version (
  objective uuid NOT NULL,
  since timestamp with time zone NOT NULL,
  definition jsonb NOT NULL,
  changed_by text NOT NULL,
  CONSTRAINT version_objective_fkey FOREIGN KEY (objective) REFERENCES objectives.objective(id) ON DELETE CASCADE,
  CONSTRAINT version_pkey PRIMARY KEY (objective, since)
);

-- oncall --------------------------------------------------------------------------------------------------------

CREATE TABLE oncall.absence (
  id uuid NOT NULL,
  person text NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  origin text NOT NULL,
  made_by text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  ended_by text,
  CONSTRAINT absence_check CHECK ((ends_at > starts_at)),
  CONSTRAINT absence_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'calendar'::text, 'holiday'::text]))),
  CONSTRAINT absence_pkey PRIMARY KEY (id)
);
CREATE INDEX absence_time ON oncall.absence USING btree (person, ends_at);

CREATE TABLE oncall.audit (
  singleton boolean NOT NULL DEFAULT true,
  at timestamp with time zone NOT NULL,
  ok boolean NOT NULL,
  owed bigint NOT NULL,
  findings jsonb NOT NULL,
  holder text NOT NULL,
  since timestamp with time zone NOT NULL,
  alarmed_at timestamp with time zone,
  CONSTRAINT audit_pkey PRIMARY KEY (singleton),
  CONSTRAINT audit_singleton_check CHECK (singleton)
);

CREATE TABLE oncall.calendar_feed (
  id uuid NOT NULL,
  secret_hash bytea NOT NULL,
  kind text NOT NULL,
  of_name text NOT NULL,
  label text NOT NULL,
  made_by text NOT NULL,
  made_by_id text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  read_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by text,
  CONSTRAINT calendar_feed_kind_check CHECK ((kind = ANY (ARRAY['schedule'::text, 'person'::text, 'team'::text]))),
  CONSTRAINT calendar_feed_pkey PRIMARY KEY (id),
  CONSTRAINT calendar_feed_secret_hash_key UNIQUE (secret_hash)
);

CREATE TABLE oncall.clock_mark (
  singleton boolean NOT NULL DEFAULT true,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT clock_mark_pkey PRIMARY KEY (singleton),
  CONSTRAINT clock_mark_singleton_check CHECK (singleton)
);

CREATE TABLE oncall.contact_code (
  person_id uuid NOT NULL,
  method text NOT NULL,
  code_hash bytea NOT NULL,
  sent_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  sent_count integer NOT NULL DEFAULT 1,
  counting_from timestamp with time zone NOT NULL,
  CONSTRAINT contact_code_person_id_method_fkey FOREIGN KEY (person_id, method) REFERENCES oncall.contact_method(person_id, name) ON DELETE CASCADE,
  CONSTRAINT contact_code_pkey PRIMARY KEY (person_id, method)
);

CREATE TABLE oncall.contact_method (
  person_id uuid NOT NULL,
  name text NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  origin text NOT NULL,
  place integer NOT NULL,
  verified_how text,
  verified_by text,
  verified_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT contact_method_address_check CHECK ((length(address) <= 4000)),
  CONSTRAINT contact_method_check CHECK ((((verified_how IS NULL) = (verified_at IS NULL)) AND ((verified_how IS NULL) = (verified_by IS NULL)))),
  CONSTRAINT contact_method_name_check CHECK ((name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'::text)),
  CONSTRAINT contact_method_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT contact_method_pkey PRIMARY KEY (person_id, name),
  CONSTRAINT contact_method_verified_how_check CHECK ((verified_how = ANY (ARRAY['code'::text, 'file'::text])))
);

CREATE TABLE oncall.cover_part (
  request uuid NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  person text NOT NULL,
  taken_by text NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  CONSTRAINT cover_part_check CHECK ((ends_at > starts_at)),
  CONSTRAINT cover_part_pkey PRIMARY KEY (request, starts_at),
  CONSTRAINT cover_part_request_fkey FOREIGN KEY (request) REFERENCES oncall.cover_request(id)
);

CREATE TABLE oncall.cover_request (
  id uuid NOT NULL,
  schedule uuid NOT NULL,
  person text NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  asked text,
  return_starts_at timestamp with time zone,
  return_ends_at timestamp with time zone,
  note text NOT NULL,
  made_by text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  ended_by text,
  CONSTRAINT cover_request_check CHECK ((ends_at > starts_at)),
  CONSTRAINT cover_request_check1 CHECK ((return_ends_at > return_starts_at)),
  CONSTRAINT cover_request_pkey PRIMARY KEY (id),
  CONSTRAINT cover_request_schedule_fkey FOREIGN KEY (schedule) REFERENCES oncall.schedule(id)
);
CREATE INDEX cover_request_time ON oncall.cover_request USING btree (ends_at) WHERE (ended_at IS NULL);

CREATE TABLE oncall.gap_look (
  one boolean NOT NULL DEFAULT true,
  looked_at timestamp with time zone NOT NULL,
  found jsonb NOT NULL,
  CONSTRAINT gap_look_one_check CHECK (one),
  CONSTRAINT gap_look_pkey PRIMARY KEY (one)
);

CREATE TABLE oncall.gap_notice (
  schedule text NOT NULL,
  gap_from timestamp with time zone NOT NULL,
  told_at timestamp with time zone NOT NULL,
  CONSTRAINT gap_notice_pkey PRIMARY KEY (schedule, gap_from)
);
CREATE INDEX gap_notice_told ON oncall.gap_notice USING btree (told_at);

CREATE TABLE oncall.hand_over (
  id uuid NOT NULL,
  schedule text NOT NULL,
  shift_from timestamp with time zone NOT NULL,
  shift_to timestamp with time zone NOT NULL,
  author_id uuid NOT NULL,
  author text NOT NULL,
  receiver_id uuid,
  receiver text,
  text text NOT NULL,
  state text NOT NULL,
  begun_at timestamp with time zone NOT NULL,
  sent_at timestamp with time zone,
  accepted_at timestamp with time zone,
  CONSTRAINT hand_over_pkey PRIMARY KEY (id),
  CONSTRAINT hand_over_schedule_author_id_shift_from_key UNIQUE (schedule, author_id, shift_from),
  CONSTRAINT hand_over_state_check CHECK ((state = ANY (ARRAY['begun'::text, 'sent'::text, 'accepted'::text]))),
  CONSTRAINT hand_over_text_check CHECK ((length(text) <= 40000))
);
CREATE INDEX hand_over_time ON oncall.hand_over USING btree (begun_at DESC, id DESC);

CREATE TABLE oncall.link_key (
  id smallint NOT NULL,
  key_encrypted bytea NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT link_key_pkey PRIMARY KEY (id)
);

CREATE TABLE oncall.link_use (
  mac bytea NOT NULL,
  page_id uuid NOT NULL,
  used_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT link_use_pkey PRIMARY KEY (mac)
);
CREATE INDEX link_use_expires ON oncall.link_use USING btree (expires_at);

CREATE TABLE oncall.load_policy (
  team text NOT NULL,
  cap jsonb NOT NULL,
  compensation jsonb NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  changed_by text NOT NULL,
  CONSTRAINT load_policy_pkey PRIMARY KEY (team)
);

CREATE TABLE oncall.notification (
  id uuid NOT NULL,
  page_id uuid NOT NULL,
  kind text NOT NULL,
  step integer NOT NULL,
  round integer NOT NULL,
  person_id uuid,
  person text,
  method text NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  rule integer NOT NULL,
  why text NOT NULL,
  owed_at timestamp with time zone NOT NULL,
  state text NOT NULL DEFAULT 'owed'::text,
  handed_at timestamp with time zone,
  reason text,
  CONSTRAINT notification_kind_check CHECK ((kind = ANY (ARRAY['page'::text, 'unanswered'::text, 'resolved'::text]))),
  CONSTRAINT notification_page_id_fkey FOREIGN KEY (page_id) REFERENCES oncall.page(id),
  CONSTRAINT notification_pkey PRIMARY KEY (id),
  CONSTRAINT notification_state_check CHECK ((state = ANY (ARRAY['owed'::text, 'handed'::text, 'cancelled'::text])))
);
CREATE INDEX notification_handed ON oncall.notification USING btree (handed_at) WHERE (state = 'handed'::text);
CREATE INDEX notification_owed ON oncall.notification USING btree (owed_at) WHERE (state = 'owed'::text);
CREATE INDEX notification_page ON oncall.notification USING btree (page_id, owed_at);
CREATE INDEX notification_person ON oncall.notification USING btree (person, owed_at DESC);

CREATE TABLE oncall.outside_calendar (
  schedule uuid NOT NULL,
  layer text NOT NULL,
  url text NOT NULL,
  etag text,
  stretches jsonb NOT NULL,
  unknown text[] NOT NULL DEFAULT '{}'::text[],
  read_at timestamp with time zone,
  tried_at timestamp with time zone NOT NULL,
  error text,
  CONSTRAINT outside_calendar_pkey PRIMARY KEY (schedule, layer),
  CONSTRAINT outside_calendar_schedule_fkey FOREIGN KEY (schedule) REFERENCES oncall.schedule(id)
);

CREATE TABLE oncall.page (
  id uuid NOT NULL,
  summary text NOT NULL,
  details text NOT NULL,
  urgency text NOT NULL,
  route text NOT NULL,
  dedup_key text,
  policy text,
  team text,
  person text,
  service text,
  link text,
  source text NOT NULL,
  plan jsonb NOT NULL,
  state text NOT NULL DEFAULT 'triggered'::text,
  raised_at timestamp with time zone NOT NULL,
  raised_by text NOT NULL,
  times integer NOT NULL DEFAULT 1,
  last_raised_at timestamp with time zone NOT NULL,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  resolved_at timestamp with time zone,
  resolved_by text,
  snoozed_until timestamp with time zone,
  unanswered_at timestamp with time zone,
  seq integer NOT NULL DEFAULT 0,
  CONSTRAINT page_pkey PRIMARY KEY (id),
  CONSTRAINT page_state_check CHECK ((state = ANY (ARRAY['triggered'::text, 'acknowledged'::text, 'resolved'::text]))),
  CONSTRAINT page_urgency_check CHECK ((urgency = ANY (ARRAY['high'::text, 'low'::text])))
);
CREATE INDEX page_key ON oncall.page USING btree (dedup_key) WHERE ((dedup_key IS NOT NULL) AND (state <> 'resolved'::text));
CREATE INDEX page_open ON oncall.page USING btree (raised_at DESC, id DESC) WHERE (state <> 'resolved'::text);
CREATE UNIQUE INDEX page_open_key ON oncall.page USING btree (route, dedup_key) WHERE ((dedup_key IS NOT NULL) AND (state <> 'resolved'::text));
CREATE INDEX page_snoozed ON oncall.page USING btree (snoozed_until) WHERE ((snoozed_until IS NOT NULL) AND (state = 'acknowledged'::text));
CREATE INDEX page_time ON oncall.page USING btree (raised_at DESC, id DESC);

CREATE TABLE oncall.person (
  person_id uuid NOT NULL,
  file jsonb,
  source text,
  hand jsonb NOT NULL DEFAULT '{}'::jsonb,
  changed_at timestamp with time zone NOT NULL,
  changed_by text NOT NULL,
  CONSTRAINT person_pkey PRIMARY KEY (person_id)
);

CREATE TABLE oncall.policy (
  name text NOT NULL,
  team text,
  spec jsonb NOT NULL,
  origin text NOT NULL,
  source text,
  changed_at timestamp with time zone NOT NULL,
  changed_by text NOT NULL,
  CONSTRAINT policy_name_check CHECK ((name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'::text)),
  CONSTRAINT policy_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT policy_pkey PRIMARY KEY (name)
);
CREATE INDEX policy_team ON oncall.policy USING btree (team, name) WHERE (team IS NOT NULL);

CREATE TABLE oncall.schedule (
  id uuid NOT NULL,
  name text NOT NULL,
  team text,
  deleted_at timestamp with time zone,
  CONSTRAINT schedule_name_key UNIQUE (name),
  CONSTRAINT schedule_pkey PRIMARY KEY (id)
);

CREATE TABLE oncall.schedule_override (
  id uuid NOT NULL,
  schedule uuid NOT NULL,
  person text NOT NULL,
  kind text NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  layer text,
  replaces text,
  note text NOT NULL,
  made_by text NOT NULL,
  made_by_id text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  ended_by text,
  CONSTRAINT schedule_override_check CHECK ((ends_at > starts_at)),
  CONSTRAINT schedule_override_kind_check CHECK ((kind = ANY (ARRAY['override'::text, 'cover'::text]))),
  CONSTRAINT schedule_override_pkey PRIMARY KEY (id),
  CONSTRAINT schedule_override_schedule_fkey FOREIGN KEY (schedule) REFERENCES oncall.schedule(id)
);
CREATE INDEX schedule_override_time ON oncall.schedule_override USING btree (schedule, ends_at);

CREATE TABLE oncall.schedule_version (
  schedule uuid NOT NULL,
  number integer NOT NULL,
  valid_from timestamp with time zone,
  spec jsonb,
  standings jsonb NOT NULL,
  origin text NOT NULL,
  source text,
  made_by text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT schedule_version_origin_check CHECK ((origin = ANY (ARRAY['hand'::text, 'file'::text]))),
  CONSTRAINT schedule_version_pkey PRIMARY KEY (schedule, number),
  CONSTRAINT schedule_version_schedule_fkey FOREIGN KEY (schedule) REFERENCES oncall.schedule(id)
);

CREATE TABLE oncall.shadowing (
  id uuid NOT NULL,
  schedule uuid NOT NULL,
  person text NOT NULL,
  of_person text,
  mode text NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  made_by text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  ended_by text,
  CONSTRAINT shadowing_check CHECK ((ends_at > starts_at)),
  CONSTRAINT shadowing_mode_check CHECK ((mode = ANY (ARRAY['shadow'::text, 'reverse'::text]))),
  CONSTRAINT shadowing_pkey PRIMARY KEY (id),
  CONSTRAINT shadowing_schedule_fkey FOREIGN KEY (schedule) REFERENCES oncall.schedule(id)
);
CREATE INDEX shadowing_time ON oncall.shadowing USING btree (schedule, ends_at);

CREATE TABLE oncall.shift_notice (
  kind text NOT NULL,
  person_id uuid NOT NULL,
  schedule text NOT NULL,
  shift_from timestamp with time zone NOT NULL,
  told_at timestamp with time zone NOT NULL,
  CONSTRAINT shift_notice_pkey PRIMARY KEY (person_id, schedule, shift_from, kind)
);
CREATE INDEX shift_notice_told ON oncall.shift_notice USING btree (told_at);

CREATE TABLE oncall.step (
  page_id uuid NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL,
  step integer NOT NULL,
  round integer NOT NULL,
  targets jsonb,
  due_at timestamp with time zone NOT NULL,
  ready_at timestamp with time zone NOT NULL,
  fence bigint NOT NULL DEFAULT 0,
  holder text,
  state text NOT NULL DEFAULT 'waiting'::text,
  decided_at timestamp with time zone,
  reason text,
  CONSTRAINT step_kind_check CHECK ((kind = ANY (ARRAY['step'::text, 'otherwise'::text, 'added'::text]))),
  CONSTRAINT step_page_id_fkey FOREIGN KEY (page_id) REFERENCES oncall.page(id),
  CONSTRAINT step_pkey PRIMARY KEY (page_id, seq),
  CONSTRAINT step_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'cancelled'::text])))
);
CREATE INDEX step_ready ON oncall.step USING btree (ready_at) WHERE (state = 'waiting'::text);

CREATE TABLE oncall.timeline (
  entry bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  page_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  what text NOT NULL,
  text text NOT NULL,
  by text,
  data jsonb NOT NULL,
  CONSTRAINT timeline_pkey PRIMARY KEY (entry)
);
CREATE INDEX timeline_page ON oncall.timeline USING btree (page_id, entry);

CREATE TABLE oncall.turn (
  policy text NOT NULL,
  step integer NOT NULL,
  taken bigint NOT NULL,
  CONSTRAINT turn_pkey PRIMARY KEY (policy, step)
);

-- probes --------------------------------------------------------------------------------------------------------

CREATE TABLE probes.heartbeat (
  name text NOT NULL,
  description text NOT NULL,
  every_seconds integer NOT NULL,
  grace_seconds integer NOT NULL,
  service text,
  team text,
  secret_hash bytea,
  last_ping_at timestamp with time zone,
  missed_since timestamp with time zone,
  pings bigint NOT NULL DEFAULT 0,
  made_at timestamp with time zone NOT NULL,
  told_at timestamp with time zone GENERATED ALWAYS AS ((((last_ping_at AT TIME ZONE 'UTC'::text) + make_interval(secs => ((every_seconds + grace_seconds))::double precision)) AT TIME ZONE 'UTC'::text)) STORED,
  CONSTRAINT heartbeat_check CHECK (((service IS NULL) OR (team IS NULL))),
  CONSTRAINT heartbeat_every_seconds_check CHECK ((every_seconds > 0)),
  CONSTRAINT heartbeat_grace_seconds_check CHECK ((grace_seconds >= 0)),
  CONSTRAINT heartbeat_pkey PRIMARY KEY (name)
);
CREATE INDEX heartbeat_silent ON probes.heartbeat USING btree (told_at) WHERE (missed_since IS NULL);

CREATE TABLE probes.watch (
  only_row boolean NOT NULL DEFAULT true,
  looked_at timestamp with time zone NOT NULL,
  back_at timestamp with time zone NOT NULL,
  CONSTRAINT watch_only_row_check CHECK (only_row),
  CONSTRAINT watch_pkey PRIMARY KEY (only_row)
);

