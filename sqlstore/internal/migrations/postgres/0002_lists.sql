-- Lists in the orders by status, by role and by last change, and by name of some statuses or roles.
CREATE INDEX {users}_by_segment ON {users} (account, status, role, sort_name, id);
CREATE INDEX {users}_by_change ON {users} (account, status_since, id);
-- The addresses of users who share them with others, in comparison form.
ALTER TABLE {users} ADD COLUMN shared_email_key text COLLATE "C";
CREATE INDEX {users}_by_shared_email ON {users} (account, shared_email_key, id) WHERE shared_email_key IS NOT NULL;
