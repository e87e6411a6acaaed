CREATE UNIQUE INDEX IF NOT EXISTS {users}_by_external_id ON {users} (account, external_id_key)
