CREATE TABLE {migrations} (
	version INTEGER NOT NULL,
	name    TEXT NOT NULL,
	PRIMARY KEY (version)
);

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
);
CREATE INDEX {accounts}_by_due ON {accounts} (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE {pools} (
	account    TEXT NOT NULL,
	id         TEXT NOT NULL,
	total      INTEGER,
	unlimited  INTEGER NOT NULL,
	held       INTEGER NOT NULL,
	spent      INTEGER NOT NULL,
	over_limit INTEGER NOT NULL,
	name       TEXT NOT NULL,
	version    TEXT,
	booked     TEXT,
	ends       TEXT,
	term       TEXT,
	due        INTEGER,
	PRIMARY KEY (account, id),
	CHECK (held >= 0 AND spent >= 0),
	CHECK ((unlimited = 1 AND total IS NULL) OR (unlimited = 0 AND total IS NOT NULL AND total BETWEEN 0 AND 1000000000)),
	CHECK (unlimited = 1 OR held + spent <= total OR over_limit = 1)
);
CREATE INDEX {pools}_by_due ON {pools} (account, due, id) WHERE due IS NOT NULL;

CREATE TABLE {users} (
	account            TEXT NOT NULL,
	id                 TEXT NOT NULL,
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
	left_as            TEXT NOT NULL,
	archived_as        TEXT NOT NULL,
	created            INTEGER,
	status_since       INTEGER,
	first_sign_in      INTEGER,
	approved           INTEGER,
	last_notified      INTEGER,
	notification_count INTEGER NOT NULL,
	expires            INTEGER,
	lapses             INTEGER NOT NULL,
	start              TEXT,
	schedule           TEXT,
	due                INTEGER,
	salt               TEXT NOT NULL,
	email_key          TEXT,
	username_key       TEXT,
	external_id_key    TEXT,
	administers        INTEGER,
	dated              INTEGER,
	held_back          INTEGER,
	due_rank           INTEGER NOT NULL,
	sort_name          TEXT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX {users}_by_email ON {users} (account, email_key);
CREATE UNIQUE INDEX {users}_by_username ON {users} (account, username_key);
CREATE UNIQUE INDEX {users}_by_external_id ON {users} (account, external_id_key);
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
);
CREATE INDEX {licences}_by_pool ON {licences} (account, pool, user_id, number);
CREATE INDEX {licences}_by_due ON {licences} (account, due, user_id, pool, number) WHERE due IS NOT NULL;

CREATE TABLE {events} (
	account       TEXT NOT NULL,
	sequence      INTEGER NOT NULL,
	happened      INTEGER,
	kind          TEXT NOT NULL,
	change_id     TEXT NOT NULL,
	actor_kind    TEXT NOT NULL,
	actor_user    TEXT NOT NULL,
	actor_name    TEXT NOT NULL,
	channel       TEXT NOT NULL,
	request_key   TEXT,
	place         INTEGER NOT NULL,
	digest        TEXT NOT NULL,
	correlation   TEXT NOT NULL,
	reason        TEXT NOT NULL,
	user_id       TEXT NOT NULL,
	status_before TEXT NOT NULL,
	role_before   TEXT NOT NULL,
	synced_before INTEGER NOT NULL,
	status_after  TEXT NOT NULL,
	role_after    TEXT NOT NULL,
	synced_after  INTEGER NOT NULL,
	successor     TEXT NOT NULL,
	receivers     TEXT NOT NULL,
	fields        TEXT NOT NULL,
	quantity      INTEGER NOT NULL,
	date          TEXT NOT NULL,
	date_as       TEXT NOT NULL,
	policy        TEXT,
	pool          TEXT NOT NULL,
	delta         INTEGER NOT NULL,
	total         INTEGER,
	unlimited     INTEGER NOT NULL,
	held          INTEGER NOT NULL,
	spent         INTEGER NOT NULL,
	tally         TEXT,
	PRIMARY KEY (account, sequence)
);
CREATE INDEX {events}_by_key ON {events} (account, request_key, place, sequence) WHERE request_key IS NOT NULL;
CREATE INDEX {events}_by_person ON {events} (account, user_id, sequence);

CREATE TABLE {progress} (
	consumer    TEXT NOT NULL,
	account     TEXT NOT NULL,
	sequence    INTEGER NOT NULL,
	lease_until INTEGER,
	moves       INTEGER NOT NULL,
	PRIMARY KEY (consumer, account)
);
