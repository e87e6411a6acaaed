CREATE TABLE {pools} (
	account   text COLLATE "C" NOT NULL,
	id        text COLLATE "C" NOT NULL,
	total     bigint,
	unlimited smallint NOT NULL,
	held      bigint NOT NULL,
	spent     bigint NOT NULL,
	over_limit   smallint NOT NULL,
	PRIMARY KEY (account, id),
	CHECK (held >= 0 AND spent >= 0),
	CHECK ((unlimited = 1 AND total IS NULL) OR (unlimited = 0 AND total IS NOT NULL AND total BETWEEN 0 AND 1000000000)),
	CHECK (unlimited = 1 OR held + spent <= total OR over_limit = 1)
)
