-- Budget policies of one's own: what follows when a budget is spent. The workbook's policy stands without a row, as `default`.
CREATE TABLE objectives.budget_policy (
  name text PRIMARY KEY,
  policy jsonb NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL
);

-- What follows from the policies now: a row begins with its event on the ledger and goes with the event of its end, so that each
-- is told once over restarts and processes.
CREATE TABLE objectives.policy_consequence (
  objective uuid NOT NULL REFERENCES objectives.objective (id) ON DELETE CASCADE,
  rule text NOT NULL,
  consequence text NOT NULL,
  cause text NOT NULL,
  since timestamptz NOT NULL,
  finding jsonb NOT NULL,
  PRIMARY KEY (objective, rule, consequence, cause)
);
