package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
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

// TestStatement_put: a plan is closed once another has taken its place and no call uses it.
func TestStatement_put(t *testing.T) {
	closed := 0
	db := sql.OpenDB(planner{closed: &closed})
	defer db.Close()
	prepared := func() *plan {
		stmt, err := db.PrepareContext(t.Context(), "SELECT")
		require.NoError(t, err)
		return &plan{Stmt: stmt}
	}
	st := &statement{text: "SELECT"}
	first := st.put(prepared(), false)
	taken, _, _ := st.take(false)
	require.Same(t, first, taken)
	second := st.put(prepared(), true)
	st.release(first)
	require.Zero(t, closed, "a call uses it")
	st.release(first)
	require.Equal(t, 1, closed)
	require.Same(t, second, st.put(prepared(), false), "it was first")
	require.Equal(t, 2, closed, "the other one")
	st.release(second)
	st.release(second)
	require.Equal(t, 2, closed, "it is the plan")
	st.put(prepared(), true)
	require.Equal(t, 3, closed)
	st.release(nil)
}
