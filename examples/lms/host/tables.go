package host

// tables are the host's own. A row of a job, of its lines and of its receipts is written in the transaction that changes
// the seats.
var tables = []string{
	`lms_sessions (token {id} NOT NULL PRIMARY KEY, data {bytes} NOT NULL, expires BIGINT NOT NULL)`,

	// A job is a bulk action, its undo, or an import. beat is the last sign of the process at work.
	`lms_jobs (id {id} NOT NULL PRIMARY KEY, account {id} NOT NULL, made BIGINT NOT NULL, kind {id} NOT NULL, actor {text} NOT NULL,
		spec {text} NOT NULL, state {id} NOT NULL, total BIGINT NOT NULL, done BIGINT NOT NULL, passed BIGINT NOT NULL, refused BIGINT NOT NULL,
		note {text} NOT NULL, beat BIGINT NOT NULL)`,
	`lms_lines (job {id} NOT NULL, line BIGINT NOT NULL, user_id {id} NOT NULL, outcome {text} NOT NULL, PRIMARY KEY (job, line))`,
	`lms_receipts (job {id} NOT NULL, part BIGINT NOT NULL, receipt {text} NOT NULL, PRIMARY KEY (job, part))`,

	// An upload is a file of people in the folder, with what an admin said of its columns and the plan that was shown.
	`lms_uploads (id {id} NOT NULL PRIMARY KEY, account {id} NOT NULL, made BIGINT NOT NULL, name {text} NOT NULL, size BIGINT NOT NULL,
		reading {text} NOT NULL, plan {text} NOT NULL, job {id} NOT NULL)`,

	// A run is a file of a source that was compared, with what it counted.
	`lms_runs (job {id} NOT NULL PRIMARY KEY, account {id} NOT NULL, source {id} NOT NULL, made BIGINT NOT NULL, upload {id} NOT NULL,
		file {text} NOT NULL, differences {text} NOT NULL)`,

	// A token is for an identity provider. Groups are those that it pushes.
	`lms_tokens (hash {id} NOT NULL PRIMARY KEY, id {id} NOT NULL, account {id} NOT NULL, source {id} NOT NULL, made BIGINT NOT NULL, used BIGINT NOT NULL)`,
	`lms_groups (account {id} NOT NULL, source {id} NOT NULL, id {id} NOT NULL, name {id} NOT NULL, document {text} NOT NULL,
		PRIMARY KEY (account, source, id), UNIQUE (account, source, name))`,

	// A push is a kind of request of an identity provider that was refused, with how often.
	`lms_pushes (account {id} NOT NULL, source {id} NOT NULL, method {id} NOT NULL, status BIGINT NOT NULL, detail {id} NOT NULL,
		times BIGINT NOT NULL, latest BIGINT NOT NULL, PRIMARY KEY (account, source, method, status, detail))`,

	// A secret is a key of the host, common to its processes.
	`lms_secrets (name {id} NOT NULL PRIMARY KEY, value {bytes} NOT NULL)`,

	// A training record is the host's own, for each license of a course. It stays when the user has gone.
	`lms_records (account {id} NOT NULL, user_id {id} NOT NULL, pool {id} NOT NULL, number BIGINT NOT NULL, opened BIGINT NOT NULL,
		lessons BIGINT NOT NULL, done BIGINT NOT NULL, PRIMARY KEY (account, user_id, pool, number))`,

	// A mail is written with the progress of the consumer; sent is the instant at which its file was in the folder.
	`lms_mails (account {id} NOT NULL, event BIGINT NOT NULL, user_id {id} NOT NULL, address {text} NOT NULL, subject {text} NOT NULL,
		body {text} NOT NULL, made BIGINT NOT NULL, sent BIGINT NOT NULL, PRIMARY KEY (account, event, user_id))`,
}
