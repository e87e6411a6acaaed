CREATE TABLE IF NOT EXISTS {accounts} (
	id        text COLLATE "C" NOT NULL,
	revision  bigint NOT NULL,
	sequence  bigint NOT NULL,
	policy    text NOT NULL,
	time_zone text COLLATE "C" NOT NULL,
	tally     text,
	opened    bigint,
	changed   bigint,
	next_due  bigint,
	PRIMARY KEY (id),
	CHECK (revision > 0)
)
