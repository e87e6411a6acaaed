CREATE INDEX {users}_by_administers ON {users} (account, administers, id) WHERE administers IS NOT NULL
