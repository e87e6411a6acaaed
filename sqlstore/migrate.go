package sqlstore

import (
	"cmp"
	"context"
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
	Name    string // what it makes
	// Statements are what [Store.Migrate] carries out, in order: one that changes the
	// schema and can be repeated, and one that writes down that this was done.
	Statements []string
}

// Migrations returns all that [Store.Migrate] does, with the prefix of the store in its
// place, for hosts that have a tool for it: goose, atlas, flyway. A migration of an
// earlier release is never changed; new ones are added at the end.
func (s *Store) Migrations() []Migration {
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

// Migrate makes the tables, or brings those of an earlier release up to date. It may
// be called at every start, and by several processes at once. It is not part of a
// transaction of the host. Where it fails, the error says what was applied; what was
// stays so, and the next call goes on from there.
func (s *Store) Migrate(ctx context.Context) error {
	if s.bound != nil {
		return errors.New("sqlstore: Migrate: not in a transaction of the host")
	}
	all := s.Migrations()
	for i, m := range all {
		if err := s.apply(ctx, m); err != nil {
			return fmt.Errorf("sqlstore: migration %d of %d, %s, failed; those before it are applied, and Migrate can be called again: %w",
				m.Version, len(all), m.Name, err)
		}
		_ = i
	}
	return s.Verify(ctx)
}

func (s *Store) apply(ctx context.Context, m Migration) error {
	for _, text := range m.Statements {
		if _, err := s.db.ExecContext(ctx, text); err != nil && s.classify(err) != Duplicate {
			return err
		}
	}
	return nil
}

// Verify says in one sentence why the tables are not those that this release needs,
// or returns nil. A host calls it at its start where the tables are made by somebody
// else.
func (s *Store) Verify(ctx context.Context) error {
	have := 0
	q := s.query().add("SELECT version FROM {migrations} ORDER BY version")
	rows, err := s.rows(ctx, q)
	if err != nil {
		return fmt.Errorf("sqlstore: the table %smigrations can't be read; is %q the right prefix, and was Migrate called? %w", s.prefix, s.prefix, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&have); err != nil {
			return fmt.Errorf("sqlstore: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	switch want := len(s.Migrations()); cmp.Compare(have, want) {
	case -1:
		return fmt.Errorf("sqlstore: the tables are of version %d and this release needs %d: call Migrate", have, want)
	case 1:
		return fmt.Errorf("sqlstore: the tables are of version %d, made by a later release; this one knows them up to %d", have, want)
	}
	return nil
}
