CREATE TABLE {migrations} (
	version INTEGER NOT NULL,
	name    TEXT NOT NULL,
	PRIMARY KEY (version)
);

CREATE TABLE {accounts} (
	id         TEXT NOT NULL,
	opened     INTEGER,
	closed     INTEGER,
	erased     INTEGER,
	name       TEXT NOT NULL,
	time_zone  TEXT NOT NULL,
	payer      TEXT NOT NULL,
	salt       TEXT NOT NULL,
	policy     TEXT NOT NULL,
	total      INTEGER,
	spent      INTEGER NOT NULL,
	over_limit INTEGER NOT NULL,
	pool_due   INTEGER,
	next_due   INTEGER,
	revision   INTEGER NOT NULL,
	sequence   INTEGER NOT NULL,
	held       INTEGER NOT NULL,
	changed    INTEGER,
	tally      TEXT NOT NULL,
	pool_facts TEXT,
	PRIMARY KEY (id),
	CHECK (revision > 0),
	CHECK (held >= 0 AND spent >= 0),
	CHECK (total IS NULL OR total BETWEEN 0 AND 1000000000),
	CHECK (total IS NULL OR held + spent <= total OR over_limit = 1)
) WITHOUT ROWID;
CREATE INDEX {accounts}_by_due ON {accounts} (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE {pools} (
	account    TEXT NOT NULL,
	id         TEXT NOT NULL,
	total      INTEGER,
	held       INTEGER NOT NULL,
	spent      INTEGER NOT NULL,
	over_limit INTEGER NOT NULL,
	due        INTEGER,
	name       TEXT NOT NULL,
	facts      TEXT,
	PRIMARY KEY (account, id),
	CHECK (held >= 0 AND spent >= 0),
	CHECK (total IS NULL OR total BETWEEN 0 AND 1000000000),
	CHECK (total IS NULL OR held + spent <= total OR over_limit = 1)
) WITHOUT ROWID;
CREATE INDEX {pools}_by_due ON {pools} (account, due, id) WHERE due IS NOT NULL;

CREATE TABLE {users} (
	account            TEXT NOT NULL,
	id                 TEXT NOT NULL,
	created            INTEGER,
	status_since       INTEGER,
	first_sign_in      INTEGER,
	approved           INTEGER,
	last_notified      INTEGER,
	notification_count INTEGER NOT NULL,
	expires            INTEGER,
	due                INTEGER,
	due_rank           INTEGER NOT NULL,
	administers        INTEGER,
	dated              INTEGER,
	held_back          INTEGER,
	status             TEXT NOT NULL,
	role               TEXT NOT NULL,
	first_name         TEXT NOT NULL,
	last_name          TEXT NOT NULL,
	username           TEXT NOT NULL,
	email              TEXT NOT NULL,
	external_id        TEXT NOT NULL,
	location           TEXT NOT NULL,
	department         TEXT NOT NULL,
	title              TEXT NOT NULL,
	group_names        TEXT NOT NULL,
	source_kind        TEXT NOT NULL,
	source_name        TEXT NOT NULL,
	facts              TEXT,
	email_key          TEXT,
	username_key       TEXT,
	external_id_key    TEXT,
	sort_name          TEXT NOT NULL,
	PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX {users}_by_email ON {users} (account, email_key) WHERE email_key IS NOT NULL;
CREATE UNIQUE INDEX {users}_by_username ON {users} (account, username_key) WHERE username_key IS NOT NULL;
CREATE UNIQUE INDEX {users}_by_external_id ON {users} (account, external_id_key) WHERE external_id_key IS NOT NULL;
CREATE INDEX {users}_by_name ON {users} (account, sort_name, id);
CREATE INDEX {users}_by_due ON {users} (account, due, due_rank, id) WHERE due IS NOT NULL;
CREATE INDEX {users}_by_administers ON {users} (account, administers, id) WHERE administers IS NOT NULL;
CREATE INDEX {users}_by_dated ON {users} (account, dated, id) WHERE dated IS NOT NULL;

CREATE TABLE {licences} (
	account  TEXT NOT NULL,
	user_id  TEXT NOT NULL,
	pool     TEXT NOT NULL,
	number   INTEGER NOT NULL,
	state    TEXT NOT NULL,
	assigned INTEGER,
	started  INTEGER,
	archived INTEGER,
	returned INTEGER,
	due_date TEXT NOT NULL,
	ends     INTEGER,
	due      INTEGER,
	PRIMARY KEY (account, user_id, pool, number)
) WITHOUT ROWID;
CREATE INDEX {licences}_by_pool ON {licences} (account, pool, user_id, number);
CREATE INDEX {licences}_by_due ON {licences} (account, due, user_id, pool, number) WHERE due IS NOT NULL;

CREATE TABLE {events} (
	account     TEXT NOT NULL,
	sequence    INTEGER NOT NULL,
	happened    INTEGER,
	place       INTEGER,
	kind        TEXT NOT NULL,
	change_id   TEXT NOT NULL,
	user_id     TEXT,
	request_key TEXT,
	facts       TEXT,
	PRIMARY KEY (account, sequence)
) WITHOUT ROWID;
CREATE INDEX {events}_by_key ON {events} (account, request_key, place, sequence) WHERE request_key IS NOT NULL;
CREATE INDEX {events}_by_person ON {events} (account, user_id, sequence) WHERE user_id IS NOT NULL;

CREATE TABLE {progress} (
	account     TEXT NOT NULL,
	consumer    TEXT NOT NULL,
	sequence    INTEGER NOT NULL,
	lease_until INTEGER,
	moves       INTEGER NOT NULL,
	PRIMARY KEY (account, consumer)
) WITHOUT ROWID;
