package sqltest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestUsers_narrowed: pages by name are those of the whole list, however many users the filter passes over, in both directions.
func TestUsers_narrowed(t *testing.T) {
	const people = 7000
	on(t, engines[:3], func(t *testing.T, e engine) {
		s := e.open(t)
		s.migrate(t)
		s.crowd(t, "acme", people)
		among := func(from, to int) string {
			return fmt.Sprintf(" WHERE account = 'acme' AND id >= '%s' AND id < '%s'", person(from), person(to))
		}
		execAll(t, s.dbs[0],
			"UPDATE seats_users SET location = 'first'"+among(10, 30),
			"UPDATE seats_users SET location = 'middle'"+among(3500, 3520),
			"UPDATE seats_users SET location = 'last'"+among(6970, 6990),
			"UPDATE seats_users SET role = 'admin'"+among(1990, 2010),
			"UPDATE seats_users SET role = 'manager'"+among(4990, 5010),
			"UPDATE seats_users SET status = 'inactive'"+among(2000, 2005),
			"UPDATE seats_users SET status = 'deleted'"+among(0, 8),
		)
		list := func(f users.Filter, limit int) []users.User {
			page, err := s.store().Users(t.Context(), "acme", f, limit)
			require.NoError(t, err)
			return page
		}
		for name, f := range map[string]users.Filter{
			"first": {Locations: []string{"first"}}, "middle": {Locations: []string{"middle"}}, "last": {Locations: []string{"last"}},
			"first and last": {Locations: []string{"first", "last"}}, "nowhere": {Locations: []string{"nowhere"}},
			"role": {Role: users.In(users.Admin)}, "roles": {Role: users.In(users.Manager, users.Owner)},
			"status": {Status: users.In(users.Inactive)}, "deleted": {Status: users.In(users.Deleted)}, "never": {NeverSignedIn: true, Locations: []string{"last"}},
			"text": {Text: string(person(6950))}, "words": {Text: string(person(6950)) + " zebra"}, "all": {},
		} {
			f.Order = users.OrderName
			for _, f.Backward = range []bool{false, true} {
				var want, got []users.ID
				for _, u := range list(users.Filter{Order: f.Order, Backward: f.Backward, Status: users.In(users.Statuses()...)}, people+9) {
					if f.Match(u) {
						want = append(want, u.ID)
					}
				}
				size := 7
				if len(want) > people/2 {
					size = 1500
				}
				for at := f; ; {
					page := list(at, size)
					for _, u := range page {
						got = append(got, u.ID)
					}
					if len(page) < size {
						break
					}
					at = at.NextPage(page[size-1])
				}
				require.Equal(t, want, got, "%s, backward: %t", name, f.Backward)
			}
		}
	})
}
