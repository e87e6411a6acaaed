-- Writes any number of changes, and returns the IDs of the accounts that were written.
-- The parameters are JSON: $1 accounts, $2 pools, $3 updated users, $4 created users, $5 licences, $6 events.
--
-- The accounts are locked in the order of their IDs, so that concurrent commits never wait
-- for each other in a circle. An account that is at its base when locked stays there until
-- the end of the transaction. The unique keys are DEFERRABLE: they are checked at the end of
-- the statement, so users may exchange keys.
WITH change AS MATERIALIZED (
	SELECT * FROM json_to_recordset($1::text::json) AS r(
		base bigint, first bigint,
		id text, name text, revision bigint, sequence bigint, policy text, time_zone text, tally text,
		opened bigint, changed bigint, payer text, closed bigint, erased bigint, salt text, next_due bigint)
),
locked AS MATERIALIZED (
	SELECT a.*
	FROM (SELECT id FROM change WHERE base > 0 ORDER BY id COLLATE "C") c,
	LATERAL (SELECT id, revision, sequence FROM {accounts} WHERE id = c.id LIMIT 1 FOR NO KEY UPDATE) a
),
opened AS (
	INSERT INTO {accounts} (
		id, name, revision, sequence, policy, time_zone, tally, opened, changed, payer, closed, erased,
		salt, next_due)
	SELECT
		id, name, revision, sequence, policy, time_zone, tally, opened, changed, payer, closed, erased,
		salt, next_due
	FROM change c
	WHERE base = 0 AND NOT EXISTS (SELECT 1 FROM {accounts} a WHERE a.id = c.id)
	RETURNING id
),
-- The last event is looked up by its primary key. An EXISTS might become a scan of the table.
changed AS (
	UPDATE {accounts} a SET
		name = c.name, revision = c.revision, sequence = c.sequence, policy = c.policy,
		time_zone = c.time_zone, tally = c.tally, opened = c.opened, changed = c.changed, payer = c.payer,
		closed = c.closed, erased = c.erased, salt = c.salt, next_due = c.next_due
	FROM change c JOIN locked l ON l.id = c.id
	WHERE a.id = c.id AND l.revision = c.base AND COALESCE(c.first, l.sequence + 1) = l.sequence + 1
		AND l.sequence = COALESCE((SELECT e.sequence FROM {events} e WHERE e.account = l.id AND e.sequence = l.sequence), 0)
	RETURNING a.id
),
written AS MATERIALIZED (
	SELECT id FROM opened UNION ALL SELECT id FROM changed
),
pools AS (
	INSERT INTO {pools} (
		account, id, held, spent, over_limit, name, version, booked, ends, term, due, total, unlimited)
	SELECT
		account, id, held, spent, over_limit, name, version, booked, ends, term, due, total, unlimited
	FROM json_to_recordset($2::text::json) AS r(
		account text, id text, held bigint, spent bigint, over_limit bigint, name text, version text,
		booked text, ends text, term text, due bigint, total bigint, unlimited bigint)
	WHERE account IN (SELECT id FROM written)
	ON CONFLICT (account, id) DO UPDATE SET
		held = excluded.held, spent = excluded.spent, over_limit = excluded.over_limit,
		name = excluded.name, version = excluded.version, booked = excluded.booked, ends = excluded.ends,
		term = excluded.term, due = excluded.due,
		total = excluded.total, unlimited = excluded.unlimited
),
updated_users AS (
	UPDATE {users} u SET
		status = n.status, role = n.role, first_name = n.first_name, last_name = n.last_name,
		username = n.username, email = n.email, external_id = n.external_id, location = n.location,
		department = n.department, title = n.title, group_names = n.group_names,
		source_kind = n.source_kind, source_name = n.source_name, left_as = n.left_as,
		archived_as = n.archived_as, created = n.created, status_since = n.status_since,
		first_sign_in = n.first_sign_in, approved = n.approved, last_notified = n.last_notified,
		notification_count = n.notification_count, expires = n.expires, lapses = n.lapses,
		start = n.start, schedule = n.schedule, due = n.due, salt = n.salt,
		administers = n.administers, dated = n.dated, held_back = n.held_back, due_rank = n.due_rank, sort_name = n.sort_name,
		external_id_key = CASE WHEN n.writes_external_id_key = 1 THEN n.external_id_key ELSE u.external_id_key END,
		email_key = CASE WHEN n.writes_email_key = 1 THEN n.email_key ELSE u.email_key END,
		username_key = CASE WHEN n.writes_username_key = 1 THEN n.username_key ELSE u.username_key END
	FROM (SELECT * FROM json_to_recordset($3::text::json) AS r(
		writes_external_id_key bigint, writes_email_key bigint, writes_username_key bigint, account text,
		id text, status text, role text, first_name text, last_name text, username text, email text,
		external_id text, location text, department text, title text, group_names text, source_kind text,
		source_name text, left_as text, archived_as text, created bigint, status_since bigint,
		first_sign_in bigint, approved bigint, last_notified bigint, notification_count bigint,
		expires bigint, lapses bigint, start text, schedule text, due bigint, salt text, email_key text,
		username_key text, external_id_key text, administers bigint, dated bigint, held_back bigint, due_rank bigint,
		sort_name text)) n
	WHERE u.account = n.account AND u.id = n.id AND n.account IN (SELECT id FROM written)
),
created_users AS (
	INSERT INTO {users} (
		account, id, status, role, first_name, last_name, username, email, external_id, location,
		department, title, group_names, source_kind, source_name, left_as, archived_as, created,
		status_since, first_sign_in, approved, last_notified, notification_count, expires, lapses,
		start, schedule, due, salt, email_key, username_key, external_id_key, administers, dated, held_back, due_rank,
		sort_name)
	SELECT
		account, id, status, role, first_name, last_name, username, email, external_id, location,
		department, title, group_names, source_kind, source_name, left_as, archived_as, created,
		status_since, first_sign_in, approved, last_notified, notification_count, expires, lapses,
		start, schedule, due, salt, email_key, username_key, external_id_key, administers, dated, held_back, due_rank,
		sort_name
	FROM json_to_recordset($4::text::json) AS r(
		account text, id text, status text, role text, first_name text, last_name text, username text,
		email text, external_id text, location text, department text, title text, group_names text,
		source_kind text, source_name text, left_as text, archived_as text, created bigint,
		status_since bigint, first_sign_in bigint, approved bigint, last_notified bigint,
		notification_count bigint, expires bigint, lapses bigint, start text, schedule text, due bigint,
		salt text, email_key text, username_key text, external_id_key text, administers bigint,
		dated bigint, held_back bigint, due_rank bigint, sort_name text)
	WHERE account IN (SELECT id FROM written)
),
licences AS (
	INSERT INTO {licences} (
		account, user_id, pool, number, state, assigned, started, archived, returned, due_date, ends, due)
	SELECT
		account, user_id, pool, number, state, assigned, started, archived, returned, due_date, ends, due
	FROM json_to_recordset($5::text::json) AS r(
		account text, user_id text, pool text, number bigint, state text, assigned bigint, started bigint,
		archived bigint, returned bigint, due_date text, ends bigint, due bigint)
	WHERE account IN (SELECT id FROM written)
	ON CONFLICT (account, user_id, pool, number) DO UPDATE SET
		state = excluded.state, assigned = excluded.assigned, started = excluded.started,
		archived = excluded.archived, returned = excluded.returned, due_date = excluded.due_date,
		ends = excluded.ends, due = excluded.due
),
events AS (
	INSERT INTO {events} (
		account, sequence, happened, kind, change_id, actor_kind, actor_user, actor_name, channel,
		request_key, place, digest, correlation, reason, user_id, status_before, role_before, synced_before,
		status_after, role_after, synced_after, successor, receivers, fields, quantity, date, date_as, policy, pool, delta,
		held, spent, tally, total, unlimited)
	SELECT
		account, sequence, happened, kind, change_id, actor_kind, actor_user, actor_name, channel,
		request_key, place, digest, correlation, reason, user_id, status_before, role_before, synced_before,
		status_after, role_after, synced_after, successor, receivers, fields, quantity, date, date_as, policy, pool, delta,
		held, spent, tally, total, unlimited
	FROM json_to_recordset($6::text::json) AS r(
		account text, sequence bigint, happened bigint, kind text, change_id text, actor_kind text,
		actor_user text, actor_name text, channel text, request_key text, place bigint, digest text,
		correlation text, reason text, user_id text, status_before text, role_before text,
		synced_before bigint, status_after text, role_after text, synced_after bigint, successor text,
		receivers text, fields text, quantity bigint, date text, date_as text, policy text, pool text, delta bigint, held bigint,
		spent bigint, tally text, total bigint, unlimited bigint)
	WHERE account IN (SELECT id FROM written)
)
SELECT id FROM written;
