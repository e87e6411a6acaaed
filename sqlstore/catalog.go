package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A catalog is how a kind of database is asked what it is, and what its tables are. In the
// texts %s is the list of the tables' names, each between quotes.
type catalog struct {
	// itself is a question that no other kind of database understands.
	itself string
	// columns brings the name of a table and of a column, its type, and 1 or 0 for whether
	// it can't be NULL and whether it has a default.
	columns string
	// keys brings the name of a table, that of a key, its columns with commas, and 1 or 0
	// for whether it is primary, unique, partial, deferrable, an exclusion constraint.
	keys string
	// texts brings the name of a table, and a text in which its checks are. Of SQLite the
	// collations are in it, too.
	texts string
	// others brings a name of a table that something else has, and what that is.
	others string
	// engines brings the name of a table and its engine.
	engines string
	// width is what a type says of how a number is shown.
	width *regexp.Regexp
}

var catalogs = [...]catalog{
	SQLite: {
		itself: "SELECT sqlite_version()",
		columns: `SELECT m.name, c.name, lower(c.type), c."notnull", c.dflt_value IS NOT NULL
			FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name IN (%s)`,
		keys: `SELECT m.name, i.name, COALESCE((SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)), ''), 0, i."unique", i.partial, 0, 0
			FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin <> 'pk' AND m.name IN (%s)
			UNION ALL SELECT m.name, '', (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk)), 1, 1, 0, 0, 0
			FROM sqlite_master m WHERE m.type = 'table' AND m.name IN (%[1]s) AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE pk > 0)`,
		texts:  "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name IN (%s)",
		others: "SELECT name, type FROM sqlite_master WHERE type IN ('view', 'index') AND name IN (%s)",
	},
	Postgres: {
		itself: "SELECT current_setting('server_version_num')",
		columns: `SELECT t.name, a.attname::text, format_type(a.atttypid, a.atttypmod) || COALESCE(' collate "' || lower(l.collname) || '"', ''),
				a.attnotnull::int, (a.atthasdef OR a.attidentity <> '')::int
			FROM unnest(ARRAY[%s]) t(name) JOIN pg_attribute a ON a.attrelid = to_regclass(t.name) LEFT JOIN pg_collation l ON l.oid = a.attcollation
			WHERE a.attnum > 0 AND NOT a.attisdropped`,
		keys: `SELECT t.name, i.relname::text, (SELECT string_agg(pg_get_indexdef(x.indexrelid, k, true), ',' ORDER BY k) FROM generate_series(1, x.indnkeyatts) k),
				x.indisprimary::int, x.indisunique::int, (x.indpred IS NOT NULL)::int, (NOT x.indimmediate)::int, x.indisexclusion::int
			FROM unnest(ARRAY[%s]) t(name) JOIN pg_index x ON x.indrelid = to_regclass(t.name) JOIN pg_class i ON i.oid = x.indexrelid
			WHERE x.indisvalid`,
		texts: `SELECT t.name, pg_get_constraintdef(c.oid) FROM unnest(ARRAY[%s]) t(name) JOIN pg_constraint c ON c.conrelid = to_regclass(t.name)
			WHERE c.contype = 'c'`,
		others: `SELECT t.name, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
				WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'index' END
			FROM unnest(ARRAY[%s]) t(name) JOIN pg_class c ON c.oid = to_regclass(t.name) WHERE c.relkind NOT IN ('r', 'p')`,
	},
	MySQL: {
		itself: "SELECT @@version",
		columns: `SELECT table_name, column_name, column_type, IF(is_nullable = 'NO', 1, 0), IF(column_default IS NOT NULL OR LENGTH(extra) > 0, 1, 0)
			FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name IN (%s)`,
		keys: `SELECT table_name, index_name, GROUP_CONCAT(column_name ORDER BY seq_in_index), IF(index_name = 'PRIMARY', 1, 0), 1 - MAX(non_unique),
				MAX(IF(sub_part IS NULL, 0, 1)), 0, 0
			FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name IN (%s) GROUP BY table_name, index_name`,
		engines: "SELECT table_name, LOWER(engine) FROM information_schema.tables WHERE table_schema = DATABASE() AND engine IS NOT NULL AND table_name IN (%s)",
		others: `SELECT table_name, LOWER(table_type) FROM information_schema.tables
			WHERE table_schema = DATABASE() AND table_type IN ('VIEW', 'SEQUENCE') AND table_name IN (%s)`,
		width: regexp.MustCompile(`^((?:big|tiny)int)\(\d+\)`),
	},
}

// dialectOf finds the dialect that the schema is of.
func (s schema) dialectOf() Dialect {
	return Dialect(slices.IndexFunc(dialects[:], func(d dialect) bool { return d.name == s.name }))
}

// otherEngine returns an error if the database is of another kind than the store was made
// for. Some of the other kind's statements would be understood.
func (s *Store) otherEngine(ctx context.Context) error {
	is := func(d Dialect) bool {
		var answer any
		return s.db.QueryRowContext(ctx, catalogs[d].itself).Scan(&answer) == nil
	}
	mine := s.dialectOf()
	if is(mine) {
		return nil
	}
	for d := SQLite; d.known(); d++ {
		if d != mine && is(d) {
			return fmt.Errorf("sqlstore: the store was made for the dialect %s, and the database is of the dialect %s", mine, d)
		}
	}
	return nil // it can't be reached, which everything else will say
}

// shape returns an error if the tables are not as the migrations make them. It reads what
// the engine knows of them.
func (s *Store) shape(ctx context.Context) error {
	found, err := s.look(ctx)
	if err != nil {
		return err
	}
	if err := differences(s.shapes(), found, false); err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(found)) { // catalogs tell of what may not be read, too
		if err := s.retryRead(ctx, func() error { return s.each(ctx, "SELECT 1 FROM "+table+" WHERE 1 = 0", "", nil, func() {}) }); err != nil {
			return fmt.Errorf("the table %s can't be read: %w", table, err)
		}
	}
	return nil
}

// inTheWay returns an error if one of the tables that are there is not as the migrations
// make it: the first ones, which are written down, and the others, of which a Migrate that
// was broken off may have made some.
func (s *Store) inTheWay(ctx context.Context, done, others []Migration) error {
	found, err := s.look(ctx)
	if err != nil {
		return err
	}
	wanted := made(append(slices.Clip(done), others...))
	maps.Copy(wanted, made(done))
	return differences(wanted, found, true)
}

// look is [Store.found], tried again where that may help.
func (s *Store) look(ctx context.Context) (found map[string]*shape, err error) {
	err = s.retryRead(ctx, func() error {
		found, err = s.found(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the tables can't be looked at: %w", err)
	}
	return found, nil
}

// found returns what there is under the names of the tables.
func (s *Store) found(ctx context.Context) (map[string]*shape, error) {
	c, all := catalogs[s.dialectOf()], map[string]*shape{}
	wanted := s.shapes()
	for name := range wanted {
		all[name] = &shape{columns: map[string]columnShape{}}
	}
	texts := map[string]string{}
	list := "'" + strings.Join(slices.Sorted(maps.Keys(all)), "', '") + "'"
	var table, name, kind string
	var required, given, primary, unique, partial, deferrable, exclusion bool
	err := s.each(ctx, c.columns, list, []any{&table, &name, &kind, &required, &given}, func() {
		if c.width != nil {
			kind = c.width.ReplaceAllString(kind, "$1")
		}
		all[table].columns[name] = columnShape{kind, required, given}
	})
	if err == nil {
		err = s.each(ctx, c.keys, list, []any{&table, &name, &kind, &primary, &unique, &partial, &deferrable, &exclusion}, func() {
			if primary {
				name = ""
			}
			all[table].keys = append(all[table].keys, keyShape{name, kind, unique, partial, deferrable, exclusion})
		})
	}
	if err == nil && c.engines != "" {
		err = s.each(ctx, c.engines, list, []any{&table, &kind}, func() { all[table].engine = kind })
	}
	if err == nil {
		err = s.each(ctx, c.others, list, []any{&table, &kind}, func() { all[table].instead = kind })
	}
	if err == nil && c.texts != "" {
		err = s.each(ctx, c.texts, list, []any{&table, &kind}, func() { texts[table] += kind + "\n" })
	}
	for table := range all {
		if err == nil && c.texts == "" && len(wanted[table].checks) > 0 && len(all[table].columns) > 0 && all[table].instead == "" {
			err = s.each(ctx, "SHOW CREATE TABLE "+table, "", []any{&name, &kind}, func() { texts[table] = kind })
		}
		all[table].checks = checksIn(texts[table])
		for column, has := range all[table].columns {
			if collation := collationIn(texts[table], column); s.name == dialects[SQLite].name && collation != "" {
				has.kind += " collate " + collation
				all[table].columns[column] = has
			}
		}
	}
	return all, err
}

// collationIn returns the collation of a column in the statement that made a table of
// SQLite, which says it nowhere else, if it is not that of bytes.
func collationIn(text, column string) string {
	m := regexp.MustCompile("(?i)[\\s,(\"`\\[]" + column + "[\"`\\]]?\\s[^,]*\\bCOLLATE\\s+[\"`]?(\\w+)").FindStringSubmatch(text)
	if m == nil || m[1] == "BINARY" {
		return ""
	}
	return m[1]
}

// each asks a catalog, and calls the function with every row in its place.
func (s *Store) each(ctx context.Context, text, list string, into []any, row func()) error {
	if list != "" {
		text = fmt.Sprintf(text, list)
	}
	ask := s.db.QueryContext
	if s.bound != nil {
		ask = s.bound.tx.QueryContext
	}
	rows, err := ask(ctx, text)
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
