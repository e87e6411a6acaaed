package sqlstore

import (
	"context"
	"fmt"
	"strings"
)

// A Durability says whether an acknowledged change is on disk.
type Durability struct {
	// PowerCut: an acknowledged change survives a power cut and a crash of the operating
	// system on the database's machine, given disks that keep acknowledged writes.
	PowerCut bool
	// Settings are the database's settings behind PowerCut.
	Settings []DurabilitySetting
}

// A DurabilitySetting is a setting of the database.
type DurabilitySetting struct {
	Name   string // the database's name for it
	Value  string
	Needed string // the value for durable changes; "" if Value suffices
}

// String returns a sentence for a log.
func (d Durability) String() string {
	if d.PowerCut {
		return "an acknowledged change survives a power cut"
	}
	var weak []string
	for _, s := range d.Settings {
		if s.Needed != "" {
			weak = append(weak, fmt.Sprintf("%s is %s and not %s", s.Name, s.Value, s.Needed))
		}
	}
	return "an acknowledged change may be lost in a power cut: " + strings.Join(weak, ", ")
}

// Durability reads the database's settings for writing to disk. They are the host's choice,
// and [Store.Migrate] and [Store.Verify] accept all of them; a host that relies on durable
// changes asks at its start. SQLite answers for one connection; with pragmas in the DSN the
// others are alike. PostgreSQL answers for a session; a role, a database or a transaction may
// differ.
//
//   - SQLite: synchronous FULL with journal_mode wal, truncate or persist, EXTRA with
//     delete. A database in memory keeps nothing.
//   - PostgreSQL: fsync and full_page_writes on, synchronous_commit anything but off.
//   - MariaDB and MySQL: innodb_flush_log_at_trx_commit 1 and, where there is a binary log,
//     sync_binlog 1, since the binary log decides about commits after a crash. On Galera the
//     settings are those of one node; the other nodes keep its changes.
func (s *Store) Durability(ctx context.Context) (Durability, error) {
	var d Durability
	err := s.retryRead(ctx, func() (err error) {
		d.Settings, err = durabilities[s.dialectOf()](ctx, s)
		return err
	})
	if err != nil {
		return Durability{}, fmt.Errorf("sqlstore: durability: %w", err)
	}
	d.PowerCut = true
	for _, s := range d.Settings {
		d.PowerCut = d.PowerCut && s.Needed == ""
	}
	return d, nil
}

// durabilities read the settings of each dialect on one connection.
var durabilities = [...]func(context.Context, *Store) ([]DurabilitySetting, error){
	SQLite: func(ctx context.Context, s *Store) ([]DurabilitySetting, error) {
		var journal string
		var level int
		// One statement each on one connection, since pragmas can't be joined.
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
			return nil, err
		}
		if err := conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&level); err != nil {
			return nil, err
		}
		return sqliteDurability(journal, level), nil
	},
	Postgres: func(ctx context.Context, s *Store) ([]DurabilitySetting, error) {
		var fsync, pages, commit string
		err := s.db.QueryRowContext(ctx, "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')").
			Scan(&fsync, &pages, &commit)
		return []DurabilitySetting{
			setting("fsync", fsync, "on", fsync == "on"), setting("full_page_writes", pages, "on", pages == "on"),
			setting("synchronous_commit", commit, "on", commit != "off"),
		}, err
	},
	MySQL: func(ctx context.Context, s *Store) ([]DurabilitySetting, error) {
		var log, binary, sync string
		err := s.db.QueryRowContext(ctx, "SELECT @@innodb_flush_log_at_trx_commit, @@log_bin, @@sync_binlog").Scan(&log, &binary, &sync)
		all := []DurabilitySetting{setting("innodb_flush_log_at_trx_commit", log, "1", log == "1"), {Name: "log_bin", Value: binary}}
		if binary != "0" {
			all = append(all, setting("sync_binlog", sync, "1", sync == "1"))
		}
		return all, err
	},
}

func setting(name, value, needed string, enough bool) DurabilitySetting {
	if enough {
		needed = ""
	}
	return DurabilitySetting{name, value, needed}
}

var synchronous = [...]string{"OFF", "NORMAL", "FULL", "EXTRA"}

// sqliteDurability judges a level of synchronous. With journal_mode delete, a deleted
// journal may reappear after a power cut and undo the commit, unless EXTRA syncs its folder.
func sqliteDurability(journal string, level int) []DurabilitySetting {
	least := 2
	switch journal {
	case "memory", "off":
		return []DurabilitySetting{setting("journal_mode", journal, "wal", false), {Name: "synchronous", Value: synchronous[level]}}
	case "delete":
		least = 3
	}
	return []DurabilitySetting{
		setting("journal_mode", journal, "", true), setting("synchronous", synchronous[level], synchronous[least], level >= least),
	}
}
