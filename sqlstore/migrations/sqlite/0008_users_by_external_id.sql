CREATE UNIQUE INDEX {users}_by_external_id ON {users} (account, external_id_key)
