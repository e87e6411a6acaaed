-- Failed attempts of consumers, and the events that they set aside.
ALTER TABLE {progress} ADD COLUMN attempts INTEGER;
ALTER TABLE {progress} ADD COLUMN retries INTEGER;
ALTER TABLE {progress} ADD COLUMN set_aside TEXT;

-- When users were last seen: outside of revisions and events.
CREATE TABLE {seen} (
	account TEXT NOT NULL,
	user_id TEXT NOT NULL,
	seen_at INTEGER,
	PRIMARY KEY (account, user_id)
) WITHOUT ROWID;

-- The texts of join codes in comparison form.
ALTER TABLE {pools} ADD COLUMN code_key TEXT;
CREATE INDEX {pools}_by_code ON {pools} (account, code_key, id) WHERE code_key IS NOT NULL;

-- The open offer of ownership.
ALTER TABLE {accounts} ADD COLUMN offer TEXT;
