CREATE TABLE IF NOT EXISTS {migrations} (
	version bigint NOT NULL,
	name    text NOT NULL,
	PRIMARY KEY (version)
)
