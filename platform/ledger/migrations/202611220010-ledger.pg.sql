-- The ledger: what was changed, by whom and when, in a chain that shows every later edit. Writers put an event into
-- `pending` in the transaction of the change; one sealer moves it to `event` and gives it its place and hash. A number
-- taken by the writer itself would let a reader pass over an event whose transaction commits late.

CREATE SCHEMA ledger;

-- Events that are committed but not sealed yet: a few milliseconds each.
CREATE TABLE ledger.pending (
  written bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  at timestamptz NOT NULL DEFAULT ground.now(),
  kind text NOT NULL,
  subject text NOT NULL,
  service text,
  actor_kind text NOT NULL CHECK (actor_kind IN ('person', 'token', 'system')),
  actor_id text NOT NULL,
  actor_name text NOT NULL,
  data jsonb NOT NULL
);

COMMENT ON COLUMN ledger.pending.written IS 'Order in which the events of one transaction were written.';

-- The chain. Rows are only ever added.
CREATE TABLE ledger.event (
  place bigint PRIMARY KEY CHECK (place > 0),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  id uuid NOT NULL UNIQUE,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  service text,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  actor_name text NOT NULL,
  data jsonb NOT NULL
);

COMMENT ON COLUMN ledger.event.place IS 'Place in the chain: 1, 2, 3 … without a gap.';
COMMENT ON COLUMN ledger.event.hash IS 'SHA-256 over the hash before and the event as canonical JSON (RFC 8785).';

CREATE INDEX event_by_kind ON ledger.event (kind, place);
CREATE INDEX event_by_subject ON ledger.event (subject, place);
CREATE INDEX event_by_actor ON ledger.event (actor_id, place);
CREATE INDEX event_by_service ON ledger.event (service, place) WHERE service IS NOT NULL;

-- How far each reaction has come, and which process holds it.
CREATE TABLE ledger.reaction (
  name text PRIMARY KEY,
  place bigint NOT NULL DEFAULT 0,
  holder uuid,
  lease_until timestamptz,
  failures integer NOT NULL DEFAULT 0,
  last_error text,
  next_try timestamptz
);

COMMENT ON COLUMN ledger.reaction.place IS 'The last event that was reacted to, or passed over as of another kind.';
COMMENT ON COLUMN ledger.reaction.failures IS 'Failures of the event after `place`, one after another.';

-- Refuses whatever would change or remove a sealed event.
CREATE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger.event
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.event
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_edited BEFORE UPDATE ON ledger.pending
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.pending
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- An event may leave `pending` only when it stands in the chain: nothing committed goes unannounced.
CREATE FUNCTION ledger.refuse_loss() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger.event WHERE event.id = OLD.id) THEN
    RAISE EXCEPTION 'event % is not sealed yet and may not be removed', OLD.id
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END
$$;

CREATE TRIGGER never_lost BEFORE DELETE ON ledger.pending
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_loss();

-- Wakes the sealers after the commit; equal payloads of one transaction collapse into one.
CREATE FUNCTION ledger.wake_sealer() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM pg_notify('ledger_pending', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER wake_sealer AFTER INSERT ON ledger.pending
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.wake_sealer();
