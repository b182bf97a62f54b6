-- Periods that people marked as real incidents of an objective: what alert policies are judged against in a back-test.
CREATE TABLE objectives.real_incident (
  id uuid PRIMARY KEY,
  objective uuid NOT NULL REFERENCES objectives.objective (id) ON DELETE CASCADE,
  began_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL CHECK (ended_at > began_at),
  note text NOT NULL,
  marked_by text NOT NULL,
  marked_at timestamptz NOT NULL
);

-- A back-test asks for the incidents of its objectives within its stretch of time.
CREATE INDEX real_incident_objective ON objectives.real_incident (objective, began_at);
