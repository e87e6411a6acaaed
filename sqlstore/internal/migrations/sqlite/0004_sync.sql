-- The syncs of an account, as a document.
ALTER TABLE {accounts} ADD COLUMN sources TEXT;

-- Since when users are missing in the rosters of a sync: outside of revisions and events.
CREATE TABLE {misses} (
	account      TEXT NOT NULL,
	user_id      TEXT NOT NULL,
	source       TEXT NOT NULL,
	missed_run   INTEGER,
	missed_since INTEGER,
	PRIMARY KEY (account, user_id, source)
) WITHOUT ROWID;
