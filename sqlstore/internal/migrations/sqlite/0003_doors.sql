-- Failed attempts of consumers, and the events that they set aside.
ALTER TABLE {progress} ADD COLUMN attempts INTEGER;
ALTER TABLE {progress} ADD COLUMN retries INTEGER;
ALTER TABLE {progress} ADD COLUMN set_aside TEXT;
