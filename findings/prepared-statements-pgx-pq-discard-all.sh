#!/usr/bin/env bash
# pgx v5.12.0 (its package stdlib) and lib/pq v1.12.3 (Go 1.26, PostgreSQL 15.18): after a DISCARD ALL
# in its session, a *sql.Stmt fails on the connection for ever. With pgx so do plain queries of the
# same text and new statements of it, until all statements of the text are closed.
#
# Three uses of SELECT $1::text each, by a pool of one connection, after DISCARD ALL; 26000 is
# "prepared statement does not exist":
#
#                                                     pgx                  lib/pq
#   DB.QueryRow, without a Stmt of the text           26000 ok ok          ok ok ok
#   with a Stmt that was prepared before:
#     the Stmt                                        26000 26000 26000    26000 26000 26000
#     DB.QueryRow of the same text                    26000 26000 26000    ok ok ok
#     a second Stmt of the same text (DB.Prepare)     26000 26000 26000    ok ok ok
#     the second, after the first is closed           26000 26000 26000    ok ok ok
#     a third, after both are closed                  ok ok ok             ok ok ok
#     DB.QueryRow or a Stmt of another text           ok ok ok             ok ok ok
#     the first Stmt, after pgx's DeallocateAll       ok ok ok             -
#     the first Stmt, on a new connection             ok ok ok             ok ok ok
#
# pgx remembers the statements of a connection by their texts and counts their uses by Stmts. Its own
# statement of a plain query it forgets after the failure; a text of Stmts it forgets when the last
# Stmt is closed. DB.Prepare of a remembered text sends nothing to the server and returns no error. A
# space more makes it another text.
#
# Hazard: a program that answers 26000 by a new DB.Prepare and then closes the old Stmt is well with
# lib/pq. With pgx it must close the old one first, and even this is in vain while another part of the
# program holds a Stmt of the text. Such a Stmt makes plain queries fail, too. DISCARD ALL is a usual
# way to clean a session before its next use.
#
# Near it, not the same: pgx's issue 638 of 2019 (Tx.Prepare behind a pooler) and issue 2442 of 2025
# (Exec without a Stmt, mended since).
#
# Requires root, Go, and Debian's postgresql-15, which it installs. The server runs in a temporary
# folder and listens on a socket alone.
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
go version | grep -F "go1.26" || { echo "the finding is for Go 1.26"; exit 1; }
$pg/postgres --version | grep -F "15.18" || { echo "the finding is for PostgreSQL 15.18"; exit 1; }

folder=$(mktemp -d)
chmod 755 "$folder"
cleanup() {
	runuser -u postgres -- $pg/pg_ctl -D "$folder/pg/data" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$folder"
}
trap cleanup EXIT
export GOFLAGS=-mod=mod GOWORK=off
cd "$folder"
install -d -o postgres "$folder/pg"
runuser -u postgres -- $pg/initdb -D "$folder/pg/data" -A trust >/dev/null 2>&1
runuser -u postgres -- $pg/pg_ctl -D "$folder/pg/data" -o "-c listen_addresses='' -k $folder/pg" -w -l "$folder/pg/log" start >/dev/null

mkdir "$folder/go"
cd "$folder/go"
cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/jackc/pgx/v5 v5.12.0
	github.com/lib/pq v1.12.3
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
)

const query = "SELECT $1::text"

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// three uses what runs the query, and returns the SQLSTATEs.
func three(row func() *sql.Row) string {
	var states []string
	for range 3 {
		var answer string
		err := row().Scan(&answer)
		var state interface{ SQLState() string }
		switch {
		case err == nil && answer == "a":
			states = append(states, "ok")
		case errors.As(err, &state):
			states = append(states, state.SQLState())
		default:
			panic(err)
		}
	}
	return strings.Join(states, " ")
}

func main() {
	for _, driver := range []string{"pgx", "postgres"} {
		open := func() *sql.DB {
			db := must(sql.Open(driver, "host="+os.Args[1]+" user=postgres dbname=postgres sslmode=disable"))
			db.SetMaxOpenConns(1)
			return db
		}
		of := func(st *sql.Stmt) string { return three(func() *sql.Row { return st.QueryRow("a") }) }
		plain := func(db *sql.DB, text string) string {
			return three(func() *sql.Row { return db.QueryRow(text, "a") })
		}
		say := func(what, states string) { fmt.Printf("%s, %s: %s\n", driver, what, states) }

		db := open()
		plain(db, query)
		must(db.Exec("DISCARD ALL"))
		say("plain, no Stmt", plain(db, query))

		db = open()
		first := must(db.Prepare(query))
		of(first)
		must(db.Exec("DISCARD ALL"))
		say("Stmt", of(first))
		say("plain, same text", plain(db, query))
		second := must(db.Prepare(query))
		say("second Stmt", of(second))
		first.Close()
		say("second Stmt, first closed", of(second))
		say("plain, other text", plain(db, query+" "))
		say("Stmt, other text", of(must(db.Prepare(query+"  "))))
		second.Close()
		say("third Stmt, all closed", of(must(db.Prepare(query))))

		db = open()
		first = must(db.Prepare(query))
		must(db.Exec("DISCARD ALL"))
		if driver == "pgx" {
			conn := must(db.Conn(context.Background()))
			must(0, conn.Raw(func(c any) error {
				return c.(*stdlib.Conn).Conn().DeallocateAll(context.Background())
			}))
			must(0, conn.Close())
			say("Stmt, DeallocateAll", of(first))
			must(db.Exec("DISCARD ALL"))
		}
		db.SetMaxIdleConns(-1)
		say("Stmt, new connection", of(first))
	}
}
GO
go run . "$folder/pg" >"$folder/seen.txt"
diff "$folder/seen.txt" - <<'SEEN' || { echo "pgx or lib/pq answers otherwise now"; exit 1; }
pgx, plain, no Stmt: 26000 ok ok
pgx, Stmt: 26000 26000 26000
pgx, plain, same text: 26000 26000 26000
pgx, second Stmt: 26000 26000 26000
pgx, second Stmt, first closed: 26000 26000 26000
pgx, plain, other text: ok ok ok
pgx, Stmt, other text: ok ok ok
pgx, third Stmt, all closed: ok ok ok
pgx, Stmt, DeallocateAll: ok ok ok
pgx, Stmt, new connection: ok ok ok
postgres, plain, no Stmt: ok ok ok
postgres, Stmt: 26000 26000 26000
postgres, plain, same text: ok ok ok
postgres, second Stmt: ok ok ok
postgres, second Stmt, first closed: ok ok ok
postgres, plain, other text: ok ok ok
postgres, Stmt, other text: ok ok ok
postgres, third Stmt, all closed: ok ok ok
postgres, Stmt, new connection: ok ok ok
SEEN
cat "$folder/seen.txt"
