CREATE TABLE IF NOT EXISTS {pools} (
	account   VARBINARY(255) NOT NULL,
	id        VARBINARY(255) NOT NULL,
	total     BIGINT,
	unlimited TINYINT NOT NULL,
	held      BIGINT NOT NULL,
	spent     BIGINT NOT NULL,
	over_limit   TINYINT NOT NULL,
	PRIMARY KEY (account, id),
	CHECK (held >= 0 AND spent >= 0),
	CHECK ((unlimited = 1 AND total IS NULL) OR (unlimited = 0 AND total IS NOT NULL AND total BETWEEN 0 AND 1000000000)),
	CHECK (unlimited = 1 OR held + spent <= total OR over_limit = 1)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC
