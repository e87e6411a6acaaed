package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// planner is a driver that counts the statements that were closed.
type planner struct {
	driver.Conn
	driver.Stmt
	closed *int
}

func (p planner) Connect(context.Context) (driver.Conn, error) { return p, nil }
func (planner) Driver() driver.Driver                          { return nil }
func (p planner) Prepare(string) (driver.Stmt, error)          { return p, nil }
func (p planner) Close() error                                 { *p.closed++; return nil }
func (planner) NumInput() int                                  { return 0 }

func prepared(t *testing.T, db *sql.DB) *plan {
	t.Helper()
	stmt, err := db.PrepareContext(t.Context(), "SELECT")
	require.NoError(t, err)
	return &plan{Stmt: stmt}
}

// TestStatement_put: a plan is closed once another has taken its place and no call uses it.
func TestStatement_put(t *testing.T) {
	closed := 0
	db := sql.OpenDB(planner{closed: &closed})
	defer db.Close()
	st := &statement{text: "SELECT"}
	first := st.put(prepared(t, db), false)
	taken, _, _ := st.take(false)
	require.Same(t, first, taken)
	second := st.put(prepared(t, db), true)
	st.release(first, nil)
	require.Zero(t, closed, "a call uses it")
	st.release(first, nil)
	require.Equal(t, 1, closed)
	require.Same(t, second, st.put(prepared(t, db), false), "it was first")
	require.Equal(t, 2, closed, "the other one")
	st.release(second, nil)
	st.release(second, nil)
	require.Equal(t, 2, closed, "it is the plan")
	st.put(prepared(t, db), true)
	require.Equal(t, 3, closed)
}

// reset is the error of a session without its prepared statements.
type reset struct{ error }

func (reset) SQLState() string { return noStatement }

// TestStatement_release_lost: the next call prepares another text, as long as that is worth it. The call and others with
// the lost plan go on.
func TestStatement_release_lost(t *testing.T) {
	closed := 0
	db := sql.OpenDB(planner{closed: &closed})
	defer db.Close()
	st := &statement{text: "SELECT"}
	texts := map[string]bool{}
	for i := range maxPlans {
		require.False(t, st.plain.Load())
		_, text, _ := st.take(false)
		texts[text] = true
		p := st.put(prepared(t, db), false)
		other, _, _ := st.take(false)
		require.Same(t, p, other)
		st.release(p, reset{})
		require.Equal(t, i, closed)
		st.release(other, reset{})
		require.Equal(t, i+1, closed)
	}
	require.Len(t, texts, maxPlans)
	require.True(t, st.plain.Load())
}

// TestStore_retryRead: a read is tried again after a lost connection, and not after an administrator or
// a bound of time has ended it.
func TestStore_retryRead(t *testing.T) {
	s, err := New(new(sql.DB), MySQL, Options{})
	require.NoError(t, err)
	for text, want := range map[string]int{
		"EOF": maxReads, "Error 1927 (70100): Connection was killed": maxReads, "Error 1213 (40001): Deadlock": maxReads,
		"Error 1317 (70100): Query execution was interrupted": 1, "Error 1969 (70100): max_statement_time exceeded": 1, "Error 1146 (42S02): no such table": 1,
	} {
		tries := 0
		err := s.retryRead(t.Context(), func() error { tries++; return errors.New(text) })
		require.EqualError(t, err, text)
		require.Equal(t, want, tries, text)
	}
}
