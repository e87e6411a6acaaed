CREATE UNIQUE INDEX IF NOT EXISTS {users}_by_email ON {users} (account, email_key)
