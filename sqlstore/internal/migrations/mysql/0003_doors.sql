-- Failed attempts of consumers, and the events that they set aside.
ALTER TABLE {progress} ADD COLUMN attempts BIGINT;
ALTER TABLE {progress} ADD COLUMN retries BIGINT;
ALTER TABLE {progress} ADD COLUMN set_aside MEDIUMBLOB;
