-- The addresses of users who share them with others, in comparison form.
ALTER TABLE {users} ADD COLUMN shared_email_key VARBINARY(255);
CREATE INDEX {users}_by_shared_email ON {users} (account, shared_email_key, id);
