CREATE TABLE {progress} (
	consumer     TEXT NOT NULL,
	account      TEXT NOT NULL,
	sequence     INTEGER NOT NULL,
	lease_until INTEGER,
	moves        INTEGER NOT NULL,
	PRIMARY KEY (consumer, account)
)
