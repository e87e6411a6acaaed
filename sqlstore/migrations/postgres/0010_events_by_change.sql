CREATE INDEX {events}_by_change ON {events} (account, change_id)
