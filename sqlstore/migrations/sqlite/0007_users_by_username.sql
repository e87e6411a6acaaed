CREATE UNIQUE INDEX {users}_by_username ON {users} (account, username_key)
