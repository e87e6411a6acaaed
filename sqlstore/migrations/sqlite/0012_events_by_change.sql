CREATE INDEX IF NOT EXISTS {events}_by_change ON {events} (account, change_id)
