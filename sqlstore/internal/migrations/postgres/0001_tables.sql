CREATE TABLE {migrations} (
	version bigint NOT NULL,
	name    text COLLATE "C" NOT NULL,
	PRIMARY KEY (version)
);

CREATE TABLE {accounts} (
	id         text COLLATE "C" NOT NULL,
	opened     bigint,
	closed     bigint,
	erased     bigint,
	name       text COLLATE "C" NOT NULL,
	time_zone  text COLLATE "C" NOT NULL,
	payer      text COLLATE "C" NOT NULL,
	salt       text COLLATE "C" NOT NULL,
	policy     text COLLATE "C" NOT NULL,
	total      bigint,
	spent      bigint NOT NULL,
	over_limit smallint NOT NULL,
	pool_due   bigint,
	next_due   bigint,
	revision   bigint NOT NULL,
	sequence   bigint NOT NULL,
	held       bigint NOT NULL,
	changed    bigint,
	tally      text COLLATE "C" NOT NULL,
	pool_facts text COLLATE "C",
	PRIMARY KEY (id),
	CHECK (revision > 0),
	CHECK (held >= 0 AND spent >= 0),
	CHECK (total IS NULL OR total BETWEEN 0 AND 1000000000),
	CHECK (total IS NULL OR held + spent <= total OR over_limit = 1)
);
CREATE INDEX {accounts}_by_due ON {accounts} (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE {pools} (
	account    text COLLATE "C" NOT NULL,
	id         text COLLATE "C" NOT NULL,
	total      bigint,
	held       bigint NOT NULL,
	spent      bigint NOT NULL,
	over_limit smallint NOT NULL,
	due        bigint,
	name       text COLLATE "C" NOT NULL,
	facts      text COLLATE "C",
	PRIMARY KEY (account, id),
	CHECK (held >= 0 AND spent >= 0),
	CHECK (total IS NULL OR total BETWEEN 0 AND 1000000000),
	CHECK (total IS NULL OR held + spent <= total OR over_limit = 1)
);
CREATE INDEX {pools}_by_due ON {pools} (account, due, id) WHERE due IS NOT NULL;

CREATE TABLE {users} (
	account            text COLLATE "C" NOT NULL,
	id                 text COLLATE "C" NOT NULL,
	created            bigint,
	status_since       bigint,
	first_sign_in      bigint,
	approved           bigint,
	last_notified      bigint,
	notification_count bigint NOT NULL,
	expires            bigint,
	due                bigint,
	due_rank           smallint NOT NULL,
	administers        smallint,
	dated              smallint,
	held_back          smallint,
	status             text COLLATE "C" NOT NULL,
	role               text COLLATE "C" NOT NULL,
	first_name         text COLLATE "C" NOT NULL,
	last_name          text COLLATE "C" NOT NULL,
	username           text COLLATE "C" NOT NULL,
	email              text COLLATE "C" NOT NULL,
	external_id        text COLLATE "C" NOT NULL,
	location           text COLLATE "C" NOT NULL,
	department         text COLLATE "C" NOT NULL,
	title              text COLLATE "C" NOT NULL,
	group_names        text COLLATE "C" NOT NULL,
	source_kind        text COLLATE "C" NOT NULL,
	source_name        text COLLATE "C" NOT NULL,
	facts              text COLLATE "C",
	email_key          text COLLATE "C",
	username_key       text COLLATE "C",
	external_id_key    text COLLATE "C",
	sort_name          text COLLATE "C" NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX {users}_by_email ON {users} (account, email_key) WHERE email_key IS NOT NULL;
CREATE UNIQUE INDEX {users}_by_username ON {users} (account, username_key) WHERE username_key IS NOT NULL;
CREATE UNIQUE INDEX {users}_by_external_id ON {users} (account, external_id_key) WHERE external_id_key IS NOT NULL;
CREATE INDEX {users}_by_name ON {users} (account, sort_name, id);
CREATE INDEX {users}_by_due ON {users} (account, due, due_rank, id) WHERE due IS NOT NULL;
CREATE INDEX {users}_by_administers ON {users} (account, administers, id) WHERE administers IS NOT NULL;
CREATE INDEX {users}_by_dated ON {users} (account, dated, id) WHERE dated IS NOT NULL;

CREATE TABLE {licences} (
	account  text COLLATE "C" NOT NULL,
	user_id  text COLLATE "C" NOT NULL,
	pool     text COLLATE "C" NOT NULL,
	number   bigint NOT NULL,
	state    text COLLATE "C" NOT NULL,
	assigned bigint,
	started  bigint,
	archived bigint,
	returned bigint,
	due_date text COLLATE "C" NOT NULL,
	ends     bigint,
	due      bigint,
	PRIMARY KEY (account, user_id, pool, number)
);
CREATE INDEX {licences}_by_pool ON {licences} (account, pool, user_id, number);
CREATE INDEX {licences}_by_due ON {licences} (account, due, user_id, pool, number) WHERE due IS NOT NULL;

CREATE TABLE {events} (
	account     text COLLATE "C" NOT NULL,
	sequence    bigint NOT NULL,
	happened    bigint,
	place       bigint,
	kind        text COLLATE "C" NOT NULL,
	change_id   text COLLATE "C" NOT NULL,
	user_id     text COLLATE "C",
	request_key text COLLATE "C",
	facts       text COLLATE "C",
	PRIMARY KEY (account, sequence)
);
CREATE INDEX {events}_by_key ON {events} (account, request_key, place, sequence) WHERE request_key IS NOT NULL;
CREATE INDEX {events}_by_person ON {events} (account, user_id, sequence) WHERE user_id IS NOT NULL;

CREATE TABLE {progress} (
	account     text COLLATE "C" NOT NULL,
	consumer    text COLLATE "C" NOT NULL,
	sequence    bigint NOT NULL,
	lease_until bigint,
	moves       bigint NOT NULL,
	PRIMARY KEY (account, consumer)
);

-- The planner takes every account to be as large as the largest. By the average, where
-- most accounts are small, it would look for one of a million users by reading them all.
ALTER TABLE {users} ALTER COLUMN account SET (n_distinct = 1);
ALTER TABLE {licences} ALTER COLUMN account SET (n_distinct = 1);
ALTER TABLE {events} ALTER COLUMN account SET (n_distinct = 1);
