package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A catalog holds the questions about the kind of a database and about its tables.
// {tables} stands for the list of table names, each between single quotes.
type catalog struct {
	itself  string         // only this kind of database understands it
	columns string         // table, column, type, NOT NULL (1 or 0), has a default (1 or 0)
	keys    string         // table, key, columns with commas; 1 or 0 each: primary, unique, partial, deferrable, exclusion constraint
	checks  string         // table, a text with its CHECK constraints (SQLite: with collations as well)
	others  string         // table, the kind of another object with its name
	engines string         // table, storage engine
	width   *regexp.Regexp // the display width in a number's type
	// unfit are questions with the answer 1 where the database is no place for the store. A refused
	// question is passed over: one kind of the database has the setting, another lacks it.
	unfit []unfitDatabase
}

// An unfitDatabase is a question, and the sentence for its answer.
type unfitDatabase struct{ question, sentence string }

const unchecked = "the database ignores CHECK constraints, which guard the seats: "

var catalogs = [...]catalog{
	SQLite: {
		itself: "SELECT sqlite_version()",
		columns: `SELECT m.name, c.name, lower(c.type), c."notnull", c.dflt_value IS NOT NULL
			FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name IN ({tables})`,
		keys: `SELECT m.name, i.name, COALESCE((SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)), ''), 0, i."unique", i.partial, 0, 0
			FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin <> 'pk' AND m.name IN ({tables})
			UNION ALL SELECT m.name, '', (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk)), 1, 1, 0, 0, 0
			FROM sqlite_master m WHERE m.type = 'table' AND m.name IN ({tables}) AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE pk > 0)`,
		checks: "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name IN ({tables})",
		others: "SELECT name, type FROM sqlite_master WHERE type IN ('view', 'index') AND name IN ({tables})",
		unfit:  []unfitDatabase{{"PRAGMA ignore_check_constraints", unchecked + "take ignore_check_constraints out of the DSN"}},
	},
	Postgres: {
		itself: "SELECT current_setting('server_version_num')",
		columns: `SELECT t.name, a.attname::text, format_type(a.atttypid, a.atttypmod) || COALESCE(' collate "' || l.collname || '"', ''),
				a.attnotnull::int, (a.atthasdef OR a.attidentity <> '')::int
			FROM unnest(ARRAY[{tables}]) t(name) JOIN pg_attribute a ON a.attrelid = to_regclass(t.name) LEFT JOIN pg_collation l ON l.oid = a.attcollation
			WHERE a.attnum > 0 AND NOT a.attisdropped`,
		keys: `SELECT t.name, i.relname::text, (SELECT string_agg(pg_get_indexdef(x.indexrelid, k, true), ',' ORDER BY k) FROM generate_series(1, x.indnkeyatts) k),
				x.indisprimary::int, x.indisunique::int, (x.indpred IS NOT NULL)::int, (NOT x.indimmediate)::int, x.indisexclusion::int
			FROM unnest(ARRAY[{tables}]) t(name) JOIN pg_index x ON x.indrelid = to_regclass(t.name) JOIN pg_class i ON i.oid = x.indexrelid
			WHERE x.indisvalid`,
		checks: `SELECT t.name, pg_get_constraintdef(c.oid) FROM unnest(ARRAY[{tables}]) t(name) JOIN pg_constraint c ON c.conrelid = to_regclass(t.name)
			WHERE c.contype = 'c'`,
		others: `SELECT t.name, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
				WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'index' END
			FROM unnest(ARRAY[{tables}]) t(name) JOIN pg_class c ON c.oid = to_regclass(t.name) WHERE c.relkind NOT IN ('r', 'p')`,
		unfit: []unfitDatabase{{"SELECT pg_is_in_recovery()::int", "the database is a standby, whose rows may be old: give the store the primary, also behind a pooler that balances loads"}},
	},
	MySQL: {
		itself: "SELECT @@version",
		columns: `SELECT table_name, column_name, column_type, IF(is_nullable = 'NO', 1, 0), IF(COALESCE(column_default, 'NULL') <> 'NULL' OR LENGTH(extra) > 0, 1, 0)
			FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name IN ({tables})`,
		keys: `SELECT table_name, index_name, GROUP_CONCAT(column_name ORDER BY seq_in_index), IF(index_name = 'PRIMARY', 1, 0), IF(MAX(non_unique) = 0, 1, 0),
				MAX(IF(sub_part IS NULL, 0, 1)), 0, 0
			FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name IN ({tables}) GROUP BY table_name, index_name`,
		engines: "SELECT table_name, LOWER(engine) FROM information_schema.tables WHERE table_schema = DATABASE() AND engine IS NOT NULL AND table_name IN ({tables})",
		others: `SELECT table_name, LOWER(table_type) FROM information_schema.tables
			WHERE table_schema = DATABASE() AND table_type IN ('VIEW', 'SEQUENCE') AND table_name IN ({tables})`,
		width: regexp.MustCompile(`^((?:big|tiny)int)\(\d+\)`),
		unfit: []unfitDatabase{
			{"SELECT @@check_constraint_checks = 0", unchecked + "set check_constraint_checks to ON"},                               // MariaDB
			{"SELECT @@tidb_enable_check_constraint = 0", unchecked + "SET GLOBAL tidb_enable_check_constraint = ON, then Migrate"}, // TiDB
		},
	},
}

// dialectOf returns the dialect of the schema.
func (s schema) dialectOf() Dialect {
	return Dialect(slices.IndexFunc(dialects[:], func(d dialect) bool { return d.name == s.name }))
}

// checkEngine returns an error if the database is of another kind than the store's
// dialect: it would understand some of the statements.
func (s *Store) checkEngine(ctx context.Context) error {
	isOf := func(d Dialect) bool {
		var answer any
		return s.db.QueryRowContext(ctx, catalogs[d].itself).Scan(&answer) == nil
	}
	mine := s.dialectOf()
	if isOf(mine) {
		return s.checkFitness(ctx)
	}
	for d := SQLite; d.known(); d++ {
		if d != mine && isOf(d) {
			return fmt.Errorf("sqlstore: the store was made for the dialect %s, and the database is of the dialect %s", mine, d)
		}
	}
	return nil // it is unreachable, as the next statement will say
}

// checkFitness returns an error if the database is no place for the store.
func (s *Store) checkFitness(ctx context.Context) error {
	for _, u := range catalogs[s.dialectOf()].unfit {
		var answer bool
		err := s.db.QueryRowContext(ctx, u.question).Scan(&answer)
		switch {
		case err != nil && s.classify(err) != Refused:
			return fmt.Errorf("sqlstore: %w", s.explain(ctx, err))
		case err == nil && answer:
			return fmt.Errorf("sqlstore: %s", u.sentence)
		}
	}
	return nil
}

// compareShapes returns an error unless the database has all tables of this release, each
// in its shape and readable.
func (s *Store) compareShapes(ctx context.Context) error {
	wanted := s.shapes()
	found, err := s.readCatalog(ctx, wanted)
	if err != nil {
		return err
	}
	if err := compare(wanted, found, false); err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(found)) { // a catalog lists unreadable tables too
		if err := s.retryRead(ctx, func() error { return s.scanAll(ctx, "SELECT 1 FROM "+table+" WHERE 1 = 0", nil, func() {}) }); err != nil {
			return fmt.Errorf("the table %s can't be read: %w", table, err)
		}
	}
	return nil
}

// compareExisting returns an error if an existing table differs from the wanted one.
func (s *Store) compareExisting(ctx context.Context, wanted map[string]*shape) error {
	found, err := s.readCatalog(ctx, wanted)
	if err != nil {
		return err
	}
	return compare(wanted, found, true)
}

// readCatalog returns the objects in the database under the names of the wanted tables.
func (s *Store) readCatalog(ctx context.Context, wanted map[string]*shape) (found map[string]*shape, err error) {
	err = s.retryRead(ctx, func() error {
		found, err = s.readCatalogOnce(ctx, wanted)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the tables can't be looked at: %w", err)
	}
	return found, nil
}

func (s *Store) readCatalogOnce(ctx context.Context, wanted map[string]*shape) (map[string]*shape, error) {
	c, all := catalogs[s.dialectOf()], map[string]*shape{}
	for name := range wanted {
		all[name] = &shape{columns: map[string]columnShape{}}
	}
	tables := "'" + strings.Join(slices.Sorted(maps.Keys(wanted)), "', '") + "'"
	ask := func(question string, into []any, row func()) error {
		return s.scanAll(ctx, strings.ReplaceAll(question, "{tables}", tables), into, row)
	}
	texts := map[string]string{}
	var table, name, text string
	var notNull, optional, primary, unique, partial, deferrable, exclusion bool
	err := ask(c.columns, []any{&table, &name, &text, &notNull, &optional}, func() {
		if c.width != nil {
			text = c.width.ReplaceAllString(text, "$1")
		}
		all[table].columns[name] = columnShape{text, notNull, optional}
	})
	if err == nil {
		err = ask(c.keys, []any{&table, &name, &text, &primary, &unique, &partial, &deferrable, &exclusion}, func() {
			if primary {
				name = ""
			}
			all[table].keys = append(all[table].keys, keyShape{name, text, unique, partial, deferrable, exclusion})
		})
	}
	if err == nil && c.engines != "" {
		err = ask(c.engines, []any{&table, &text}, func() { all[table].engine = text })
	}
	if err == nil {
		err = ask(c.others, []any{&table, &text}, func() { all[table].other = text })
	}
	if err == nil && c.checks != "" {
		err = ask(c.checks, []any{&table, &text}, func() { texts[table] += text + "\n" })
	}
	for table := range all {
		if err == nil && c.checks == "" && len(wanted[table].checks) > 0 && len(all[table].columns) > 0 && all[table].other == "" {
			err = ask("SHOW CREATE TABLE "+table, []any{&name, &text}, func() { texts[table] = text })
		}
		all[table].checks = checksIn(texts[table])
		if s.name != dialects[SQLite].name || !collateWord.MatchString(texts[table]) {
			continue
		}
		for column, has := range all[table].columns {
			if collation := collationIn(texts[table], column); collation != "" {
				has.definition += " collate " + collation
				all[table].columns[column] = has
			}
		}
	}
	return all, err
}

// collateWord is in every text with a collation.
var collateWord = regexp.MustCompile(`(?i)\bCOLLATE\b`)

// collationIn returns the collation of a column in SQLite's text of a CREATE TABLE, its
// only source; "" for BINARY.
func collationIn(text, column string) string {
	m := regexp.MustCompile("(?i)[\\s,(\"`\\[]" + column + "[\"`\\]]?\\s[^,]*\\bCOLLATE\\s+[\"`]?(\\w+)").FindStringSubmatch(text)
	if m == nil || m[1] == "BINARY" {
		return ""
	}
	return m[1]
}

// scanAll asks a question of a catalog, scans each row into the variables and then calls
// the function.
func (s *Store) scanAll(ctx context.Context, text string, into []any, row func()) error {
	query := sqlTx{s.db}.QueryContext
	if s.bound != nil {
		query = s.bound.tx.QueryContext
	}
	rows, err := query(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row()
	}
	return rows.Err()
}
