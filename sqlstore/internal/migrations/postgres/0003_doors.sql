-- Failed attempts of consumers, and the events that they set aside.
ALTER TABLE {progress} ADD COLUMN attempts bigint;
ALTER TABLE {progress} ADD COLUMN retries bigint;
ALTER TABLE {progress} ADD COLUMN set_aside text COLLATE "C";
