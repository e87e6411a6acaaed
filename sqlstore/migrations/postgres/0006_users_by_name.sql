CREATE INDEX {users}_by_name ON {users} (account, sort_name, id)
