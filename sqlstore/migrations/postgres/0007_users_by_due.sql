CREATE INDEX {users}_by_due ON {users} (account, due, id) WHERE due IS NOT NULL
