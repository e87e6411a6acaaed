-- The syncs of an account, as a document.
ALTER TABLE {accounts} ADD COLUMN sources MEDIUMBLOB;

-- Since when users are missing in the rosters of a sync: outside of revisions and events.
CREATE TABLE IF NOT EXISTS {misses} (
	account      VARBINARY(255) NOT NULL,
	user_id      VARBINARY(255) NOT NULL,
	source       VARBINARY(255) NOT NULL,
	missed_run   BIGINT,
	missed_since BIGINT,
	PRIMARY KEY (account, user_id, source)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
