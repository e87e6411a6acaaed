#!/usr/bin/env bash
# MariaDB 10.11.19 (Debian 12's mariadb-server): a lock wait timeout can skip the exit handler of
# a compound statement.
#
# BEGIN NOT ATOMIC ... END runs a transaction with DECLARE EXIT HANDLER FOR SQLEXCEPTION and a
# ROLLBACK in it. Another session holds a gap lock on a secondary index. Two statements of the
# block wait for it:
#
#   INSERT  waits, ends in error 1205, and the handler rolls back: @@in_transaction is 0
#   UPDATE  has found its row by the primary key and waits to write the new index value. It
#           ends in the same error 1205, the handler is skipped, and the session keeps the
#           transaction and its locks: @@in_transaction is 1. The next START TRANSACTION of
#           the session commits the writes of the failed block.
#
# Hazard: if a program returns the connection to a pool, the next transaction commits half of
# the failed one. A ROLLBACK after every error of a block avoids it.
#
# Requires root and installs mariadb-server from Debian's packages. The server runs in a
# temporary folder and listens on a socket alone.
set -euo pipefail

version=10.11.19
if ! command -v mariadbd >/dev/null; then
	if [ ! -e /usr/sbin/policy-rc.d ]; then # Debian starts no services of its own
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
		chmod +x /usr/sbin/policy-rc.d
	fi
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends mariadb-server
fi
mariadbd --version | grep -F "$version" || { echo "the finding is for MariaDB $version"; exit 1; }

folder=$(mktemp -d)
server=
cleanup() {
	[ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server"; } || true
	rm -rf "$folder"
}
trap cleanup EXIT
chown mysql "$folder"
printf '[mariadbd]\nuser=mysql\ndatadir=%s/data\nsocket=%s/s.sock\npid-file=%s/pid\nlog-error=%s/log\nskip-networking\nskip-log-bin\n' \
	"$folder" "$folder" "$folder" "$folder" >"$folder/my.cnf"
mariadb-install-db --defaults-file="$folder/my.cnf" --auth-root-authentication-method=normal --skip-test-db >/dev/null
mariadbd --defaults-file="$folder/my.cnf" &
server=$!
for _ in $(seq 100); do
	mariadb-admin --socket="$folder/s.sock" -uroot ping >/dev/null 2>&1 && break
	sleep 0.2
done
client=(mariadb --socket="$folder/s.sock" -uroot --batch --skip-column-names --force)

"${client[@]}" <<'SQL'
CREATE DATABASE d;
CREATE TABLE d.account (id INT PRIMARY KEY, revision INT) ENGINE=InnoDB;
CREATE TABLE d.person (id INT PRIMARY KEY, email VARCHAR(40), KEY by_email (email)) ENGINE=InnoDB;
INSERT INTO d.account VALUES (1, 1);
INSERT INTO d.person VALUES (1, 'a@example.com'), (2, 'z@example.com');
SQL

# The other session: a locking read of the whole index, kept open until the pipe ends.
mkfifo "$folder/hold"
"${client[@]}" d <"$folder/hold" >"$folder/held" &
exec 3>"$folder/hold"
echo "START TRANSACTION; SELECT COUNT(*) FROM person FORCE INDEX (by_email) WHERE email > '' LOCK IN SHARE MODE; SELECT 'held';" >&3
for _ in $(seq 100); do
	grep -q held "$folder/held" && break
	sleep 0.1
done

block() { # prints the state of a session after a failed block with this statement
	"${client[@]}" d 2>"$folder/error" <<SQL
SET innodb_lock_wait_timeout = 1;
DELIMITER //
BEGIN NOT ATOMIC
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
  START TRANSACTION;
  UPDATE account SET revision = revision + 1 WHERE id = 1;
  $1;
  COMMIT;
END //
DELIMITER ;
SELECT @@in_transaction;
START TRANSACTION;
COMMIT;
SELECT revision FROM account WHERE id = 1;
SQL
	grep -o 'ERROR 1205' "$folder/error"
}

inserted=$(block "INSERT INTO person VALUES (3, 'm@example.com')" | tr '\n' ' ')
updated=$(block "UPDATE person SET email = 'm@example.com' WHERE id = 1" | tr '\n' ' ')
exec 3>&-
echo "INSERT: in_transaction, revision afterwards, error: $inserted"
echo "UPDATE: in_transaction, revision afterwards, error: $updated"
[ "$inserted" = "0 1 ERROR 1205 " ] && [ "$updated" = "1 2 ERROR 1205 " ]
# Seen:
# INSERT: in_transaction, revision afterwards, error: 0 1 ERROR 1205
# UPDATE: in_transaction, revision afterwards, error: 1 2 ERROR 1205
