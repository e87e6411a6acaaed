package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestPolicy_signed_in: whether a user has signed in is one answer for the list of the never signed in,
// for the three ways to an ownership, for an import and for a remedy.
func TestPolicy_signed_in(t *testing.T) {
	for _, preset := range seats.Presets() {
		for _, dated := range []bool{true, false} {
			policy := preset.Policy
			s := open(t, seats.Of(9), policy)
			admin := importedUser("ada", func(u *users.User) {
				u.Status, u.Role = users.Active, users.Admin
				if u.FirstSignIn = u.Created; !dated {
					u.FirstSignIn = time.Time{}
				}
			})
			s.do(system, seats.Import{User: admin})
			want := dated || policy.Activation == seats.FirstSignIn
			never := policy.StoredFilter(users.Filter{NeverSignedIn: true})
			require.Equal(t, want, !never.Match(s.user("ada")), "%s, dated: %v", preset.Name, dated)

			passes := func(by users.Actor, c seats.Command) {
				t.Helper()
				_, err := s.try(by, c)
				if want {
					require.NoError(t, err, preset.Name)
					return
				}
				require.ErrorIs(t, err, seats.ErrWrongStatus, preset.Name)
				require.ErrorIs(t, err, seats.ErrNotSignedIn, preset.Name)
			}
			passes(owner, seats.GrantOwnership{User: "ada"})
			passes(owner, seats.OfferOwnership{User: "ada"})
			refusal := s.refused(seats.ErrLastOwner, support, seats.EndOwnership{User: "owner"})
			require.Equal(t, want, len(refusal.Remedies) > 0, "another owner as the remedy, %s", preset.Name)

			offered := policy // under which any active user may become an owner
			offered.Activation = seats.FirstSignIn
			s.do(support, seats.SetPolicy{Policy: offered})
			s.do(owner, seats.OfferOwnership{User: "ada"})
			s.do(support, seats.SetPolicy{Policy: policy})
			passes(users.As("ada"), seats.AcceptOwnership{User: "ada", Owner: "owner"})

			admin.Role, admin.ID, admin.Email = users.Owner, "eve", "eve@acme.example"
			if !want {
				require.Equal(t, "first-sign-in", s.refused(seats.ErrBadInput, system, seats.Import{User: admin}).Field, preset.Name)
				continue
			}
			s.do(system, seats.Import{User: admin})
			s.do(support, seats.EndOwnership{User: "owner"})
			require.False(t, never.Match(s.user("eve")), "an owner has signed in")
		}
	}
}
