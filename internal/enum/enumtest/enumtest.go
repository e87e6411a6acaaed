// Package enumtest tests the text forms of enumerations.
package enumtest

import (
	"encoding"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Require checks that the values of an enumeration have exactly these text forms, from zero on.
func Require[T interface {
	~uint8
	fmt.Stringer
	encoding.TextMarshaler
}, P interface {
	*T
	encoding.TextUnmarshaler
}](t *testing.T, names ...string) {
	t.Helper()
	for i, name := range names {
		text, err := T(i).MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		require.Equal(t, name, T(i).String())
		read := T(255)
		require.NoError(t, P(&read).UnmarshalText(text))
		require.Equal(t, T(i), read)
	}
	beyond := T(len(names))
	_, err := beyond.MarshalText()
	require.EqualError(t, err, fmt.Sprintf("%T: the number %d has no name", beyond, len(names)))
	require.Equal(t, fmt.Sprintf("%T(%d)", beyond, len(names)), beyond.String())
	for _, wrong := range []string{"Ada", " active", "ACTIVE", "0"} {
		require.ErrorContains(t, P(&beyond).UnmarshalText([]byte(wrong)), fmt.Sprintf("%T: unknown name; the names are ", beyond))
	}
	require.Equal(t, T(len(names)), beyond, "an error leaves the value as it was")
}
