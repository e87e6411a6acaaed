CREATE TABLE {migrations} (
	version bigint NOT NULL,
	name    text COLLATE "C" NOT NULL,
	PRIMARY KEY (version)
)
