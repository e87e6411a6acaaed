package sqlstore

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestBlanks: a column is blank if each of its rows has NULL, or each has "" or 0.
func TestBlanks(t *testing.T) {
	for _, c := range []struct {
		rows []any
		want string // of a text
	}{
		{[]any{nil, nil}, "NULL"},
		{[]any{"", ""}, "''"},
		{[]any{int64(0)}, "''"},
		{[]any{nil, ""}, ""},
		{[]any{"", nil}, ""},
		{[]any{"", "a"}, ""},
		{[]any{nil, "a"}, ""},
		{[]any{int64(1), int64(0)}, ""},
	} {
		b := allBlank(2)
		for _, v := range c.rows {
			b.see(1, v)
		}
		require.Equal(t, c.want, b.constant(1, false, "''"), c.rows)
		require.Equal(t, c.want != "", b.any()&2 != 0, c.rows)
	}
	require.Equal(t, "0", allBlank(1).constant(2, true, "")+blanks{zeros: 1}.constant(0, true, ""))
}

// TestStore_keeps: an INSERT leaves blank columns to its text, until there are too many texts.
func TestStore_keeps(t *testing.T) {
	for _, dialect := range []Dialect{SQLite, MySQL} {
		s, err := New(&sql.DB{}, dialect, Options{})
		require.NoError(t, err)
		created := []users.User{{Profile: users.Profile{ID: "u1", LastName: "Byron"}}, {Profile: users.Profile{ID: "u2", Email: "ada@acme.example"}}}
		inserted := func(rows int) (step, []any) {
			w := s.newSteps(nil)
			insert(w, userTable, userTable.all(), inserting, createdOf([]*seats.Change{{Account: seats.Account{ID: "acme"}, Created: created[:rows]}}))
			require.NoError(t, w.err)
			return w.all[0], w.of(&w.all[0])
		}
		for rows := 1; rows <= 2; rows++ {
			st, values := inserted(rows)
			require.Equal(t, strings.Count(st.text, "?"), len(values))
			require.Less(t, len(values), rows*len(userColumns))
			require.Contains(t, st.text, s.emptyText)
			require.Equal(t, "u1", fmt.Sprintf("%s", values[1]))
			require.Equal(t, "byron", strings.TrimSpace(fmt.Sprintf("%s", values[len(values)/rows-1])))
		}
		for n := range maxTexts {
			s.texts.byKey[textKey{rows: -n}] = ""
		}
		created[0].FirstName = "Ada"
		st, values := inserted(1)
		require.Equal(t, strings.Count(st.text, "?"), len(values))
		require.Len(t, values, len(userColumns))
	}
}

// TestMySQL_keep: a session keeps so many texts and no more.
func TestMySQL_keep(t *testing.T) {
	m := &mysql{}
	for n := range maxKept {
		require.NotNil(t, m.keep(fmt.Sprint("DO ", n), 1))
	}
	require.NotNil(t, m.keep("DO 0", 1))
	require.Nil(t, m.keep("DO ?", 1))
}
