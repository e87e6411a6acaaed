CREATE UNIQUE INDEX {users}_by_email ON {users} (account, email_key)
