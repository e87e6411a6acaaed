package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSchema_withoutValues has texts of engines and drivers as they read.
func TestSchema_withoutValues(t *testing.T) {
	s, err := New(new(sql.DB), MySQL, Options{})
	require.NoError(t, err)
	const tag = "Error 1000 (HY000): "
	for text, want := range map[string]string{
		// MariaDB and MySQL
		"Error 1062 (23000): Duplicate entry 'o'brien@x.example-acme' for key 'seats_users_by_email'":           "Error 1062 (23000): Duplicate entry … for key 'seats_users_by_email'",
		tag + "Duplicate entry 'it's 'a' b' for key 'PRIMARY'":                                                  tag + "Duplicate entry … for key 'PRIMARY'",
		tag + "Duplicate entry 'id' zanzibar 'id' for key 'seats_users.PRIMARY'":                                tag + "Duplicate entry … for key 'seats_users.PRIMARY'",
		tag + "Duplicate entry 'x' for key 'id' zanzibar key 'id' for key 'PRIMARY'":                            tag + "Duplicate entry … for key 'PRIMARY'",
		tag + "Duplicate entry 'Error 1347: 'id' zanzibar' for key 'PRIMARY'":                                   tag + "Duplicate entry … for key 'PRIMARY'",
		tag + "Truncated incorrect DOUBLE value: 'x' for key 'zanzibar'":                                        tag + "Truncated incorrect DOUBLE value: …",
		tag + "Truncated incorrect DOUBLE value: 'doesn't":                                                      tag + "Truncated incorrect DOUBLE value: …",
		tag + "Truncated incorrect DOUBLE value: 'a 'b' zanzibar":                                               tag + "Truncated incorrect DOUBLE value: …",
		tag + "Incorrect integer value: 'zanzi'bar' for column `t`.`seats_users`.`notification_count` at row 1": tag + "Incorrect integer value: … for column `t`.`seats_users`.`notification_count` at row 1",
		tag + "Incorrect integer value: 'title' for column 'notification_count' at row 1":                       tag + "Incorrect integer value: … for column 'notification_count' at row 1",
		tag + "Data too long for column 'title' at row 1":                                                       "",
		tag + "Table 't.seats_progress' doesn't exist":                                                          "",
		tag + "Key 'PRIMARY' doesn't exist in table 'seats_users'":                                              "",
		"Error 1364: Field 'badge' doesn't have a default value":                                                "",
		tag + "Column 'title' cannot be null":                                                                   "",
		tag + "Duplicate key name 'seats_users_by_due'":                                                         "",
		tag + "'shop.seats_users' is not of type 'VIEW'":                                                        tag + "'shop.seats_users' is not of type …",
		tag + "'zanzibar' is not of type 'VIEW'":                                                                tag + "…",
		tag + "INSERT command denied to user 'ann'@'localhost' for table 'seats_users'":                         tag + "INSERT command denied to user … for table 'seats_users'",
		tag + "CONSTRAINT `CONSTRAINT_1` failed for `t`.`seats_pools`":                                          "",
		tag + "You have an error near '\"zanzibar\" it's' at line 1":                                            tag + "You have an error near …",
		// PostgreSQL
		`ERROR: duplicate key value violates unique constraint "seats_users_by_email" (SQLSTATE 23505)`: "",
		`ERROR: null value in column "title" of relation "seats_users" violates not-null constraint`:    "",
		`ERROR: relation "seats_users" already exists (SQLSTATE 42P07)`:                                 "",
		`ERROR: invalid input syntax for type bigint: "a "title" b" (SQLSTATE 22P02)`:                   `ERROR: invalid input syntax for type bigint: … (SQLSTATE 22P02)`,
		`pq: invalid input syntax for type bigint: "it's" (22P02)`:                                      `pq: invalid input syntax for type bigint: … (22P02)`,
		`ERREUR: syntaxe en entrée invalide pour le type bigint : « zanzibar » (SQLSTATE 22P02)`:        `ERREUR: syntaxe en entrée invalide pour le type bigint : … (SQLSTATE 22P02)`,
		`FEHLER: Eingabesyntax für Typ bigint: »zanzibar«`:                                              `FEHLER: Eingabesyntax für Typ bigint: …`,
		`ERROR: prepared statement "stmt_1f" does not exist (SQLSTATE 26000)`:                           "",
		`ERROR: role "zanzibar" is not permitted to log in (SQLSTATE 28000)`:                            `ERROR: role … (SQLSTATE 28000)`,
		// SQLite and database/sql
		"UNIQUE constraint failed: seats_users.account, seats_users.email_key":                                       "",
		`SQL logic error: near "zanzibar": syntax error (1)`:                                                         `SQL logic error: near …`,
		`table "seats_users" already exists`:                                                                         "",
		`sql: Scan error on column index 0, name "notification_count": converting driver.Value type string ("z") to`: `sql: Scan error on column index 0, name "notification_count": converting driver.Value type string (…`,
	} {
		if want == "" {
			want = text
		}
		engine := errors.New(text)
		for _, wrapped := range []struct {
			err  error
			want string
		}{
			{engine, want},
			{fmt.Errorf("the tables can't be looked at: %w", engine), "the tables can't be looked at: " + want},
			{fmt.Errorf("%w; and it can't be read: %w", engine, s.withoutValues(engine)), want + "; and it can't be read: " + want},
			{errors.Join(engine, ownError(`is it another program's? the column "id" isn't 'x'`)), want + "\n" + `is it another program's? the column "id" isn't 'x'`},
		} {
			got := s.withoutValues(wrapped.err)
			require.EqualError(t, got, wrapped.want)
			require.ErrorIs(t, got, engine)
		}
	}
	spanning := s.withoutValues(fmt.Errorf("the value '%w'", errors.New("zanzibar")))
	require.EqualError(t, spanning, "the value …", "what a driver wraps may be the value")
	require.NoError(t, s.withoutValues(nil))
}
