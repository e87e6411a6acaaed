CREATE TABLE IF NOT EXISTS {migrations} (
	version BIGINT NOT NULL,
	name    VARBINARY(64) NOT NULL,
	PRIMARY KEY (version)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS {accounts} (
	id         VARBINARY(255) NOT NULL,
	opened     BIGINT,
	closed     BIGINT,
	erased     BIGINT,
	name       VARBINARY(1020) NOT NULL,
	time_zone  VARBINARY(255) NOT NULL,
	payer      VARBINARY(255) NOT NULL,
	salt       VARBINARY(64) NOT NULL,
	policy     MEDIUMBLOB NOT NULL,
	total      BIGINT,
	spent      BIGINT NOT NULL,
	over_limit TINYINT NOT NULL,
	pool_due   BIGINT,
	next_due   BIGINT,
	revision   BIGINT NOT NULL,
	sequence   BIGINT NOT NULL,
	held       BIGINT NOT NULL,
	changed    BIGINT,
	tally      MEDIUMBLOB NOT NULL,
	pool_facts MEDIUMBLOB,
	PRIMARY KEY (id),
	INDEX {accounts}_by_due (next_due),
	CHECK (revision > 0),
	CHECK (held >= 0 AND spent >= 0),
	CHECK (total IS NULL OR total BETWEEN 0 AND 1000000000),
	CHECK (total IS NULL OR held + spent <= total OR over_limit = 1)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS {pools} (
	account    VARBINARY(255) NOT NULL,
	id         VARBINARY(255) NOT NULL,
	total      BIGINT,
	held       BIGINT NOT NULL,
	spent      BIGINT NOT NULL,
	over_limit TINYINT NOT NULL,
	due        BIGINT,
	name       VARBINARY(1020) NOT NULL,
	facts      MEDIUMBLOB,
	PRIMARY KEY (account, id),
	INDEX {pools}_by_due (account, due, id),
	CHECK (held >= 0 AND spent >= 0),
	CHECK (total IS NULL OR total BETWEEN 0 AND 1000000000),
	CHECK (total IS NULL OR held + spent <= total OR over_limit = 1)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS {users} (
	account            VARBINARY(255) NOT NULL,
	id                 VARBINARY(255) NOT NULL,
	created            BIGINT,
	status_since       BIGINT,
	first_sign_in      BIGINT,
	approved           BIGINT,
	last_notified      BIGINT,
	notification_count BIGINT NOT NULL,
	expires            BIGINT,
	due                BIGINT,
	due_rank           TINYINT NOT NULL,
	administers        TINYINT,
	dated              TINYINT,
	held_back          TINYINT,
	status             VARBINARY(64) NOT NULL,
	role               VARBINARY(64) NOT NULL,
	first_name         VARBINARY(1020) NOT NULL,
	last_name          VARBINARY(1020) NOT NULL,
	username           VARBINARY(1020) NOT NULL,
	email              VARBINARY(255) NOT NULL,
	external_id        VARBINARY(1020) NOT NULL,
	location           VARBINARY(1020) NOT NULL,
	department         VARBINARY(1020) NOT NULL,
	title              VARBINARY(1020) NOT NULL,
	group_names        MEDIUMBLOB NOT NULL,
	source_kind        VARBINARY(64) NOT NULL,
	source_name        VARBINARY(1020) NOT NULL,
	facts              MEDIUMBLOB,
	email_key          VARBINARY(255),
	username_key       VARBINARY(255),
	external_id_key    VARBINARY(255),
	sort_name          VARBINARY(255) NOT NULL,
	PRIMARY KEY (account, id),
	UNIQUE INDEX {users}_by_email (account, email_key),
	UNIQUE INDEX {users}_by_username (account, username_key),
	UNIQUE INDEX {users}_by_external_id (account, external_id_key),
	INDEX {users}_by_name (account, sort_name, id),
	INDEX {users}_by_due (account, due, due_rank, id),
	INDEX {users}_by_administers (account, administers, id),
	INDEX {users}_by_dated (account, dated, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS {licences} (
	account  VARBINARY(255) NOT NULL,
	user_id  VARBINARY(255) NOT NULL,
	pool     VARBINARY(255) NOT NULL,
	number   BIGINT NOT NULL,
	state    VARBINARY(64) NOT NULL,
	assigned BIGINT,
	started  BIGINT,
	archived BIGINT,
	returned BIGINT,
	due_date VARBINARY(64) NOT NULL,
	ends     BIGINT,
	due      BIGINT,
	PRIMARY KEY (account, user_id, pool, number),
	INDEX {licences}_by_pool (account, pool, user_id, number),
	INDEX {licences}_by_due (account, due, user_id, pool, number)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS {events} (
	account     VARBINARY(255) NOT NULL,
	sequence    BIGINT NOT NULL,
	happened    BIGINT,
	place       BIGINT,
	kind        VARBINARY(64) NOT NULL,
	change_id   VARBINARY(255) NOT NULL,
	user_id     VARBINARY(255),
	request_key VARBINARY(255),
	facts       MEDIUMBLOB,
	PRIMARY KEY (account, sequence),
	INDEX {events}_by_key (account, request_key, place, sequence),
	INDEX {events}_by_person (account, user_id, sequence)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS {progress} (
	account     VARBINARY(255) NOT NULL,
	consumer    VARBINARY(255) NOT NULL,
	sequence    BIGINT NOT NULL,
	lease_until BIGINT,
	moves       BIGINT NOT NULL,
	PRIMARY KEY (account, consumer)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
