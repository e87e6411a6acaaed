-- Failed attempts of consumers, and the events that they set aside.
ALTER TABLE {progress} ADD COLUMN attempts bigint;
ALTER TABLE {progress} ADD COLUMN retries bigint;
ALTER TABLE {progress} ADD COLUMN set_aside text COLLATE "C";

-- When users were last seen: outside of revisions and events.
CREATE TABLE {seen} (
	account text COLLATE "C" NOT NULL,
	user_id text COLLATE "C" NOT NULL,
	seen_at bigint,
	PRIMARY KEY (account, user_id)
);
ALTER TABLE {seen} ALTER COLUMN account SET (n_distinct = 1);

-- The texts of join codes in comparison form.
ALTER TABLE {pools} ADD COLUMN code_key text COLLATE "C";
CREATE INDEX {pools}_by_code ON {pools} (account, code_key, id) WHERE code_key IS NOT NULL;

-- The open offer of ownership.
ALTER TABLE {accounts} ADD COLUMN offer text COLLATE "C";
