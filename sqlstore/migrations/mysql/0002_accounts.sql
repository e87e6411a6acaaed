CREATE TABLE IF NOT EXISTS {accounts} (
	id        VARBINARY(255) NOT NULL,
	name      VARBINARY(1020) NOT NULL,
	revision  BIGINT NOT NULL,
	sequence  BIGINT NOT NULL,
	policy    MEDIUMBLOB NOT NULL,
	time_zone VARBINARY(255) NOT NULL,
	tally     MEDIUMBLOB,
	opened    BIGINT,
	changed   BIGINT,
	payer     VARBINARY(255) NOT NULL,
	closed    BIGINT,
	erased    BIGINT,
	salt      VARBINARY(64) NOT NULL,
	next_due  BIGINT,
	PRIMARY KEY (id),
	INDEX {accounts}_by_due (next_due),
	CHECK (revision > 0)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC
