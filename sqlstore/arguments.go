package sqlstore

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// On MariaDB and MySQL the values of a statement are filled in on this side of the server.
// Where the driver does that they are arguments, and none of them stands in a text that
// database/sql, or a wrapper of the driver, gets to see. Where it would rather prepare the
// statement, which takes more round trips, they are literals.

// statement returns the query as it is sent: its text and its arguments.
func (s *Store) statement(q *query) (text string, arguments []any) {
	text = q.text.String()
	if !s.inline || s.arguments() {
		return text, q.values
	}
	return withLiterals(text, q.values), nil
}

// arguments reports whether the driver is known to fill them in. A store that is bound to
// a transaction can't find out: the connection is the transaction's.
func (s *Store) arguments() bool {
	w, is := s.writer.(*mysql)
	if !is {
		return true
	}
	known := w.server.Load()
	return known != nil && known.arguments
}

// fillsIn finds out whether the driver fills in arguments by itself, and so that what
// arrives is what was given. It can tell without a setting that it would have to know: a
// driver answers ErrSkip where it wants a statement prepared, and a wrapper passes that on.
func (s *Store) fillsIn(ctx context.Context) (fills bool, err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	err = conn.Raw(func(c any) (err error) {
		fills, err = echoes(ctx, c)
		return err
	})
	if err != nil && s.classify(err) != Lost { // the server could not even read it
		return false, nil
	}
	return fills, err
}

// echoes sends every byte next to those that end or escape a text, and compares what comes
// back. In some character sets, GBK and SJIS among them, the escaping backslash is half of
// a character: the driver does not see it, and a value could become part of the statement.
func echoes(ctx context.Context, conn any) (bool, error) {
	execer, can := conn.(driver.ExecerContext)
	queryer, too := conn.(driver.QueryerContext)
	if !can || !too {
		return false, nil
	}
	var text []byte
	for b := range 256 {
		text = append(text, byte(b), '\'', byte(b), '"', byte(b), '\\')
	}
	values := []driver.NamedValue{{Ordinal: 1, Value: text}, {Ordinal: 2, Value: int64(-7)}}
	if _, err := execer.ExecContext(ctx, "DO ?, ?", values); err != nil {
		return false, skipped(err)
	}
	rows, err := queryer.QueryContext(ctx, "SELECT ?, ?", values)
	if err != nil {
		return false, skipped(err)
	}
	row := make([]driver.Value, len(rows.Columns()))
	for err = rows.Next(row); err == nil; err = rows.Next(make([]driver.Value, len(row))) {
		if len(row) != 2 || !bytes.Equal(asBytes(row[0]), text) || string(asBytes(row[1])) != "-7" {
			return false, rows.Close()
		}
	}
	if err != io.EOF {
		return false, errors.Join(err, rows.Close())
	}
	return true, rows.Close()
}

// skipped is no error where the driver only wants the statement prepared.
func skipped(err error) error {
	if err == driver.ErrSkip {
		return nil
	}
	return err
}

func asBytes(v driver.Value) []byte {
	if b, is := v.([]byte); is {
		return b
	}
	return fmt.Append(nil, v)
}

// unpreparable reports whether the server can't prepare the statement, of which nothing was
// carried out then. A driver wants a compound one prepared where it is longer, with its
// values, than the driver may send at once; MariaDB before 10.6.2 can't.
func unpreparable(err error) bool {
	m := mysqlError.FindStringSubmatch(err.Error())
	return m != nil && m[1] == "1295"
}

// withLiterals returns the text with its values in the place of the question marks, of
// which it has no others.
func withLiterals(text string, values []any) string {
	var full strings.Builder
	for _, v := range values {
		before, after, _ := strings.Cut(text, "?")
		full.WriteString(before)
		full.WriteString(literal(v))
		text = after
	}
	full.WriteString(text)
	return full.String()
}

// literal writes a value into a statement for MySQL, so that no setting of the
// server, the connection or the driver gives it another meaning: what is not plain
// ASCII, or has a backslash, is written in hexadecimal, and so is the empty text, which
// may mean NULL. The rest is told not to be turned into the connection's character set.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case int64:
		return strconv.FormatInt(v, 10)
	case []byte:
		if isPlain(v) {
			return "_binary'" + strings.ReplaceAll(string(v), "'", "''") + "'"
		}
		return fmt.Sprintf("x'%x'", v)
	}
	panic(fmt.Sprintf("sqlstore: a literal of type %T", v))
}

func isPlain(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return len(text) > 0
}

// filled is how long a value is in a statement at most, as a literal or filled in by a
// driver.
func filled(v any) int {
	text, is := v.([]byte)
	switch {
	case !is:
		return 20
	case isPlain(text):
		return len("_binary''") + len(text) + bytes.Count(text, []byte("'")) + bytes.Count(text, []byte(`"`))
	}
	return len("_binary''") + 2*len(text)
}
