#!/usr/bin/env bash
# Go 1.26, PostgreSQL 15.18 and MariaDB 10.11.19 (Debian 12): two days of 2026 whose midnight Go,
# PostgreSQL and MariaDB turn into different instants.
#
#                                   Go           PostgreSQL             MariaDB
#                                   time.Date    AT TIME ZONE           CONVERT_TZ
#   Santiago, 6 September: clocks
#   skip from 24:00 to 01:00        03:00 UTC    04:00 UTC              04:00 UTC
#   Havana, 1 November: midnight
#   comes twice, an hour apart      04:00 UTC    05:00 UTC              04:00 UTC
#
# The first instant of the day is 04:00 UTC in both. Go's 03:00 UTC is 23:00 of the day before;
# PostgreSQL's 05:00 UTC is an hour into the day. On all other days the three agree. East of
# Greenwich Go is right about skipped midnights (Cairo, 24 April: 22:00 UTC in all three).
#
# Hazard: a program that ends an access in Go and lists the same day by its database is off by an
# hour, on one day of the year and in few zones. The first instant at which the clock shows the
# day, found by Time.ZoneBounds, is right in both cases.
#
# Requires root, Go, and Debian's postgresql-15 and mariadb-server, which it installs. The servers
# run in a temporary folder and listen on sockets alone.
set -euo pipefail

pg=/usr/lib/postgresql/15/bin
if [ ! -x $pg/initdb ] || ! command -v mariadbd >/dev/null; then
	if [ ! -e /usr/sbin/policy-rc.d ]; then # Debian starts no services of its own
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
		chmod +x /usr/sbin/policy-rc.d
	fi
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-15 mariadb-server tzdata
fi
go version | grep -F "go1.26" || { echo "the finding is for Go 1.26"; exit 1; }
$pg/postgres --version | grep -F "15.18" || { echo "the finding is for PostgreSQL 15.18"; exit 1; }
mariadbd --version | grep -F "10.11.19" || { echo "the finding is for MariaDB 10.11.19"; exit 1; }

folder=$(mktemp -d)
chmod 755 "$folder"
server=
cleanup() {
	runuser -u postgres -- $pg/pg_ctl -D "$folder/pg/data" -m immediate stop >/dev/null 2>&1 || true
	[ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server"; } || true
	rm -rf "$folder"
}
trap cleanup EXIT

mkdir "$folder/go"
cat >"$folder/go/main.go" <<'GO'
package main

import (
	"fmt"
	"time"
)

func main() {
	for _, d := range []struct {
		zone  string
		month time.Month
		day   int
	}{{"Africa/Cairo", 4, 24}, {"America/Santiago", 9, 6}, {"America/Havana", 11, 1}} {
		in, err := time.LoadLocation(d.zone)
		if err != nil {
			panic(err)
		}
		fmt.Println(d.zone, time.Date(2026, d.month, d.day, 0, 0, 0, 0, in).UTC().Format("2006-01-02 15:04"))
	}
}
GO
go run "$folder/go/main.go" >"$folder/go.txt"

install -d -o postgres "$folder/pg"
runuser -u postgres -- $pg/initdb -D "$folder/pg/data" -A trust >/dev/null 2>&1
runuser -u postgres -- $pg/pg_ctl -D "$folder/pg/data" -o "-c listen_addresses='' -k $folder/pg" -w -l "$folder/pg/log" start >/dev/null
runuser -u postgres -- psql -h "$folder/pg" -AtX -F ' ' >"$folder/postgresql.txt" <<'SQL'
\pset footer off
SELECT zone, to_char(day::timestamp AT TIME ZONE zone AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
FROM (VALUES ('Africa/Cairo', '2026-04-24'), ('America/Santiago', '2026-09-06'), ('America/Havana', '2026-11-01')) v(zone, day);
SQL
sed -i '/footer/d' "$folder/postgresql.txt"

mkdir "$folder/maria"
chown mysql "$folder/maria"
printf '[mariadbd]\nuser=mysql\ndatadir=%s/data\nsocket=%s/s.sock\npid-file=%s/pid\nlog-error=%s/log\nskip-networking\nskip-log-bin\n' \
	"$folder/maria" "$folder/maria" "$folder/maria" "$folder/maria" >"$folder/my.cnf"
mariadb-install-db --defaults-file="$folder/my.cnf" --auth-root-authentication-method=normal --skip-test-db >/dev/null
mariadbd --defaults-file="$folder/my.cnf" 2>/dev/null &
server=$!
for _ in $(seq 100); do
	mariadb-admin --socket="$folder/maria/s.sock" -uroot ping >/dev/null 2>&1 && break
	sleep 0.2
done
client=(mariadb --socket="$folder/maria/s.sock" -uroot --batch --skip-column-names)
for zone in Africa/Cairo America/Santiago America/Havana; do
	mariadb-tzinfo-to-sql "/usr/share/zoneinfo/$zone" "$zone" | "${client[@]}" mysql
done
"${client[@]}" >"$folder/mariadb.txt" <<'SQL'
SELECT CONCAT(zone, ' ', DATE_FORMAT(CONVERT_TZ(day, zone, '+00:00'), '%Y-%m-%d %H:%i')) FROM (
	SELECT 'Africa/Cairo' zone, '2026-04-24' day UNION ALL SELECT 'America/Santiago', '2026-09-06' UNION ALL SELECT 'America/Havana', '2026-11-01') days;
SQL

same() {
	diff "$folder/$1.txt" - || { echo "$1 answers otherwise now"; exit 1; }
	echo "$1 as described:"
	cat "$folder/$1.txt"
}
same go <<'EOF'
Africa/Cairo 2026-04-23 22:00
America/Santiago 2026-09-06 03:00
America/Havana 2026-11-01 04:00
EOF
same postgresql <<'EOF'
Africa/Cairo 2026-04-23 22:00
America/Santiago 2026-09-06 04:00
America/Havana 2026-11-01 05:00
EOF
same mariadb <<'EOF'
Africa/Cairo 2026-04-23 22:00
America/Santiago 2026-09-06 04:00
America/Havana 2026-11-01 04:00
EOF
