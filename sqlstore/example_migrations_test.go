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

// A host with goose writes the library's migrations beside its own, once for each release
// that adds some. At its start it calls Verify instead of Migrate.
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

	text, err := os.ReadFile(filepath.Join(folder, "00001_seats_tables.sql"))
	if err != nil {
		log.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	fmt.Println(strings.Join(lines[:6], "\n"))
	fmt.Println("...")
	fmt.Println(lines[len(lines)-2])
	// Output:
	// -- +goose Up
	// CREATE TABLE seats_migrations (
	// 	version bigint NOT NULL,
	// 	name    text COLLATE "C" NOT NULL,
	// 	PRIMARY KEY (version)
	// );
	// ...
	// INSERT INTO seats_migrations (version, name) VALUES (1, 'tables');
}
