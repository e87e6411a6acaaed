-- Failed attempts of consumers, and the events that they set aside.
ALTER TABLE {progress} ADD COLUMN attempts BIGINT;
ALTER TABLE {progress} ADD COLUMN retries BIGINT;
ALTER TABLE {progress} ADD COLUMN set_aside MEDIUMBLOB;

-- When users were last seen: outside of revisions and events.
CREATE TABLE IF NOT EXISTS {seen} (
	account VARBINARY(255) NOT NULL,
	user_id VARBINARY(255) NOT NULL,
	seen_at BIGINT,
	PRIMARY KEY (account, user_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- The texts of join codes in comparison form.
ALTER TABLE {pools} ADD COLUMN code_key VARBINARY(40);
CREATE INDEX {pools}_by_code ON {pools} (account, code_key, id);

-- The open offer of ownership.
ALTER TABLE {accounts} ADD COLUMN offer MEDIUMBLOB;
