CREATE TABLE {progress} (
	consumer     text COLLATE "C" NOT NULL,
	account      text COLLATE "C" NOT NULL,
	sequence     bigint NOT NULL,
	lease_until bigint,
	moves        bigint NOT NULL,
	PRIMARY KEY (consumer, account)
)
