CREATE INDEX {events}_by_person ON {events} (account, user_id, sequence)
