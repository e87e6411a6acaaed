CREATE UNIQUE INDEX IF NOT EXISTS {users}_by_username ON {users} (account, username_key)
