CREATE TABLE {migrations} (
	version INTEGER NOT NULL,
	name    TEXT NOT NULL,
	PRIMARY KEY (version)
)
