CREATE TABLE {accounts} (
	id        TEXT NOT NULL,
	name      TEXT NOT NULL,
	revision  INTEGER NOT NULL,
	sequence  INTEGER NOT NULL,
	policy    TEXT NOT NULL,
	time_zone TEXT NOT NULL,
	tally     TEXT,
	opened    INTEGER,
	changed   INTEGER,
	payer     TEXT NOT NULL,
	closed    INTEGER,
	erased    INTEGER,
	salt      TEXT NOT NULL,
	next_due  INTEGER,
	PRIMARY KEY (id),
	CHECK (revision > 0)
)
