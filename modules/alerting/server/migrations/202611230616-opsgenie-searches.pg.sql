-- Searches that clients of Opsgenie save under a name and list alerts by.
CREATE TABLE alerting.opsgenie_search (
  id uuid PRIMARY KEY,
  integration uuid NOT NULL REFERENCES alerting.integration ON DELETE CASCADE,
  name text NOT NULL,
  -- As it was last said: query, description, owner, teams.
  said jsonb NOT NULL,
  made_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  UNIQUE (integration, name)
);
