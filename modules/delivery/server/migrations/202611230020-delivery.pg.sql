-- How anything leaves for a person or a system lives in one schema of its own.
CREATE SCHEMA delivery;

-- Who carries messages out: one row a configured provider. The built-in ones have no row.
CREATE TABLE delivery.provider (
  name text PRIMARY KEY,
  channel text NOT NULL,
  kind text NOT NULL,
  priority integer NOT NULL,
  enabled boolean NOT NULL,
  settings jsonb NOT NULL,
  -- JSON of all secrets, encrypted under the place `delivery:provider:<name>`; null where there is none.
  secrets bytea,
  secret_names text[] NOT NULL,
  rate_limit jsonb NOT NULL,
  receipt_within_seconds integer,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);

-- One row a message: what shall leave, once for each key, and who is just sending it.
CREATE TABLE delivery.message (
  id uuid PRIMARY KEY,
  key text NOT NULL UNIQUE,
  channel text NOT NULL,
  address text NOT NULL,
  urgency text NOT NULL CHECK (urgency IN ('high', 'low')),
  about text NOT NULL,
  content jsonb NOT NULL,
  -- Known apart from the content, so that replies find their message.
  reply_token text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  state text NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'unconfirmed', 'accepted', 'delivered', 'failed', 'expired', 'cancelled')),
  -- What it waits for: the provider that is next and, where the address names one, the host. A slow one delays only its own.
  lane text NOT NULL,
  -- When it may be taken: due, end of a lease, end of a back-off, or the instant by which a receipt must have come.
  ready_at timestamptz NOT NULL,
  holder text,
  fence bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  -- By provider: how often it was tried, and whether it is out (refused, or took it and gave no receipt).
  tries jsonb NOT NULL DEFAULT '{}',
  ended_at timestamptz,
  last_detail text
);

-- The senders look for what is open, lane by lane, urgent first (`high` sorts before `low`), oldest first.
CREATE INDEX message_open ON delivery.message (lane, urgency, ready_at) WHERE state IN ('waiting', 'unconfirmed');

-- When the next sender must look again.
CREATE INDEX message_ready ON delivery.message (ready_at) WHERE state IN ('waiting', 'unconfirmed');

-- A page asks for its messages, and takes them back.
CREATE INDEX message_about ON delivery.message (about, created_at);

-- The list of recent messages, and what is old enough to be forgotten.
CREATE INDEX message_time ON delivery.message (created_at DESC, id DESC);

-- An SMS reply names nothing but the address that it came from.
CREATE INDEX message_reply ON delivery.message (channel, address, created_at DESC) WHERE reply_token IS NOT NULL;

-- One row a call to a provider, written right before the call and completed with its answer.
CREATE TABLE delivery.attempt (
  id uuid PRIMARY KEY,
  message uuid NOT NULL REFERENCES delivery.message (id) ON DELETE CASCADE,
  provider text NOT NULL,
  fence bigint NOT NULL,
  at timestamptz NOT NULL,
  ended_at timestamptz,
  -- Null while the call is under way.
  result text CHECK (result IN ('accepted', 'delivered', 'failed', 'timeout', 'refused', 'superseded')),
  status integer,
  detail text,
  -- The provider's own name for the message: receipts name it.
  provider_ref text,
  receipt_at timestamptz
);

-- The attempts of a message, in order.
CREATE INDEX attempt_message ON delivery.attempt (message, at);

-- Receipts name the provider's own name for the message.
CREATE INDEX attempt_ref ON delivery.attempt (provider, provider_ref) WHERE provider_ref IS NOT NULL;

-- One row a lane that must be held back: by the provider's word (429, Retry-After), or by a configured rate.
CREATE TABLE delivery.pace (
  lane text PRIMARY KEY,
  paused_until timestamptz,
  -- Theoretical arrival time of the generic cell rate algorithm: when the lane's bucket is full again.
  full_at timestamptz
);
