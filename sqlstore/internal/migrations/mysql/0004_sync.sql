-- The syncs of an account, as a document.
ALTER TABLE {accounts} ADD COLUMN sources MEDIUMBLOB;
