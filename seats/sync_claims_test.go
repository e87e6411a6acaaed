package seats_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestComparison_keysPassOn: an address or a username that passes from one user to another makes no leaver of either and no
// other person of them, in any order of the rows. Users and rows are "username address name"; "-" is an inactive user, or no username, and "?" one who waits.
func TestComparison_keysPassOn(t *testing.T) {
	for name, c := range map[string]struct {
		users, rows []string
		unnamed     bool // the roster has no columns of names
		want        string
	}{
		"an address passes on": {
			users: []string{"ada info Ada", "bo bo Bo"}, rows: []string{"ada ada Ada", "bo info Bo"},
			want: "ada: ada; bo: info",
		},
		"to a newcomer": {
			users: []string{"ada info Ada"}, rows: []string{"ada ada Ada", "new info Newt"},
			want: "ada: ada; join new",
		},
		"a username passes on": {
			users: []string{"ada ada Ada", "bo bo Bo"}, rows: []string{"lund ada Ada", "ada bo Bo"},
			want: "ada: ada; bo: bo",
		},
		"addresses are exchanged": {
			users: []string{"ada ada Ada", "bo bo Bo"}, rows: []string{"ada bo Ada", "bo ada Bo"},
			want: "ada: bo; bo: ada",
		},
		"in a ring": {
			users: []string{"ada ada Ada", "bo bo Bo", "cy cy Cy"}, rows: []string{"ada bo Ada", "bo cy Bo", "cy ada Cy"},
			want: "ada: bo; bo: cy; cy: ada",
		},
		"without names": {
			users: []string{"ada info Ada", "bo bo Bo"}, rows: []string{"ada ada Ada", "bo info Bo"}, unnamed: true,
			want: "ada: ada; bo: info",
		},
		"to a newcomer, without names: the address leads": {
			users: []string{"ada info Ada"}, rows: []string{"ada ada Ada", "new info Newt"}, unnamed: true,
			want: "ada: info; join ada",
		},
		"of a leaver of before": {
			users: []string{"-ada ada Ada", "bo bo Bo"}, rows: []string{"bo ada Bo"}, unnamed: true,
			want: "bo: ada",
		},
		"of a user who waits for a seat: the address leads": {
			users: []string{"?ada ada Ada", "bo bo Bo"}, rows: []string{"bo ada Bo"}, unnamed: true,
			want: "ada: ada; bo: leave",
		},
		"two names for two users: the address leads": {
			users: []string{"ada ada Ada", "bo bo Bo"}, rows: []string{"bo ada Cy"},
			want: "ada: ada; bo: leave",
		},
		"one name for two users: the address leads": {
			users: []string{"ada ada Lund", "bo bo Lund"}, rows: []string{"bo ada Lund"},
			want: "ada: ada; bo: leave",
		},
		"one name in two rows": {
			users: []string{"ada ada Lund", "bo bo Lund"}, rows: []string{"ada eve Lund", "bo ada Lund"},
			want: "ada: eve; bo: ada",
		},
		"a row without a username": {
			users: []string{"ada ada Ada", "bo bo Bo"}, rows: []string{"- ada Ada", "ada bo Bo"},
			want: "bo: bo",
		},
	} {
		t.Run(name, func(t *testing.T) {
			key := func(of string) string { return strings.Trim(of, "-?") }
			person := func(text string) users.Profile {
				of := strings.Fields(text)
				return users.Profile{Username: key(of[0]), Email: of[1] + "@acme.example", FirstName: of[2]}
			}
			run := seats.SyncRun{Source: "hr", Fields: []string{"username", "email", "first-name"}}
			if c.unnamed {
				run.Fields = run.Fields[:2]
			}
			var staff []users.User
			for _, text := range c.users {
				u := users.User{Profile: person(text), Status: users.Active}
				u.ID, u.Source = users.ID(u.Username), users.Source{Kind: users.SourceSync, Name: "hr"}
				switch text[0] {
				case '-':
					u.Status, u.LeftAs, u.LeftBy = users.Inactive, users.Active, users.LeftBySync
				case '?':
					u.Status, u.Wait = users.Inactive, &users.Wait{Since: start}
				}
				staff = append(staff, u)
			}
			var rows []users.Entry
			for i, text := range c.rows {
				rows = append(rows, users.Entry{Row: i + 2, Profile: person(text)})
			}
			for range rows {
				for range 2 {
					slices.Reverse(rows)
					var done []string
					d := compare(t, run, seats.Standard(), staff, rows...)
					for _, command := range d.Commands() {
						switch of := command.(type) {
						case seats.Edit:
							if *of.Set.Email != "" { // a key that is given up first
								done = append(done, fmt.Sprintf("%s: %s", of.User, strings.TrimSuffix(*of.Set.Email, "@acme.example")))
							}
						case seats.Deactivate:
							done = append(done, fmt.Sprintf("%s: leave", of.User))
						case seats.Invite:
							done = append(done, "join "+of.Profile.Username)
						}
					}
					slices.Sort(done)
					require.Equal(t, c.want, strings.Join(done, "; "))
				}
				rows = append(rows[1:], rows[0])
			}
		})
	}
}
