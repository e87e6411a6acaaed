-- Lists in the orders by status, by role and by last change, and by name of some statuses or roles.
CREATE INDEX {users}_by_segment ON {users} (account, status, role, sort_name, id);
CREATE INDEX {users}_by_change ON {users} (account, status_since, id);
