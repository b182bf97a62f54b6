-- Public holidays of the region that a person names are days away like any other; they follow from the region, and are kept a year ahead.
ALTER TABLE oncall.absence DROP CONSTRAINT absence_origin_check;
ALTER TABLE oncall.absence ADD CONSTRAINT absence_origin_check CHECK (origin IN ('hand', 'calendar', 'holiday'));
