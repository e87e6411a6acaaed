package enum_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/enum"
)

type colour uint8

func TestNames(t *testing.T) {
	names := enum.Names[colour]{"", "red", "green"}
	for i, name := range names {
		text, err := names.Marshal(colour(i))
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		require.Equal(t, name, names.Of(colour(i)))
		read := colour(9)
		require.NoError(t, names.Unmarshal(text, &read))
		require.Equal(t, colour(i), read)
	}
	_, err := names.Marshal(3)
	require.EqualError(t, err, "enum_test.colour: the number 3 has no name")
	require.Equal(t, "enum_test.colour(3)", names.Of(3))
	read := colour(2)
	require.EqualError(t, names.Unmarshal([]byte("Red"), &read), "enum_test.colour: unknown name; the names are red, green")
	require.Equal(t, colour(2), read)
}
