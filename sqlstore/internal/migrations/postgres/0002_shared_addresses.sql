-- The addresses of users who share them with others, in comparison form.
ALTER TABLE {users} ADD COLUMN shared_email_key text COLLATE "C";
CREATE INDEX {users}_by_shared_email ON {users} (account, shared_email_key, id) WHERE shared_email_key IS NOT NULL;
