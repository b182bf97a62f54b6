-- Alert rules of our own, where each of their groups stands, and what they decided.

-- A rule as it was said last. `decided_to` is the last step that was decided: whoever moves it on decides that step, nobody else.
CREATE TABLE alerting.rule (
  name text PRIMARY KEY,
  team text,
  spec jsonb NOT NULL,
  enabled boolean NOT NULL,
  origin text NOT NULL CHECK (origin IN ('hand', 'file')),
  source text,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  -- Grows with every change: a decision by an older word is thrown away.
  revision bigint NOT NULL DEFAULT 1,
  decided_to timestamptz,
  -- When it is worth another look, and until when a process has it.
  due timestamptz NOT NULL,
  lease_until timestamptz,
  -- Since when it cannot be judged, and why; null: it can.
  unknown_since timestamptz,
  unknown_reason text,
  -- How the last step judged: a bounded list of groups for whoever looks.
  last jsonb
);
CREATE INDEX rule_due ON alerting.rule (due) WHERE enabled;

-- One row for each group that was ever seen of a rule; written when something of its state changes, not at each step. A row whose rule
-- is gone stays until its alert was told to be over. The rule '' stands for Leadline itself: that it cannot judge.
CREATE TABLE alerting.rule_group (
  rule text NOT NULL,
  -- JSON of the group's values.
  key text NOT NULL,
  -- Seconds since 1970 and the rest, as domain/rules/evaluate.ts has it.
  state jsonb NOT NULL,
  firing boolean NOT NULL,
  -- What is still to be told to the intake of alerts, and of which alert; null: nothing.
  wanted text CHECK (wanted IN ('trigger', 'resolve')),
  alert jsonb,
  -- Nobody asks for it any more: the row ends when what is wanted was told.
  gone boolean NOT NULL DEFAULT false,
  -- Grows with every change, so that what was told meanwhile is not taken for this.
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (rule, key)
);
CREATE INDEX rule_group_wanted ON alerting.rule_group (rule, key) WHERE wanted IS NOT NULL;
CREATE INDEX rule_group_firing ON alerting.rule_group (rule) WHERE firing;

-- Each time that a group began or ceased to fire, with the numbers that decided.
CREATE TABLE alerting.rule_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule text NOT NULL,
  key text NOT NULL,
  -- The step that decided, and when that was.
  at timestamptz NOT NULL,
  decided_at timestamptz NOT NULL,
  became text NOT NULL CHECK (became IN ('firing', 'cleared')),
  reason text NOT NULL,
  words text NOT NULL,
  numbers jsonb NOT NULL
);
CREATE INDEX rule_change_rule ON alerting.rule_change (rule, id);
CREATE INDEX rule_change_decided ON alerting.rule_change (decided_at);
