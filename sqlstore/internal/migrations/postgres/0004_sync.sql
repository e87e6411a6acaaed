-- The syncs of an account, as a document.
ALTER TABLE {accounts} ADD COLUMN sources text COLLATE "C";

-- Since when users are missing in the rosters of a sync: outside of revisions and events.
CREATE TABLE {misses} (
	account      text COLLATE "C" NOT NULL,
	user_id      text COLLATE "C" NOT NULL,
	source       text COLLATE "C" NOT NULL,
	missed_run   bigint,
	missed_since bigint,
	PRIMARY KEY (account, user_id, source)
);
ALTER TABLE {misses} ALTER COLUMN account SET (n_distinct = 1);
