package users

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHashedKeys compares hashes of many keys with the keys themselves.
func TestHashedKeys(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	hashed, exact := newHashedKeys(), exactKeys{}
	for row := 1; row <= 20_000; row++ {
		k := Key{KeyKind(random.IntN(3)), strconv.Itoa(random.IntN(20_000))}
		require.Equal(t, exact.row(k), hashed.row(k))
		alone := random.IntN(2) == 0
		by, byAlone := exact.take(k, row, alone)
		hashedBy, hashedAlone := hashed.take(k, row, alone)
		require.Equal(t, [2]any{by, byAlone}, [2]any{hashedBy, hashedAlone})
	}
	require.Greater(t, len(exact), 10_000)
}
