package sqlstore_test

import (
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// db stands for the database of the host; nothing is asked of it here.
var db = sql.OpenDB(nil)

// A host whose migrations are carried out by goose writes ours beside its own, once
// for each release that has new ones. At its start it calls Verify instead of Migrate.
func ExampleStore_Migrations() {
	st, err := sqlstore.New(db, sqlstore.Postgres, sqlstore.Options{})
	if err != nil {
		log.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "migrations")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	for _, m := range st.Migrations() {
		text := "-- +goose Up\n" + strings.Join(m.Statements, ";\n") + ";\n"
		file := fmt.Sprintf("%05d_seats_%s.sql", m.Version, m.Name)
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}

	text, err := os.ReadFile(filepath.Join(folder, "00003_seats_accounts_by_due.sql"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(text))
	// Output:
	// -- +goose Up
	// CREATE INDEX seats_accounts_by_due ON seats_accounts (next_due) WHERE next_due IS NOT NULL;
	// INSERT INTO seats_migrations (version, name) VALUES (3, 'accounts_by_due');
}
