package sqltest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_arguments: values are arguments where the driver fills them in, and mean the same
// to the server.
func TestStore_arguments(t *testing.T) {
	t.Parallel()
	for dsn, arguments := range map[string]bool{
		"": false, "?interpolateParams=true": true,
		"?interpolateParams=true&sql_mode=%27NO_BACKSLASH_ESCAPES,ANSI_QUOTES%27": true,
		"?interpolateParams=true&charset=latin1":                                  true,
		// An empty text may be NULL.
		"?interpolateParams=true&sql_mode=EMPTY_STRING_IS_NULL": false,
		// The second byte of a character may be a backslash.
		"?interpolateParams=true&charset=gbk":         false,
		"?interpolateParams=true&charset=gbk,utf8mb4": false,
		"?interpolateParams=true&charset=sjis":        false,
	} {
		t.Run(dsn, func(t *testing.T) {
			t.Parallel()
			s, r := engine{dialect: sqlstore.MySQL, dsn: onMariaDB(dsn), connections: 2}.recorded(t)
			k := open(t, s.stores[0], 9)
			p := users.Profile{ID: "u", FirstName: "縗' OR 1=1; -- ", LastName: `表\`, Username: "ソ'"}
			all := r.during(func() {
				_, err := k.Do(t.Context(), acme, olive, seats.Invite{Profile: p})
				require.NoError(t, err)
			})
			for _, one := range all {
				if strings.HasPrefix(one.text, "PREPARE ") { // without values
					require.Empty(t, one.values)
					require.NotContains(t, one.text, "表")
					continue
				}
				require.Equal(t, arguments, len(one.values) > 0, one.text)
				require.Equal(t, arguments, strings.Contains(one.text, "?"), one.text)
			}
			found, err := k.Find(t.Context(), acme, users.ByUsername(p.Username))
			require.NoError(t, err)
			want, err := p.Clean()
			require.NoError(t, err)
			require.Equal(t, want, found.Profile)
		})
	}
}
