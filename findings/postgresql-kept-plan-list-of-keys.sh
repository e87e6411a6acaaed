#!/usr/bin/env bash
# PostgreSQL 15.18 (Debian 12): a session whose statement takes a list of keys reads all rows of the
# account, if the session kept its plan while the table was small.
#
# users has the primary key (account, id), 20 rows of one account and no statistics. A session uses
# each of these statements six times, after which it keeps a generic plan. Then the account grows to
# 200,000 rows. Rows that a statement for two users reads (for one in the first line):
#
#   WHERE account = $1 AND ...               small    kept plan    planned anew
#     id = $2                                1        1            1
#     id = $2 UNION ALL ... id = $3          2        2            2
#     JOIN (VALUES ($1, $2), ($1, $3))       2        2            2
#     id = ANY($2)                           20       200,000      2
#     id IN ($2, $3)                         20       200,000      2
#     id = $2 OR id = $3                     20       200,000      2
#     (account, id) IN (($1, $2), ($1, $3))  20       200,000      2
#     JOIN unnest($2) key ON id = key        20       200,000      2
#
# The kept plan names users_pkey like the good one, and reads 2,499 pages instead of a few: the keys
# stand in its Filter, not in its Index Cond. If another index begins with the account, the plan can
# take that one.
#
# The cause is not a lack of statistics alone: "planned anew" has none either. The planner sees how
# large the file is, but growth makes no session plan anew. ANALYZE does, in all sessions; DISCARD PLANS
# does in its own. EXPLAIN of the same query with its values shows the good plan at the same moment.
# An ANALYZE of the 20 rows makes it worse: "id = $2" then keeps a Seq Scan of the table.
#
# Hazard: a service starts with an empty database, its pool keeps the plans of the first few rows, and
# an import reads the whole account for each batch of keys. The server of this script runs without
# autovacuum for the same answers each time. On a live server this lasts until autovacuum's ANALYZE. By
# default autovacuum looks once a minute for tables of which more than 50 rows are new.
#
# Known in general: the manual says, under PREPARE, that DDL and new statistics end a kept plan.
#
# Requires root and installs postgresql-15 from Debian's packages. The server runs in a
# temporary folder and listens on a socket alone.
set -euo pipefail

pg=/usr/lib/postgresql/15/bin
if [ ! -x $pg/initdb ]; then
	if [ ! -e /usr/sbin/policy-rc.d ]; then # Debian starts no services of its own
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
		chmod +x /usr/sbin/policy-rc.d
	fi
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-15
fi
$pg/postgres --version | grep -F "15.18" || { echo "the finding is for PostgreSQL 15.18"; exit 1; }

folder=$(mktemp -d)
chmod 755 "$folder"
cleanup() {
	runuser -u postgres -- $pg/pg_ctl -D "$folder/pg/data" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"
install -d -o postgres "$folder/pg"
runuser -u postgres -- $pg/initdb -D "$folder/pg/data" -A trust --locale=C.UTF-8 >/dev/null 2>&1
runuser -u postgres -- $pg/pg_ctl -D "$folder/pg/data" -o "-c listen_addresses='' -k $folder/pg -c autovacuum=off" -w -l "$folder/pg/log" start >/dev/null

runuser -u postgres -- psql -h "$folder/pg" -AtXq -F ' | ' -v ON_ERROR_STOP=1 >"$folder/seen.txt" <<'SQL'
CREATE TABLE users (account text, id text, name text NOT NULL, PRIMARY KEY (account, id));
INSERT INTO users SELECT 'acme', 'u' || n, 'name ' || n FROM generate_series(1, 20) n;
CREATE TABLE twice (LIKE users INCLUDING ALL); -- with a second index
CREATE INDEX by_name ON twice (account, name, id);
INSERT INTO twice TABLE users;
CREATE TABLE early (LIKE users INCLUDING ALL); -- with statistics of its first rows
INSERT INTO early TABLE users;
ANALYZE early;

PREPARE one(text, text) AS SELECT name FROM users WHERE account = $1 AND id = $2;
PREPARE every(text, text, text) AS SELECT name FROM users WHERE account = $1 AND id = $2
	UNION ALL SELECT name FROM users WHERE account = $1 AND id = $3;
PREPARE pairs(text, text, text) AS SELECT name FROM users JOIN (VALUES ($1, $2), ($1, $3)) k(a, key) ON account = a AND id = key;
PREPARE list(text, text[]) AS SELECT name FROM users WHERE account = $1 AND id = ANY($2);
PREPARE two(text, text, text) AS SELECT name FROM users WHERE account = $1 AND id IN ($2, $3);
PREPARE either(text, text, text) AS SELECT name FROM users WHERE account = $1 AND (id = $2 OR id = $3);
PREPARE rows(text, text, text) AS SELECT name FROM users WHERE (account, id) IN (($1, $2), ($1, $3));
PREPARE keys(text, text[]) AS SELECT name FROM unnest($2) key JOIN users ON account = $1 AND id = key;
PREPARE twice(text, text[]) AS SELECT name FROM twice WHERE account = $1 AND id = ANY($2);
PREPARE early(text, text) AS SELECT name FROM early WHERE account = $1 AND id = $2;
CREATE TABLE calls AS SELECT * FROM unnest(ARRAY[$$one('acme', 'u1')$$, $$every('acme', 'u1', 'u7')$$, $$pairs('acme', 'u1', 'u7')$$,
	$$list('acme', '{u1,u7}')$$, $$two('acme', 'u1', 'u7')$$, $$either('acme', 'u1', 'u7')$$, $$rows('acme', 'u1', 'u7')$$,
	$$keys('acme', '{u1,u7}')$$, $$twice('acme', '{u1,u7}')$$, $$early('acme', 'u1')$$]) WITH ORDINALITY calls(call, n);

-- seen executes a prepared statement and returns what its scans read.
CREATE FUNCTION seen(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan jsonb; read text; pages int;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ' || call INTO plan;
	plan := plan->0->'Plan';
	SELECT format('%s rows by %s', sum((scan->>'Actual Loops')::bigint * ((scan->>'Actual Rows')::bigint + coalesce(scan->>'Rows Removed by Filter', '0')::bigint)),
		min(coalesce(scan->>'Index Name', scan->>'Node Type')))
	FROM jsonb_path_query(plan, 'strict $.** ? (exists(@."Index Name") || @."Node Type" == "Seq Scan")') scan INTO read;
	pages := (plan->>'Shared Hit Blocks')::int + (plan->>'Shared Read Blocks')::int; -- a few can be of the catalogue
	RETURN format('%s, %s pages', read, CASE WHEN pages > 20 THEN pages::text ELSE 'few' END);
END $$;

DO 'BEGIN FOR use IN 1..6 LOOP PERFORM seen(call) FROM calls; END LOOP; END';
SELECT 'small', call, seen(call) FROM calls ORDER BY n;
INSERT INTO users SELECT 'acme', 'u' || n, 'name ' || n FROM generate_series(21, 200000) n;
INSERT INTO twice SELECT * FROM users OFFSET 20;
INSERT INTO early SELECT * FROM users OFFSET 20;
SELECT 'kept', call, seen(call) FROM calls ORDER BY n;
SELECT 'kept plans that are generic', count(*) FROM pg_prepared_statements WHERE custom_plans = 5 AND generic_plans = 3;
EXPLAIN (COSTS OFF) EXECUTE list('acme', '{u1,u7}');
EXPLAIN (COSTS OFF) SELECT name FROM users WHERE account = 'acme' AND id = ANY('{u1,u7}');
ANALYZE twice, early;
SELECT 'analysed', call, seen(call) FROM calls WHERE call ~ 'list|twice|early' ORDER BY n;
DISCARD PLANS;
SET plan_cache_mode = force_generic_plan; -- at once, and not after five uses
SELECT 'anew', call, seen(call) FROM calls WHERE call !~ 'twice|early' ORDER BY n;
SQL

diff "$folder/seen.txt" - <<'SEEN' || { echo "PostgreSQL answers otherwise now"; exit 1; }
small | one('acme', 'u1') | 1 rows by users_pkey, few pages
small | every('acme', 'u1', 'u7') | 2 rows by users_pkey, few pages
small | pairs('acme', 'u1', 'u7') | 2 rows by users_pkey, few pages
small | list('acme', '{u1,u7}') | 20 rows by users_pkey, few pages
small | two('acme', 'u1', 'u7') | 20 rows by users_pkey, few pages
small | either('acme', 'u1', 'u7') | 20 rows by users_pkey, few pages
small | rows('acme', 'u1', 'u7') | 20 rows by users_pkey, few pages
small | keys('acme', '{u1,u7}') | 20 rows by users_pkey, few pages
small | twice('acme', '{u1,u7}') | 20 rows by by_name, few pages
small | early('acme', 'u1') | 20 rows by Seq Scan, few pages
kept | one('acme', 'u1') | 1 rows by users_pkey, few pages
kept | every('acme', 'u1', 'u7') | 2 rows by users_pkey, few pages
kept | pairs('acme', 'u1', 'u7') | 2 rows by users_pkey, few pages
kept | list('acme', '{u1,u7}') | 200000 rows by users_pkey, 2499 pages
kept | two('acme', 'u1', 'u7') | 200000 rows by users_pkey, 2499 pages
kept | either('acme', 'u1', 'u7') | 200000 rows by users_pkey, 2499 pages
kept | rows('acme', 'u1', 'u7') | 200000 rows by users_pkey, 2499 pages
kept | keys('acme', '{u1,u7}') | 200000 rows by users_pkey, 2499 pages
kept | twice('acme', '{u1,u7}') | 200000 rows by by_name, 3286 pages
kept | early('acme', 'u1') | 200000 rows by Seq Scan, 1373 pages
kept plans that are generic | 10
Bitmap Heap Scan on users
  Recheck Cond: (account = $1)
  Filter: (id = ANY ($2))
  ->  Bitmap Index Scan on users_pkey
        Index Cond: (account = $1)
Bitmap Heap Scan on users
  Recheck Cond: ((account = 'acme'::text) AND (id = ANY ('{u1,u7}'::text[])))
  ->  Bitmap Index Scan on users_pkey
        Index Cond: ((account = 'acme'::text) AND (id = ANY ('{u1,u7}'::text[])))
analysed | list('acme', '{u1,u7}') | 200000 rows by users_pkey, 2499 pages
analysed | twice('acme', '{u1,u7}') | 2 rows by twice_pkey, few pages
analysed | early('acme', 'u1') | 1 rows by early_pkey, few pages
anew | one('acme', 'u1') | 1 rows by users_pkey, few pages
anew | every('acme', 'u1', 'u7') | 2 rows by users_pkey, few pages
anew | pairs('acme', 'u1', 'u7') | 2 rows by users_pkey, few pages
anew | list('acme', '{u1,u7}') | 2 rows by users_pkey, few pages
anew | two('acme', 'u1', 'u7') | 2 rows by users_pkey, few pages
anew | either('acme', 'u1', 'u7') | 2 rows by users_pkey, few pages
anew | rows('acme', 'u1', 'u7') | 2 rows by users_pkey, few pages
anew | keys('acme', '{u1,u7}') | 2 rows by users_pkey, few pages
SEEN
cat "$folder/seen.txt"
