-- What was decided when people looked at a promise again, with the evidence as it stood; never changed.
CREATE TABLE objectives.review (
  id uuid PRIMARY KEY,
  objective uuid NOT NULL REFERENCES objectives.objective (id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  by text NOT NULL,
  decision text NOT NULL CHECK (decision IN ('keep', 'tighten', 'loosen', 'retire')),
  note text NOT NULL,
  target_ppm integer NOT NULL,
  evidence jsonb NOT NULL,
  next_on date NOT NULL
);

-- The newest of an objective tells when it is due again.
CREATE INDEX review_objective ON objectives.review (objective, at DESC);
