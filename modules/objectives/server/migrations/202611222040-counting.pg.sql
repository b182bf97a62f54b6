-- A number for each run that counts what is no span (metrics, outside sources, fed counts): it grows whatever clocks do, so that
-- of two counts of one bucket in ClickHouse the later one wins.
CREATE SEQUENCE objectives.count_revision;

-- How the counting of each indicator stands, written only when it changes: what a screen shows where there is no data, and what a
-- restart must know.
CREATE TABLE objectives.source_state (
  indicator integer PRIMARY KEY REFERENCES objectives.indicator (number) ON DELETE CASCADE,
  state text NOT NULL CHECK (state IN ('backfilling', 'counting', 'no-data', 'too-dear', 'refused', 'unused')),
  -- Why there is no data, in words; null while all is well.
  reason text,
  since timestamptz NOT NULL,
  -- Share of the history that is counted, 0 to 1; null when no history is being counted.
  progress double precision,
  -- Backfills that were begun: part of the key of their jobs.
  backfills integer NOT NULL DEFAULT 0,
  -- Up to when an outside source was read; null for others.
  counted_to timestamptz,
  -- Minutes before that which could not be read: [[from, to), …] in epoch seconds, oldest first.
  gaps jsonb NOT NULL DEFAULT '[]'
);

-- Secrets of outside sources, encrypted with the house's key; a document names the source, the secret never stands in one.
CREATE TABLE objectives.source_secret (
  source text PRIMARY KEY,
  encrypted bytea NOT NULL,
  set_by text NOT NULL,
  set_at timestamptz NOT NULL
);
