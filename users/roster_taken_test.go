package users

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHashedKeys compares hashes of many keys with the keys themselves.
func TestHashedKeys(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	hashed, exact := newHashedKeys(), exactKeys{}
	for row := 1; row <= 20_000; row++ {
		var keys []Key
		for range 1 + random.IntN(maxKeys) {
			k := Key{KeyKind(random.IntN(3)), strconv.Itoa(random.IntN(40_000))}
			require.Equal(t, exact.row(k), hashed.row(k))
			keys = append(keys, k)
		}
		at := placeOf(row, len(keys) == 1)
		require.Equal(t, exact.take(keys, at), hashed.take(keys, at))
	}
	require.Greater(t, len(exact), 20_000)
}

// TestRosterReader_whole: people keep their rows in memory if nothing else is in these.
func TestRosterReader_whole(t *testing.T) {
	for header, want := range map[string]bool{
		"Email": true, "Email,Role,Groups,Name": true, "Email,Password": false, "Email,Notes": false, "Email,": false,
	} {
		r, err := RosterOptions{Mapping: map[string]string{"Password": "password"}}.reader()
		require.NoError(t, err)
		require.NoError(t, r.findHeader(newSheet(strings.NewReader(header+"\n"))))
		require.Equal(t, want, r.whole, header)
	}
}
