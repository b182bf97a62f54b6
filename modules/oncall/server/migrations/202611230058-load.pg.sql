-- What a team says about load: how much one shift may bring, and what being on call is made good with.
CREATE TABLE oncall.load_policy (
  team text PRIMARY KEY,
  cap jsonb NOT NULL,
  compensation jsonb NOT NULL,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);

-- Hand-over notes: begun from what happened in a shift, sent to whoever is next, accepted by them. One a shift and person.
CREATE TABLE oncall.hand_over (
  id uuid PRIMARY KEY,
  schedule text NOT NULL,
  shift_from timestamptz NOT NULL,
  shift_to timestamptz NOT NULL,
  author_id uuid NOT NULL,
  author text NOT NULL,
  receiver_id uuid,
  receiver text,
  text text NOT NULL CHECK (length(text) <= 40000),
  state text NOT NULL CHECK (state IN ('begun', 'sent', 'accepted')),
  begun_at timestamptz NOT NULL,
  sent_at timestamptz,
  accepted_at timestamptz,
  UNIQUE (schedule, author_id, shift_from)
);
CREATE INDEX hand_over_time ON oncall.hand_over (begun_at DESC, id DESC);
