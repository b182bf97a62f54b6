-- Time that is left out of budgets: who proposed it and why, who decided, and what became of it. A row is never deleted and what it
-- says never changes, so that the past of a budget can be read with and without it; only its state goes on.
CREATE TABLE objectives.correction (
  id uuid PRIMARY KEY,
  -- Known again by this name where it is kept as code; one that lives has it for itself.
  name text,
  objectives text[] NOT NULL,
  service text,
  first_from timestamptz NOT NULL,
  first_to timestamptz NOT NULL CHECK (first_to > first_from),
  rrule text,
  zone text NOT NULL,
  kind text NOT NULL,
  reason text NOT NULL,
  state text NOT NULL CHECK (state IN ('proposed', 'in-force', 'refused', 'withdrawn')),
  created_by text NOT NULL,
  -- The person behind it (also behind a token): whoever proposes does not approve.
  created_by_id text NOT NULL,
  created_at timestamptz NOT NULL,
  decided_by text,
  decided_at timestamptz,
  decision_reason text,
  -- Since when it holds or held; budgets of time before that were others until then.
  in_force_since timestamptz,
  changed_at timestamptz NOT NULL,
  CHECK ((service IS NULL) <> (cardinality(objectives) = 0))
);
CREATE UNIQUE INDEX correction_name ON objectives.correction (name) WHERE state IN ('proposed', 'in-force');

-- Every evaluation asks for those in force, a list shows the newest first.
CREATE INDEX correction_state ON objectives.correction (state, id);
