package users_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestFold_international_domain: an international domain in letters and its form for DNS are two addresses.
func TestFold_international_domain(t *testing.T) {
	letters, dns := users.Profile{Email: "Ada@BÜCHER.example"}, users.Profile{Email: "ada@XN--BCHER-KVA.example"}
	for _, p := range []users.Profile{letters, dns} {
		clean, err := p.Clean()
		require.NoError(t, err, "both are addresses")
		require.Equal(t, p.Email, clean.Email, "and stay as they are written")
	}
	require.Equal(t, users.ByEmail("ada@bücher.example"), users.ByEmail(letters.Email))
	require.Equal(t, users.ByEmail("ada@xn--bcher-kva.example"), users.ByEmail(dns.Email))
	require.NotEqual(t, users.ByEmail(letters.Email), users.ByEmail(dns.Email))
}
