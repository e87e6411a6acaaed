package sqlstore

import (
	"context"
	"fmt"
	"strings"
)

// A Durability says whether what the store has acknowledged is on the disk.
type Durability struct {
	// PowerCut says that an acknowledged change survives a power cut, and a crash of the
	// operating system, on the machine of the database, as far as its disks keep what they
	// say they have written.
	PowerCut bool
	// Settings are those of the database that PowerCut follows from, as it reads them back.
	Settings []DurabilitySetting
}

// A DurabilitySetting is a setting of the database, by its own name for it.
type DurabilitySetting struct {
	Name   string
	Value  string
	Needed string // the value with which an acknowledged change survives; "" where it does with this one
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

// Durability reads what the database was told about the disk. What it was told is the
// host's choice, so neither [Store.Migrate] nor [Store.Verify] minds it; a host who counts
// on the promise asks at its start. SQLite answers for one connection, and others are alike where
// the pragmas stand in the name that the database was opened by; PostgreSQL for a session,
// which a role, a database or a transaction may set otherwise.
//
//   - SQLite: synchronous FULL with journal_mode wal, truncate or persist, EXTRA with
//     delete. A database in memory keeps nothing.
//   - PostgreSQL: fsync and full_page_writes on, synchronous_commit anything but off.
//   - MariaDB and MySQL: innodb_flush_log_at_trx_commit 1 and, where there is a binary log,
//     sync_binlog 1, since after a crash the binary log decides what was committed. On
//     Galera the settings are those of one node, and what that loses the others have.
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
	for _, setting := range d.Settings {
		d.PowerCut = d.PowerCut && setting.Needed == ""
	}
	return d, nil
}

// durabilities read the settings of each dialect, on one connection.
var durabilities = [...]func(context.Context, *Store) ([]DurabilitySetting, error){
	SQLite: func(ctx context.Context, s *Store) ([]DurabilitySetting, error) {
		var journal string
		var level int
		// A statement each, and on one connection: what a pragma brings is read by no join.
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
			needs("fsync", fsync, "on", fsync == "on"), needs("full_page_writes", pages, "on", pages == "on"),
			needs("synchronous_commit", commit, "on", commit != "off"),
		}, err
	},
	MySQL: func(ctx context.Context, s *Store) ([]DurabilitySetting, error) {
		var log, binary, sync string
		err := s.db.QueryRowContext(ctx, "SELECT @@innodb_flush_log_at_trx_commit, @@log_bin, @@sync_binlog").Scan(&log, &binary, &sync)
		all := []DurabilitySetting{needs("innodb_flush_log_at_trx_commit", log, "1", log == "1"), {Name: "log_bin", Value: binary}}
		if binary != "0" {
			all = append(all, needs("sync_binlog", sync, "1", sync == "1"))
		}
		return all, err
	},
}

func needs(name, value, needed string, enough bool) DurabilitySetting {
	if enough {
		needed = ""
	}
	return DurabilitySetting{name, value, needed}
}

var synchronous = [...]string{"OFF", "NORMAL", "FULL", "EXTRA"}

// sqliteDurability says what a level of synchronous is worth. A rollback journal that is
// deleted may be there again after a power cut, and undo what was committed, unless its
// folder is synced as well.
func sqliteDurability(journal string, level int) []DurabilitySetting {
	least := 2
	switch journal {
	case "memory", "off":
		return []DurabilitySetting{needs("journal_mode", journal, "wal", false), {Name: "synchronous", Value: synchronous[level]}}
	case "delete":
		least = 3
	}
	return []DurabilitySetting{
		needs("journal_mode", journal, "", true), needs("synchronous", synchronous[level], synchronous[least], level >= least),
	}
}
