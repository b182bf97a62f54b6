-- Who is on call and who is paged lives in one schema of its own.
CREATE SCHEMA IF NOT EXISTS oncall;

-- Escalation policies: who is paged, after whom, how often, and what happens when nobody answers.
CREATE TABLE oncall.policy (
  name text PRIMARY KEY CHECK (name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'),
  team text,
  spec jsonb NOT NULL,
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  source text,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);

-- A page to a team looks for the policy that names it.
CREATE INDEX policy_team ON oncall.policy (team, name) WHERE team IS NOT NULL;

-- Round-robin: how many turns the steps of a policy have given, over all processes.
CREATE TABLE oncall.turn (
  policy text NOT NULL,
  step integer NOT NULL,
  taken bigint NOT NULL,
  PRIMARY KEY (policy, step)
);

-- One row a page. `plan` is the policy as it was when the page was raised: a page in flight keeps it.
CREATE TABLE oncall.page (
  id uuid PRIMARY KEY,
  summary text NOT NULL,
  details text NOT NULL,
  urgency text NOT NULL CHECK (urgency IN ('high', 'low')),
  -- Whom it is for: `policy:payments`, `team:payments`, `person:mira`. A key means the same page only on the same way.
  route text NOT NULL,
  dedup_key text,
  policy text,
  team text,
  person text,
  service text,
  link text,
  source text NOT NULL,
  plan jsonb NOT NULL,
  state text NOT NULL DEFAULT 'triggered' CHECK (state IN ('triggered', 'acknowledged', 'resolved')),
  raised_at timestamptz NOT NULL,
  raised_by text NOT NULL,
  times integer NOT NULL DEFAULT 1,
  last_raised_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz,
  resolved_by text,
  snoozed_until timestamptz,
  -- When the last step had gone by without an answer.
  unanswered_at timestamptz,
  -- Number of the last step row: the next one has one more.
  seq integer NOT NULL DEFAULT 0
);

-- While a page is open its key is taken: the same again is counted and makes no second page, also in a race.
CREATE UNIQUE INDEX page_open_key ON oncall.page (route, dedup_key) WHERE dedup_key IS NOT NULL AND state <> 'resolved';

-- What recovers is found by its key alone.
CREATE INDEX page_key ON oncall.page (dedup_key) WHERE dedup_key IS NOT NULL AND state <> 'resolved';

-- The list of pages, newest first, open ones apart from the long past.
CREATE INDEX page_time ON oncall.page (raised_at DESC, id DESC);
CREATE INDEX page_open ON oncall.page (raised_at DESC, id DESC) WHERE state <> 'resolved';

-- A snooze ends by itself.
CREATE INDEX page_snoozed ON oncall.page (snoozed_until) WHERE snoozed_until IS NOT NULL AND state = 'acknowledged';

-- A step of a page that is due or was decided. `ready_at` is when it may be taken: due, or when the lease of who took it is over.
CREATE TABLE oncall.step (
  page_id uuid NOT NULL REFERENCES oncall.page (id),
  seq integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('step', 'otherwise', 'added')),
  step integer NOT NULL,
  round integer NOT NULL,
  targets jsonb,
  due_at timestamptz NOT NULL,
  ready_at timestamptz NOT NULL,
  fence bigint NOT NULL DEFAULT 0,
  holder text,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'cancelled')),
  decided_at timestamptz,
  reason text,
  PRIMARY KEY (page_id, seq)
);
CREATE INDEX step_ready ON oncall.step (ready_at) WHERE state = 'waiting';

-- What is owed to whom: written when a step is decided, handed to delivery when it is due. The id is made of page, step, round,
-- person, method and rule, so that the same is never owed twice; it is the idempotency key towards the provider.
CREATE TABLE oncall.notification (
  id uuid PRIMARY KEY,
  page_id uuid NOT NULL REFERENCES oncall.page (id),
  kind text NOT NULL CHECK (kind IN ('page', 'unanswered', 'resolved')),
  step integer NOT NULL,
  round integer NOT NULL,
  person_id uuid,
  person text,
  method text NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  rule integer NOT NULL,
  why text NOT NULL,
  owed_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'owed' CHECK (state IN ('owed', 'handed', 'cancelled')),
  handed_at timestamptz,
  reason text
);
CREATE INDEX notification_owed ON oncall.notification (owed_at) WHERE state = 'owed';
CREATE INDEX notification_page ON oncall.notification (page_id, owed_at);
CREATE INDEX notification_person ON oncall.notification (person, owed_at DESC);

-- What happened to a page, in words, with reasons; read at three in the morning.
CREATE TABLE oncall.timeline (
  entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  page_id uuid NOT NULL,
  at timestamptz NOT NULL,
  what text NOT NULL,
  text text NOT NULL,
  by text,
  data jsonb NOT NULL
);
CREATE INDEX timeline_page ON oncall.timeline (page_id, entry);

-- Key that signs the links in messages, encrypted by identity's key.
CREATE TABLE oncall.link_key (
  id smallint PRIMARY KEY,
  key_encrypted bytea NOT NULL,
  made_at timestamptz NOT NULL
);

-- Links that were used: a second time is answered kindly and does nothing. Forgotten after they would have expired.
CREATE TABLE oncall.link_use (
  mac bytea PRIMARY KEY,
  page_id uuid NOT NULL,
  used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX link_use_expires ON oncall.link_use (expires_at);

-- The last look of the auditor: what it found, and that it lives.
CREATE TABLE oncall.audit (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  at timestamptz NOT NULL,
  ok boolean NOT NULL,
  owed bigint NOT NULL,
  findings jsonb NOT NULL,
  holder text NOT NULL,
  -- Since when it is as it is, and when the alarm of this trouble was last given.
  since timestamptz NOT NULL,
  alarmed_at timestamptz
);
