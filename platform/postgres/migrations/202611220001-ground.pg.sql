-- The ground that every module's tables stand on: the one clock of all leases and due times, which tests move.

CREATE SCHEMA ground;

COMMENT ON SCHEMA ground IS 'What belongs to no module: applied migrations and the clock.';

-- One row: how far the clock was moved. Zero outside of tests and simulations.
CREATE TABLE ground.clock (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  moved interval NOT NULL DEFAULT interval '0'
);

INSERT INTO ground.clock DEFAULT VALUES;

-- The present by which leases, due times and the ledger go: the database's clock, so that all processes agree.
-- STABLE lets an index serve `due <= ground.now()`; within one statement it is one instant.
CREATE FUNCTION ground.now() RETURNS timestamptz
LANGUAGE sql STABLE
AS 'SELECT clock_timestamp() + moved FROM ground.clock';
