package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

//go:embed migrations
var files embed.FS

// A Migration is a step from one version of the schema to the next.
type Migration struct {
	Version int    // 1, 2, 3, ...
	Name    string // what it makes: small letters and underscores
	// Statements are two without a semicolon at the end: the first makes it, the
	// second writes down in the table of migrations that this was done.
	Statements []string
}

// Migrations returns all that [Store.Migrate] does, with the prefix of the store in its
// place, for hosts that have a tool for it: goose, atlas, flyway. All statements are
// carried out in order, each once. A migration of an earlier release is never changed;
// new ones are added at the end.
func (s *Store) Migrations() []Migration { return s.migrations() }

func (s schema) migrations() []Migration {
	folder := "migrations/" + s.name
	entries, err := files.ReadDir(folder)
	if err != nil {
		panic(err) // they are compiled in
	}
	all := make([]Migration, len(entries))
	for i, e := range entries {
		text, err := files.ReadFile(folder + "/" + e.Name())
		if err != nil {
			panic(err)
		}
		number, name, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".sql"), "_")
		m := &all[i]
		m.Version, err = strconv.Atoi(number)
		if err != nil {
			panic(err)
		}
		m.Name = name
		m.Statements = []string{
			s.query().add(strings.TrimSpace(string(text))).text.String(),
			s.query().add(fmt.Sprintf("INSERT INTO {migrations} (version, name) VALUES (%d, '%s')", m.Version, name)).text.String(),
		}
	}
	return all
}

// rivalry is how often Migrate begins again where the engine asks for that: for some
// seconds in all.
const rivalry = 40

// Migrate makes the tables, or brings those of an earlier release up to date. It may
// be called at every start, and by any number of processes at once: where there is
// nothing to do it reads, and no more.
//
// Where it fails, the error says at which migration, and Migrate can be called again. On
// SQLite and PostgreSQL nothing was applied then. What is there already under the names of
// the tables is looked at first, and nothing is made where it is of another shape. On MySQL, which commits whatever makes a
// table at once, the migrations before that one were, and are passed over the next time.
// What [Store.Verify] finds wrong it returns as that does, and leaves as it is: a database
// of another kind, of which nothing else is asked, tables of a later release, gaps in what
// is written down, tables of another shape. Where the keys of existing tables are of
// another version of the comparison form, the error is [ErrOldKeys] once everything else
// is done.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	return s.currentKeys(ctx)
}

func (s *Store) migrate(ctx context.Context) error {
	if err := s.otherEngine(ctx); err != nil {
		return err
	}
	all := s.Migrations()
	for tries := 1; ; tries++ {
		have, err := s.version(ctx)
		var closed unread
		switch {
		case err != nil && !errors.As(err, &closed):
			// What is not our table of migrations says nothing of a version.
			if other := s.inTheWay(ctx, all[:1], nil); other != nil {
				return fmt.Errorf("sqlstore: %w", other)
			}
			return err
		case have == len(all):
			return s.shaped(ctx)
		}
		failed := s.inTheWay(ctx, all[:have], all[have:])
		if failed != nil {
			failed = fmt.Errorf("nothing was applied: %w", failed)
		} else {
			failed = s.apply(ctx, all[have:], closed.error)
		}
		if failed == nil {
			return nil
		}
		if now, _ := s.version(ctx); now > have {
			continue // somebody else was first
		}
		if ctx.Err() != nil || tries == rivalry || s.classify(failed) != Again {
			return fmt.Errorf("sqlstore: from version %d to %d: %w", have, len(all), s.explain(ctx, failed))
		}
		pause(ctx, tries)
	}
}

// apply carries out migrations and then writes them down. On SQLite and PostgreSQL that
// is one transaction, in which a rival has to wait, and finds everything made already.
// On MySQL the transaction ends with each table, so that the statements have to do
// nothing the second time; as this also lets a table pass that somebody else has made,
// nothing is written down before the tables are seen to be ours.
func (s *Store) apply(ctx context.Context, all []Migration, closed error) (err error) {
	ended := s.transaction(ctx, func(tx *sql.Tx) error {
		err = s.applyIn(ctx, tx, all, closed)
		return err
	})
	return cmp.Or(err, ended) // the first says more of what was applied
}

func (s *Store) applyIn(ctx context.Context, tx *sql.Tx, all []Migration, closed error) error {
	for i, m := range all {
		_, err := tx.ExecContext(ctx, m.Statements[0])
		if err == nil {
			continue
		}
		if m.Version == 1 && closed != nil {
			err = fmt.Errorf("%w; and if it is there, it can't be read: %w", err, closed)
		}
		so := "nothing was applied"
		if s.commits && i > 0 {
			so = "those before it were applied"
		}
		return fmt.Errorf("migration %d, %s, failed, and %s: %w", m.Version, m.Name, so, err)
	}
	if err := s.in(tx).shape(ctx); err != nil {
		return fmt.Errorf("nothing was written down: %w", err)
	}
	for _, m := range all {
		if _, err := tx.ExecContext(ctx, m.Statements[1]); err != nil {
			return fmt.Errorf("migration %d, %s, can't be written down: %w", m.Version, m.Name, err)
		}
	}
	return nil
}

// Verify says why the tables are not those that this release needs, or returns nil: the
// database is of another kind than the store's dialect, the tables are of an earlier or a
// later release, or the engine knows them in another shape than the migrations give them.
// The error names the table, and the columns, keys and CHECK constraints in which it
// differs. Columns that need not be given, indexes and constraints besides, but no unique
// keys, are the host's to add. It only reads. A host calls it at its start where somebody else makes
// the tables, since a store needs no more rights than to SELECT, INSERT and UPDATE.
func (s *Store) Verify(ctx context.Context) error {
	if err := s.verify(ctx); err != nil {
		return err
	}
	return s.currentKeys(ctx)
}

func (s *Store) verify(ctx context.Context) error {
	if err := s.otherEngine(ctx); err != nil {
		return err
	}
	have, err := s.version(ctx)
	var closed unread
	switch want := len(s.Migrations()); {
	case errors.As(err, &closed) && (unsent(err) || ctx.Err() != nil):
		return fmt.Errorf("sqlstore: %w", err)
	case errors.As(err, &closed):
		return fmt.Errorf("sqlstore: the table %smigrations can't be read; is %q the right prefix, and was Migrate called? %w", s.prefix, s.prefix, err)
	case err != nil:
		return err
	case have < want:
		return fmt.Errorf("sqlstore: the tables are of version %d and this release needs %d: call Migrate", have, want)
	}
	return s.shaped(ctx)
}

// shaped is [Store.shape] for callers.
func (s *Store) shaped(ctx context.Context) error {
	if err := s.shape(ctx); err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	return nil
}

// unread is why the table of migrations can't be read: as a rule it is not there.
type unread struct{ error }

func (u unread) Unwrap() error { return u.error }

// version returns the version of the tables. It is at most the one that this release
// needs.
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
		return 0, unread{err}
	case len(have) == 0:
		return 0, nil
	}
	last, want := have[len(have)-1], len(s.Migrations())
	if last > want {
		return 0, fmt.Errorf("sqlstore: the tables are of version %d, made by a later release; this one knows them up to %d", last, want)
	}
	for i, v := range have {
		if v != i+1 {
			return 0, fmt.Errorf("sqlstore: the tables are of version %d, but migration %d is not in %smigrations: it was skipped, or somebody has removed it", last, i+1, s.prefix)
		}
	}
	return last, nil
}
