CREATE TABLE {pools} (
	account   TEXT NOT NULL,
	id        TEXT NOT NULL,
	total     INTEGER,
	unlimited INTEGER NOT NULL,
	held      INTEGER NOT NULL,
	spent     INTEGER NOT NULL,
	over_limit   INTEGER NOT NULL,
	PRIMARY KEY (account, id),
	CHECK (held >= 0 AND spent >= 0),
	CHECK ((unlimited = 1 AND total IS NULL) OR (unlimited = 0 AND total IS NOT NULL AND total BETWEEN 0 AND 1000000000)),
	CHECK (unlimited = 1 OR held + spent <= total OR over_limit = 1)
)
