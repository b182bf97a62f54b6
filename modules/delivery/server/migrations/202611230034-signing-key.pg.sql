-- Keys that what leaves is signed with, made once for the installation, encrypted under `delivery:signing-key:<name>`.
CREATE TABLE delivery.signing_key (
  name text PRIMARY KEY,
  encrypted bytea NOT NULL
);

-- Messages come and go fast, and the senders look through the open ones: their dead rows are swept early.
ALTER TABLE delivery.message SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
