-- Which times of its route keep an alert from being told, so that it is shown as held back by them.
ALTER TABLE alerting.group_member ADD COLUMN muted_by text[];
