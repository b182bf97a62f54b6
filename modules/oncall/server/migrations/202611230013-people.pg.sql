-- How people are reached: contact methods, personal rules, quiet hours, and the codes that verify a method before it is used.
CREATE SCHEMA IF NOT EXISTS oncall;

-- One row a person of whom anything was said. `file` is what the last applied document said, `hand` what the person said
-- themselves: each part of it wins over the file, so that a personal change survives the next apply.
CREATE TABLE oncall.person (
  person_id uuid PRIMARY KEY,
  file jsonb,
  source text,
  hand jsonb NOT NULL DEFAULT '{}',
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);

-- Ways to reach a person. Before `verified_at` nothing but a code is sent there.
CREATE TABLE oncall.contact_method (
  person_id uuid NOT NULL,
  name text NOT NULL CHECK (name ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'),
  channel text NOT NULL,
  address text NOT NULL CHECK (length(address) <= 4000),
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  -- Where it stands in the file, so that an exported document is the one that was applied; those made by hand come behind.
  place integer NOT NULL,
  -- `file`: an admin applied it, which counts as verified by that admin; `code`: whoever has it told the code.
  verified_how text CHECK (verified_how IN ('code', 'file')),
  verified_by text,
  verified_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (person_id, name),
  CHECK ((verified_how IS NULL) = (verified_at IS NULL) AND (verified_how IS NULL) = (verified_by IS NULL))
);

-- The last code sent to a method, as SHA-256 with the method's key; tries are counted before the code is compared.
CREATE TABLE oncall.contact_code (
  person_id uuid NOT NULL,
  method text NOT NULL,
  code_hash bytea NOT NULL,
  sent_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  -- How many codes left since `counting_from`, so that one number or address is not flooded.
  sent_count integer NOT NULL DEFAULT 1,
  counting_from timestamptz NOT NULL,
  PRIMARY KEY (person_id, method),
  FOREIGN KEY (person_id, method) REFERENCES oncall.contact_method (person_id, name) ON DELETE CASCADE
);

-- What was told about a shift: one row a notice, written in the transaction that hands the message over, so that each is told once.
CREATE TABLE oncall.shift_notice (
  -- `before`, `begins`, `ends`, `unreachable`.
  kind text NOT NULL,
  person_id uuid NOT NULL,
  schedule text NOT NULL,
  shift_from timestamptz NOT NULL,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (person_id, schedule, shift_from, kind)
);
-- Old ones are forgotten by their age.
CREATE INDEX shift_notice_told ON oncall.shift_notice (told_at);
