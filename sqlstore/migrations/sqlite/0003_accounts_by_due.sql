CREATE INDEX {accounts}_by_due ON {accounts} (next_due) WHERE next_due IS NOT NULL
