package sqlstore

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestCommitForm_text: in every form each value has its parameter, in order. Accounts that may be
// several are locked in the order of their IDs, users give keys up before others are created with
// them, and with too many forms blank columns are parameters as well.
func TestCommitForm_text(t *testing.T) {
	parameter := regexp.MustCompile(`\$\d+`)
	full := &postgres{forms: map[commitForm]*statement{}}
	for n := range maxForms {
		full.forms[commitForm{blank: blankColumns{users: blanks{nulls: set(n)}}}] = &statement{}
	}
	for bits := range 1 << 6 {
		has := func(bit int) bool { return bits>>bit&1 == 1 }
		for rows := 1; rows <= 2; rows++ {
			for base := range 2 {
				c := seats.Change{Base: uint64(base), Account: seats.Account{ID: "acme", Revision: 2}, Settings: has(0)}
				for n := range rows {
					id := users.ID(fmt.Sprint("u", n))
					c.Events = append(c.Events, seats.Event{Account: "acme", Sequence: uint64(n + 1)})
					if has(1) {
						c.Created = append(c.Created, users.User{Profile: users.Profile{ID: id}})
					}
					if has(2) {
						c.Updated = append(c.Updated, users.User{Profile: users.Profile{ID: id + "x"}})
					}
					if has(3) {
						c.Pools = append(c.Pools, seats.Pool{ID: seats.PoolID(id), Total: seats.Of(1)}, seats.Pool{Total: seats.Of(1)})
					}
					if has(4) {
						c.Licences = append(c.Licences, users.Licence{User: id})
					}
				}
				changes := []*seats.Change{&c}
				if has(5) {
					changes = append(changes, &seats.Change{Base: 1, Account: seats.Account{ID: "bravo", Revision: 2}})
				}
				r := commitRowsOf(changes)
				f := r.form()
				require.Equal(t, base == 1 && !has(5), f.lone)
				require.Equal(t, rows == 2 || !f.lone, f.many)
				all, err := r.values(&f)
				require.NoError(t, err)
				if whole := f; has(1) {
					require.NotZero(t, f.blank.users.nulls)
					require.NotZero(t, f.blank.users.zeros)
					st := full.statement(schema{dialect: dialects[Postgres]}, &whole)
					require.Zero(t, whole.blank)
					require.Len(t, parameter.FindAllString(st.text, -1), len(all.parameters(&whole)))
				}
				text, values := f.text(), all.parameters(&f)
				found := parameter.FindAllString(text, -1)
				require.Len(t, found, len(values))
				for i, parameter := range found {
					require.Equal(t, fmt.Sprint("$", i+1), parameter)
				}
				require.Equal(t, !f.lone, strings.Contains(text, `ORDER BY id COLLATE "C"`) && strings.Contains(text, "FOR NO KEY UPDATE"))
				require.Equal(t, f.updated && f.created, strings.Contains(text, "count(*) FROM updated"))
				require.Equal(t, f.settings, strings.Contains(text, "policy = "))
			}
		}
	}
}

// TestArray: an array holds any text and NULL, and a column of nothing but NULL is no array.
func TestArray(t *testing.T) {
	for _, c := range []struct {
		name string
		rows []any
		want any
	}{
		{"texts", []any{"a", `q"b`, `\`, "", nil, "NULL", "{,}", "é\n"}, `{"a","q\"b","\\","",NULL,"NULL","{,}","é` + "\n" + `"}`},
		{"numbers", []any{int64(1), nil, int64(-2)}, "{1,NULL,-2}"},
		{"nothing", []any{nil, nil}, nil},
		{"NULL before a text", []any{nil, nil, "a", nil}, `{NULL,NULL,"a",NULL}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got array
			for _, v := range c.rows {
				got.add(v, len(c.rows))
			}
			require.Equal(t, c.want, got.value())
		})
	}
	to := &commitValues{}
	addRows(to, []column[any]{{get: func(r *any) (any, error) { return *r, nil }}}, entriesOf([]any{"\xff"}), true)
	require.ErrorIs(t, to.err, users.ErrNotUTF8)
}
