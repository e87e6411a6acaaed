CREATE TABLE {accounts} (
	id        text COLLATE "C" NOT NULL,
	name      text COLLATE "C" NOT NULL,
	revision  bigint NOT NULL,
	sequence  bigint NOT NULL,
	policy    text COLLATE "C" NOT NULL,
	time_zone text COLLATE "C" NOT NULL,
	tally     text COLLATE "C",
	opened    bigint,
	changed   bigint,
	payer     text COLLATE "C" NOT NULL,
	closed    bigint,
	erased    bigint,
	salt      text COLLATE "C" NOT NULL,
	next_due  bigint,
	PRIMARY KEY (id),
	CHECK (revision > 0)
)
