CREATE TABLE IF NOT EXISTS {progress} (
	consumer     VARBINARY(255) NOT NULL,
	account      VARBINARY(255) NOT NULL,
	sequence     BIGINT NOT NULL,
	lease_until BIGINT,
	moves        BIGINT NOT NULL,
	PRIMARY KEY (consumer, account)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC
