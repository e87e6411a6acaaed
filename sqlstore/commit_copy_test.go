package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestCopyOf(t *testing.T) {
	c, err := copyOf(licenceTable, entriesOf([]licenceRow{{account: "a\\\t\n\r.", Licence: users.Licence{User: "é\\.", Pool: "course", Number: 7}}, {}}))
	require.NoError(t, err)
	require.Equal(t, "COPY {licences} (account, user_id, pool, number, state, assigned, started, archived, returned, due_date, ends, due) FROM STDIN", c.statement)
	require.Equal(t, `a\\\t\n\r.`+"\t"+`é\\.`+"\tcourse\t7\tassigned"+`	\N	\N	\N	\N		\N	\N`+"\n"+
		"\t\t\t0\tassigned"+`	\N	\N	\N	\N		\N	\N`+"\n", string(c.text))

	_, err = copyOf(eventTable, entriesOf([]seats.Event{{Key: "\xff"}}))
	require.EqualError(t, err, "sqlstore: column request_key: is not valid UTF-8")
	c, err = copyOf(eventTable, entriesOf([]seats.Event(nil)))
	require.NoError(t, err)
	require.Empty(t, c.text)
}
