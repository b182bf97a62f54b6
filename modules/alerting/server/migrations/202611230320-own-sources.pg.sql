-- Burning budgets and silent heartbeats are alerts like all others now.

-- Which alert an event became; who was told stands with the alert.
ALTER TABLE alerting.decision ADD COLUMN alert uuid;

-- What nobody can be paged for is kept with its group.
DROP TABLE alerting.unpaged;
