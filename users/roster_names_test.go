package users

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWords_once has each word for one thing alone, or the order of a map would decide.
func TestWords_once(t *testing.T) {
	fields := map[string]string{}
	for _, c := range defaultColumns {
		for _, header := range c.headers() {
			require.Empty(t, fields[label(header)], header)
			fields[label(header)] = c.Field
		}
	}
	for field, names := range commonNames {
		require.True(t, isField(field), field)
		for _, name := range names {
			require.Empty(t, fields[label(name)], name)
			fields[label(name)] = field
		}
	}
	statuses := map[string]Status{}
	for status, words := range statusWords {
		for _, word := range append(words, status.String()) {
			require.Zero(t, statuses[label(word)], word)
			statuses[label(word)] = status
		}
	}
	for word := range answers {
		require.Equal(t, Fold(word), word)
	}
	for _, word := range append(closings, examples...) {
		require.Equal(t, Fold(word), word)
	}
	require.NoError(t, checkWords("role", defaultRoles, Role.Valid))
}
