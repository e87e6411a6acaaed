CREATE INDEX {events}_by_key ON {events} (account, request_key, place, sequence) WHERE request_key IS NOT NULL
