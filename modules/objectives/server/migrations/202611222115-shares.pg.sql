-- Read-only links for those who have no account: what they show, until when, and who ended them. The secret is kept as its SHA-256 only.
CREATE TABLE objectives.share (
  id uuid PRIMARY KEY,
  secret_hash bytea NOT NULL UNIQUE,
  title text NOT NULL,
  objectives text[] NOT NULL CHECK (cardinality(objectives) > 0),
  created_by text NOT NULL,
  created_by_id text NOT NULL,
  created_at timestamptz NOT NULL,
  -- Null: until somebody ends it.
  expires_at timestamptz,
  ended_at timestamptz,
  ended_by text
);
