CREATE INDEX IF NOT EXISTS {users}_by_due ON {users} (account, due, id) WHERE due IS NOT NULL
