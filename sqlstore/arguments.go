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

// On MariaDB and MySQL the client fills values in. If the driver does it, values are
// arguments, hidden from wrappers of the driver that log texts. If it would prepare the
// statement, at the cost of more round trips, values are literals in the text.

// statement returns the text and the arguments of a query.
func (s *Store) statement(q *query) (text string, arguments []any) {
	return s.filledIn(q.text.String(), q.values)
}

// filledIn returns a text with its values as literals, if they can't be arguments.
func (s *Store) filledIn(text string, values []any) (string, []any) {
	if !s.inline || s.arguments() {
		return text, values
	}
	return withLiterals(text, values), nil
}

// arguments reports whether the driver is known to fill them in. A bound store knows it only
// from before, as its connection is the transaction's.
func (s *Store) arguments() bool {
	_, ok := s.writer.(*mysql)
	return !ok || s.lastAnswer().arguments
}

// fillsIn finds out whether the driver fills in arguments, byte for byte. A driver that wants
// to prepare a statement answers ErrSkip, also through a wrapper.
func (s *Store) fillsIn(ctx context.Context) (fills bool, err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	err = conn.Raw(func(c any) (err error) {
		fills, err = echoesAllBytes(ctx, c)
		return err
	})
	if err != nil && s.classify(err) != Lost { // the server refused its text
		return false, nil
	}
	return fills, err
}

// echoesAllBytes sends every byte next to the bytes that end or escape a text, and an empty
// text, and compares the answer. In GBK, SJIS and their like an escaping backslash may become
// half of a character: a value could become part of the statement. Under EMPTY_STRING_IS_NULL
// an empty text is NULL.
func echoesAllBytes(ctx context.Context, conn any) (bool, error) {
	execer, canExec := conn.(driver.ExecerContext)
	queryer, canQuery := conn.(driver.QueryerContext)
	if !canExec || !canQuery {
		return false, nil
	}
	var text []byte
	for b := range 256 {
		text = append(text, byte(b), '\'', byte(b), '"', byte(b), '\\')
	}
	values := []driver.NamedValue{{Ordinal: 1, Value: text}, {Ordinal: 2, Value: int64(-7)}, {Ordinal: 3, Value: []byte{}}}
	if _, err := execer.ExecContext(ctx, "DO ?, ?, ?", values); err != nil {
		return false, skipped(err)
	}
	rows, err := queryer.QueryContext(ctx, "SELECT ?, ?, ?", values)
	if err != nil {
		return false, skipped(err)
	}
	row := make([]driver.Value, len(rows.Columns()))
	for err = rows.Next(row); err == nil; err = rows.Next(make([]driver.Value, len(row))) {
		if len(row) != 3 || !bytes.Equal(asBytes(row[0]), text) || string(asBytes(row[1])) != "-7" || row[2] == nil {
			return false, rows.Close()
		}
	}
	if err != io.EOF {
		return false, errors.Join(err, rows.Close())
	}
	return true, rows.Close()
}

// skipped drops the error of a driver that wants to prepare the statement.
func skipped(err error) error {
	if err == driver.ErrSkip {
		return nil
	}
	return err
}

func asBytes(v driver.Value) []byte {
	if b, ok := v.([]byte); ok {
		return b
	}
	return fmt.Append(nil, v)
}

// unpreparable reports whether the server refused to prepare the statement, before executing
// any of it. A driver prepares a compound statement longer than its packet size; MariaDB does
// from 10.6.2 on.
func unpreparable(err error) bool { return isMySQL(err, "1295") }

// unknownKept reports whether the session does not keep the statement that was to be executed.
func unknownKept(err error) bool { return isMySQL(err, "1243") }

func isMySQL(err error, number string) bool {
	if err == nil {
		return false
	}
	m := mysqlError.FindStringSubmatch(err.Error())
	return m != nil && m[1] == number
}

// withLiterals returns the text with values in place of its question marks.
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

// literal returns a value as SQL for MySQL, with one meaning under every setting of server,
// connection and driver. Printable ASCII except the backslash is quoted, after _binary against
// the connection's character set. Other texts are hexadecimal, the empty one too: quoted it
// may mean NULL.
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

// filledLength bounds the length of a value in a statement, as a literal or filled in by a
// driver.
func filledLength(v any) int {
	text, ok := v.([]byte)
	switch {
	case !ok:
		return 20
	case isPlain(text):
		return len("_binary''") + len(text) + bytes.Count(text, []byte("'")) + bytes.Count(text, []byte(`"`))
	}
	return len("_binary''") + 2*len(text)
}
