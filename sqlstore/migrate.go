package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seatkeeper/seatkeeper/sqlstore/internal/migrations"
)

// A Migration takes the schema from one version to the next.
type Migration struct {
	Version int    // 1, 2, 3, ...
	Name    string // lower-case letters and underscores
	// Statements are executed in order, one at a time; the semicolons are cut off.
	// The last one records the version in the table of migrations.
	Statements []string
}

// changes are the statements that make tables and indexes.
func (m Migration) changes() []string { return m.Statements[:len(m.Statements)-1] }

// record is the statement that records the version.
func (m Migration) record() string { return m.Statements[len(m.Statements)-1] }

// Migrations returns the SQL of [Store.Migrate] with the store's prefix, for a migration
// tool of the host: goose, atlas, flyway. Every statement is executed once, in order. A
// released migration stays as it is; later releases append.
func (s *Store) Migrations() []Migration { return s.migrations() }

func (s schema) migrations() []Migration {
	entries, err := fs.ReadDir(migrations.Files, s.name)
	if err != nil {
		panic(err) // the files are compiled in
	}
	all := make([]Migration, len(entries))
	for i, e := range entries {
		text, err := fs.ReadFile(migrations.Files, s.name+"/"+e.Name())
		if err != nil {
			panic(err)
		}
		number, name, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".sql"), "_")
		m := &all[i]
		if m.Version, err = strconv.Atoi(number); err != nil {
			panic(err)
		}
		m.Name = name
		for _, statement := range append(statementsIn(string(text)),
			fmt.Sprintf("INSERT INTO {migrations} (version, name) VALUES (%d, '%s')", m.Version, name)) {
			m.Statements = append(m.Statements, s.query().add(statement).text.String())
		}
	}
	return all
}

// statementsIn splits the text of a migration.
func statementsIn(text string) (all []string) {
	var statement strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "--") {
			continue
		}
		rest, ends := strings.CutSuffix(line, ";\n")
		statement.WriteString(rest)
		if ends {
			all = append(all, strings.TrimSpace(statement.String()))
			statement.Reset()
		}
	}
	return all
}

// maxMigrateAttempts is how often Migrate starts, some seconds in all, where the engine
// asks for another attempt.
const maxMigrateAttempts = 40

// Migrate creates the tables or upgrades those of an earlier release. Any number of
// processes may call it at every start; on current tables it only reads.
//
// On MySQL every CREATE commits at once: after a failure the tables made so far stay, and
// the next call continues. On SQLite and PostgreSQL a failed Migrate has applied nothing.
// Before the first change Migrate compares existing tables with its own and stops at a
// difference. The error names the migration and the statement.
//
// The errors of [Store.Verify] are errors of Migrate as well and change nothing: another
// kind of database, tables of a later release, gaps between the recorded versions, tables
// of another shape. [ErrOldKeys] comes after everything else succeeded.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	return s.checkKeysVersion(ctx)
}

func (s *Store) migrate(ctx context.Context) error {
	if err := s.checkEngine(ctx); err != nil {
		return err
	}
	all := s.migrations()
	for attempt := 1; ; attempt++ {
		have, err := s.version(ctx)
		var unreadable unreadableError
		switch {
		case err != nil && !errors.As(err, &unreadable):
			// A migrations table of the host holds numbers of its own.
			if other := s.compareExisting(ctx, s.versionTable()); other != nil {
				return fmt.Errorf("sqlstore: %w", other)
			}
			return err
		case have == len(all):
			return s.checkShape(ctx)
		}
		// An interrupted Migrate may have made tables of the pending migrations: each has at
		// least its first shape of those.
		wanted := map[string]*shape{}
		for n := len(all); n >= max(have, 1); n-- {
			maps.Copy(wanted, shapesOf(all[:n]))
		}
		failed := s.compareExisting(ctx, wanted)
		if failed != nil {
			failed = fmt.Errorf("nothing was applied: %w", failed)
		} else {
			failed = s.apply(ctx, all[have:], unreadable.error)
		}
		if failed == nil {
			return nil
		}
		if now, _ := s.version(ctx); now > have {
			continue // another process was first
		}
		if ctx.Err() != nil || attempt == maxMigrateAttempts || s.classify(failed) != Again {
			return fmt.Errorf("sqlstore: from version %d to %d: %w", have, len(all), s.explain(ctx, failed))
		}
		pause(ctx, attempt)
	}
}

// apply executes migrations and then records them. On SQLite and PostgreSQL that is one
// transaction; a concurrent Migrate waits for it and then finds everything made. On MySQL
// every CREATE ends the transaction, so a CREATE TABLE says IF NOT EXISTS, and a column or an index
// that is there is passed over. This lets a foreign one pass; so the shapes are checked before
// anything is recorded.
func (s *Store) apply(ctx context.Context, pending []Migration, unreadable error) (err error) {
	ended := s.transaction(ctx, func(tx *sql.Tx) error {
		err = s.applyIn(ctx, tx, pending, unreadable)
		return err
	})
	return cmp.Or(err, ended) // err tells what was applied
}

func (s *Store) applyIn(ctx context.Context, tx *sql.Tx, pending []Migration, unreadable error) error {
	applied := "nothing was applied"
	for _, m := range pending {
		for i, statement := range m.changes() {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				if s.in(sqlTx{tx}).hasPart(ctx, statement) {
					continue
				}
				if m.Version == 1 && unreadable != nil {
					err = fmt.Errorf("%w; if the table of migrations exists, it can't be read: %w", err, unreadable)
				}
				return fmt.Errorf("migration %d, %s, failed at statement %d of %d, and %s: %w", m.Version, m.Name, i+1, len(m.changes()), applied, err)
			}
			if s.commitsDDL {
				applied = "the statements before it were applied"
			}
		}
	}
	if err := s.in(sqlTx{tx}).compareShapes(ctx); err != nil {
		return fmt.Errorf("nothing was recorded: %w", err)
	}
	for _, m := range pending {
		if _, err := tx.ExecContext(ctx, m.record()); err != nil {
			return fmt.Errorf("migration %d, %s, can't be recorded: %w", m.Version, m.Name, err)
		}
	}
	return nil
}

// hasPart reports whether a refused statement adds a column or an index that is there already, by an
// earlier Migrate or by one at the same time. MySQL has no IF NOT EXISTS for them, and elsewhere one
// in the way is an error.
func (s *Store) hasPart(ctx context.Context, statement string) bool {
	index, column := indexForm.FindStringSubmatch(statement), addForm.FindStringSubmatch(statement)
	if index == nil && column == nil || !s.commitsDDL {
		return false
	}
	found, err := s.readCatalog(ctx, s.shapes())
	if err != nil {
		return false
	}
	if column != nil {
		_, ok := found[column[1]].columns[columnForm.FindStringSubmatch(column[2])[1]]
		return ok
	}
	return slices.ContainsFunc(found[index[3]].keys, func(k keyShape) bool { return k.name == index[2] })
}

// Verify returns an error unless the tables are exactly those of this release. It only
// reads, and needs the rights of a store: SELECT, INSERT, UPDATE. A host calls it at its
// start where a migration tool makes the tables. The errors are:
//
//   - the database is of another kind than the store's dialect, ignores CHECK constraints, or is a
//     standby of PostgreSQL,
//   - the tables are of an earlier or a later release, or a version is missing,
//   - a table differs from the migrations in columns, keys or CHECK constraints, which the
//     error names.
//
// A host may add nullable columns, columns with a default, indexes and constraints; a
// unique key of the host is an error.
func (s *Store) Verify(ctx context.Context) error {
	if err := s.verify(ctx); err != nil {
		return err
	}
	return s.checkKeysVersion(ctx)
}

func (s *Store) verify(ctx context.Context) error {
	if err := s.checkEngine(ctx); err != nil {
		return err
	}
	have, err := s.version(ctx)
	var unreadable unreadableError
	switch want := len(s.migrations()); {
	case errors.As(err, &unreadable) && (unsent(err) || ctx.Err() != nil):
		return fmt.Errorf("sqlstore: %w", err)
	case errors.As(err, &unreadable):
		return fmt.Errorf("sqlstore: the table %smigrations can't be read; is %q the right prefix, and was Migrate called? %w", s.prefix, s.prefix, err)
	case err != nil:
		return err
	case have < want:
		return fmt.Errorf("sqlstore: the tables are of version %d and this release needs %d: call Migrate", have, want)
	}
	return s.checkShape(ctx)
}

// checkShape is compareShapes with the package's name in the error.
func (s *Store) checkShape(ctx context.Context) error {
	if err := s.compareShapes(ctx); err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	return nil
}

// unreadableError is the error of reading the table of migrations, as a rule since it is missing.
type unreadableError struct{ error }

func (u unreadableError) Unwrap() error { return u.error }

// version returns the recorded version of the tables, at most this release's.
func (s *Store) version(ctx context.Context) (int, error) {
	var have []int
	err := s.retryRead(ctx, func() error {
		have = nil
		rows, err := s.rows(ctx, s.query().add("SELECT version FROM {migrations} WHERE version > 0 ORDER BY version"))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var v int
			if err := rows.Scan(&v); err != nil {
				return err
			}
			have = append(have, v)
		}
		return rows.Err()
	})
	switch {
	case errors.Is(err, errAutocommit):
		return 0, fmt.Errorf("sqlstore: %w", err)
	case err != nil:
		return 0, unreadableError{err}
	case len(have) == 0:
		return 0, nil
	}
	last, want := have[len(have)-1], len(s.migrations())
	if last > want {
		return 0, fmt.Errorf("sqlstore: the tables are of version %d, made by a later release; this one knows them up to %d", last, want)
	}
	for i, v := range have {
		if v != i+1 {
			return 0, fmt.Errorf("sqlstore: the tables are of version %d, but migration %d is missing in %smigrations: it was skipped, or its row was deleted", last, i+1, s.prefix)
		}
	}
	return last, nil
}
