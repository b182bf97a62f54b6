-- The auditor looks for what was handed over of late and never reached delivery: without an index it would read everything.
CREATE INDEX notification_handed ON oncall.notification (handed_at) WHERE state = 'handed';
