-- How often counts of older time were made anew: evaluation remembers sums of what is settled, in any process, and reads them again when one of these moved.
-- Sequences, because they are seen at once, by everybody, and lock nothing.
CREATE SEQUENCE objectives.recount_recent;
CREATE SEQUENCE objectives.recount_old;
