package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// copiedRows is the least number of new users and events for COPY, with its further round trips.
const copiedRows = 500

// copied reports whether new users and events travel by COPY: many of one account, outside of a transaction of
// the host.
func (r *commitRows) copied(s *Store) bool {
	return s.options.Copy != nil && s.bound == nil && len(r.accounts) == 1 && r.created.n+r.events.n >= copiedRows
}

// copy writes rows in a transaction: first all but the new users and events, by one statement, with the comparison
// and the lock of the account; then these, by COPY. Without a COPY, or its answer, one statement writes them all.
func (p *postgres) copy(ctx context.Context, s *Store, rows *commitRows) (written []users.AccountID, err error) {
	rest := *rows
	rest.created, rest.events = entries[userRow]{}, entries[seats.Event]{}
	st, values, err := p.bind(s, &rest, rest.form())
	created, failed := copyOf(userTable, rows.created)
	events, more := copyOf(eventTable, rows.events)
	if err = errors.Join(err, failed, more); err != nil {
		return nil, notWritten(err)
	}
	err = s.transactionWith(ctx, nil, func(conn *sql.Conn, tx *sql.Tx) error {
		if written, err = rest.send(ctx, s.in(sqlTx{tx}), st, values); err == nil && len(written) == 0 {
			err = errStale
		}
		for _, c := range []tableCopy{created, events} {
			if err == nil && len(c.text) > 0 {
				err = conn.Raw(func(connection any) error {
					return s.options.Copy(ctx, connection, s.named(c.statement), bytes.NewReader(c.text))
				})
			}
		}
		return err
	})
	switch {
	case err == nil:
		return written, nil
	case errors.Is(err, errStale):
		return nil, nil
	case errors.Is(err, errUnsent) && (s.driverClass(err) == Lost || hasState(err, noFeature)) && ctx.Err() == nil:
		return p.state(ctx, s, rows)
	}
	return nil, err
}

// A tableCopy is rows of a table in the text format of COPY, and its statement.
type tableCopy struct {
	statement string
	text      []byte // no row: empty
}

func copyOf[R any](t *table[R], rows entries[R]) (tableCopy, error) {
	c := tableCopy{statement: "COPY {" + t.name + "} (" + names(t.columns) + ") FROM STDIN"}
	for n := range rows.n {
		r := rows.at(n)
		for i := range t.columns {
			v, err := t.columns[i].value(r)
			if err != nil {
				return c, err
			}
			if i > 0 {
				c.text = append(c.text, '\t')
			}
			c.text = appendCopied(c.text, v)
		}
		c.text = append(c.text, '\n')
		if n == 0 { // rows are about as long
			c.text = append(make([]byte, 0, (len(c.text)+16)*rows.n), c.text...)
		}
	}
	return c, nil
}

// appendCopied appends the value of a column.
func appendCopied(to []byte, v any) []byte {
	switch v := v.(type) {
	case int64:
		return strconv.AppendInt(to, v, 10)
	case string:
		from := 0
		for i := range len(v) {
			if escaped := copyEscapes[v[i]]; escaped != 0 {
				to = append(append(to, v[from:i]...), '\\', escaped)
				from = i + 1
			}
		}
		return append(to, v[from:]...)
	}
	return append(to, `\N`...) // NULL
}

// copyEscapes are the characters with a meaning in the text format of COPY.
var copyEscapes = [256]byte{'\\': '\\', '\t': 't', '\n': 'n', '\r': 'r'}
