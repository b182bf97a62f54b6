-- Secrets of outside sources stand sealed in their DataSource documents; a second place for them had no way in.
DROP TABLE objectives.source_secret;
