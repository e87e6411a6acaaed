-- The planner is to take every account to be as large as the largest: else, where most
-- are small, it looks for one of a million people by going through all of them.
ALTER TABLE {events} ALTER COLUMN account SET (n_distinct = 1)
