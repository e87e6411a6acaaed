package seats_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestComparison_faulty: a faulty row is told with its field, and its user does not leave. The others do, unless the row can be
// about any of them.
func TestComparison_faulty(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	profile := func(number, email, name string) users.Profile {
		return users.Profile{ExternalID: number, Email: email, FirstName: name}
	}
	long := strings.Repeat("x", 300)
	for name, c := range map[string]struct {
		faulty       users.Entry
		field        string
		reason       error
		leave, stays int // of ann and zoe, who are in no other row
	}{
		"an address":                {users.Entry{Profile: profile("n-ann", "ann@@acme", "Ann")}, "email", users.ErrAddress, 1, 0},
		"a name":                    {users.Entry{Profile: profile("", "Ann@acme.example", long)}, "first-name", users.ErrTooLong, 1, 0},
		"a group":                   {users.Entry{Profile: users.Profile{Email: "ann@acme.example", Groups: []string{long}}}, "groups", users.ErrTooLong, 1, 0},
		"a day":                     {users.Entry{Profile: profile("n-ann", "", "Ann"), Leave: users.Leave{Date: "soon"}}, "leave", users.ErrDate, 1, 0},
		"a key of a row before":     {users.Entry{Profile: profile("n-ann", "ben@acme.example", "Ann")}, "email", users.ErrDuplicateRow, 1, 0},
		"all keys of a row before":  {users.Entry{Profile: profile("n-ben", "ben@acme.example", "Ann")}, "external-id", users.ErrDuplicateRow, 2, 0},
		"a newcomer's key":          {users.Entry{Profile: profile("n-new", "zoe@acme.example", "Zoe")}, "external-id", users.ErrDuplicateRow, 1, 0},
		"a newcomer's address":      {users.Entry{Profile: profile("n-0", "ann@@acme", "Ann")}, "email", users.ErrAddress, 2, 0},
		"a newcomer's name":         {users.Entry{Profile: profile("", "bea@acme.example", long)}, "first-name", users.ErrTooLong, 2, 0},
		"no key":                    {users.Entry{Profile: users.Profile{FirstName: "Ann"}}, "profile", users.ErrNoIdentity, 0, 2},
		"an address alone":          {users.Entry{Profile: profile("", "ann@@acme", "Ann")}, "email", users.ErrAddress, 0, 2},
		"a number":                  {users.Entry{Profile: profile(long, "", "Ann")}, "external-id", users.ErrTooLong, 0, 2},
		"a number beside a address": {users.Entry{Profile: profile(long, "ann@acme.example", "Ann")}, "external-id", users.ErrTooLong, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			people := []users.User{hired("ann", users.Active), hired("ben", users.Active), hired("zoe", users.Active)}
			d := compare(t, run, seats.Standard(), people, entry(hired("ben", 0)), entry(hired("new", 0)), c.faulty)
			require.Equal(t, []int{1, 1, c.leave, c.stays}, []int{d.Same, d.Joining, d.Leaving, d.Missing})
			require.Len(t, d.Untouched, 1)
			require.Equal(t, []any{3, seats.ErrBadInput, c.field, c.reason},
				[]any{d.Untouched[0].Row, d.Untouched[0].Refusal.Code, d.Untouched[0].Refusal.Field, d.Untouched[0].Refusal.Reason}, "its place counts where it has no number")
		})
	}

	// A key of a row left as it is is free for its own row. A list of faulty rows is none.
	bad := entry(hired("ann", 0))
	bad.Profile.FirstName = long
	d := compare(t, run, seats.Standard(), []users.User{hired("ann", users.Active)}, bad, entry(hired("ann", 0)))
	require.Equal(t, "2 rows: 1 as before, 1 left as it is: bad-input", d.String())
	c, refusal := seats.NewComparison(seats.Account{}, run, seats.Request{At: start})
	require.Nil(t, refusal)
	require.Nil(t, c.Row(bad))
	d, refusal = c.Differences(true)
	require.ErrorIs(t, refusal, users.ErrTooLong)
	require.Equal(t, []any{1, 7}, []any{d.Rows, d.Untouched[0].Row})
}

// TestComparison_Fault: the user of a faulty row of a file is left as they are, whatever other rows say, and no missing user leaves
// while the row can be about any of them.
func TestComparison_Fault(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: append([]string{"role", "groups"}, fields...)}
	number, address := users.ByExternalID("n-ann"), users.ByEmail("ann@acme.example")
	keys := func(keys ...users.Key) []users.Key { return keys }
	fault := func(field string, problem error, keys ...users.Key) users.Fault {
		return users.Fault{Row: 9, Field: field, Problem: problem, Keys: keys}
	}
	for name, c := range map[string]struct {
		faults            []users.Fault
		field             string
		leave, unreadable int // of ann and zoe, who are in no other row
	}{
		"a role":                  {[]users.Fault{fault("role", users.ErrRole, number)}, "role", 1, 0},
		"a number":                {[]users.Fault{fault("external-id", users.ErrNoValue, address)}, "external-id", 1, 0},
		"an address":              {[]users.Fault{fault("email", users.ErrAddress, number)}, "email", 1, 0},
		"a newcomer's address":    {[]users.Fault{fault("email", users.ErrAddress, users.ByExternalID("n-0"))}, "email", 2, 0},
		"a newcomer's role":       {[]users.Fault{fault("role", users.ErrRole, users.ByEmail("bea@acme.example"))}, "role", 2, 0},
		"a number, newcomer":      {[]users.Fault{fault("external-id", users.ErrNoValue, users.ByEmail("bea@acme.example"))}, "external-id", 0, 1},
		"all keys":                {[]users.Fault{fault("email", users.ErrAddress)}, "email", 0, 1},
		"the row":                 {[]users.Fault{fault("", users.ErrQuotes)}, "row", 0, 1},
		"no key":                  {[]users.Fault{fault("", users.ErrNoIdentity)}, "row", 0, 1},
		"a repetition":            {[]users.Fault{fault("email", users.ErrDuplicateRow, users.ByEmail("ben@acme.example"))}, "email", 2, 0},
		"a key of another kind":   {[]users.Fault{fault("role", users.ErrRole, users.ByID("ann"))}, "role", 2, 0},
		"two faults":              {[]users.Fault{fault("role", users.ErrRole, number), fault("email", users.ErrAddress, number)}, "role", 1, 0},
		"two faults, and no key":  {[]users.Fault{fault("role", users.ErrRole), fault("email", users.ErrAddress), fault("username", users.ErrTooLong)}, "role", 0, 1},
		"by an error of the host": {[]users.Fault{fault("title", errors.New("x"), number)}, "title", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			begin := newComparison(t, run, hired("ann", users.Active), hired("ben", users.Active), hired("zoe", users.Active))
			require.Nil(t, begin.Row(entry(hired("ben", 0))))
			for _, f := range c.faults {
				begin.Fault(f)
			}
			d, refusal := begin.Differences(true)
			require.Nil(t, refusal)
			stay := 0
			if c.unreadable > 0 {
				stay = 2
			}
			require.Equal(t, []int{2, c.leave, stay, c.unreadable}, []int{d.Rows, d.Leaving, d.Missing, d.Unreadable})
			require.Len(t, d.Untouched, 1)
			u := d.Untouched[0]
			require.Equal(t, []any{9, seats.ErrBadInput, c.field, c.faults[0].Problem}, []any{u.Row, u.Refusal.Code, u.Refusal.Field, u.Refusal.Reason})
		})
	}

	// Another row of the same user changes nothing either, before the faulty one or after it.
	ann := hired("ann", users.Active)
	ann.Groups = []string{"Crew", "Deck"}
	other := func(change func(e *users.Entry)) users.Entry {
		e := entry(ann)
		change(&e)
		return e
	}
	repetition := users.Fault{Row: 9, Field: "external-id", Problem: users.ErrDuplicateRow, Other: 7, Keys: keys(number, address)}
	for _, e := range []users.Entry{
		other(func(e *users.Entry) { e.Status = users.Inactive }), other(func(e *users.Entry) { e.Profile.Groups = e.Profile.Groups[:1] }),
		other(func(e *users.Entry) { e.Role = users.Admin }), other(func(e *users.Entry) { e.Profile.ExternalID = "" }),
	} {
		for _, first := range []bool{false, true} {
			c := newComparison(t, run, ann)
			if first {
				c.Fault(repetition)
			}
			require.Nil(t, c.Row(e))
			if !first {
				c.Fault(repetition)
			}
			d, refusal := c.Differences(true)
			require.Nil(t, refusal)
			require.Zero(t, d.Len())
			if e.Profile.ExternalID != "" {
				require.Equal(t, "2 rows: 0 as before, 1 left as it is: bad-input, 1 left as it is: duplicate", d.String())
			}
		}
	}

	// Users who share an address are not told apart by it, and stay.
	sharing := hired("bea", users.Active)
	sharing.Email = ann.Email
	c := newComparison(t, run, ann, sharing)
	require.Nil(t, c.Row(entry(hired("new", 0))))
	c.Fault(fault("role", users.ErrRole, address))
	d, refusal := c.Differences(true)
	require.Nil(t, refusal)
	require.Equal(t, "2 rows: 0 as before, 1 joins, 1 left as it is: bad-input", d.String())
	c = newComparison(t, run, ann, sharing)
	require.Nil(t, c.Row(entry(hired("new", 0))))
	c.Fault(fault("", users.ErrQuotes))
	d, _ = c.Differences(true)
	require.Equal(t, "2 rows: 0 as before, 1 joins, 2 are missing, 1 left as it is: bad-input; no missing user leaves, since 1 row has no readable key", d.String())
	require.Equal(t, "seats: not valid: the row has a misplaced or unclosed quotation mark", d.Untouched[0].Refusal.Error())
}

// newComparison begins a comparison with these users.
func newComparison(t *testing.T, run seats.SyncRun, people ...users.User) *seats.Comparison {
	c, refusal := seats.NewComparison(seats.Account{Policy: seats.Standard()}, run, seats.Request{At: start, Zones: time.LoadLocation})
	require.Nil(t, refusal)
	for _, u := range people {
		c.User(u)
	}
	return c
}

// TestComparison_repeated: the users of all keys of a row with a key of a row before stay as they are, in the next run too, in which the
// other keys of the row have become those of another user. The rows of these users are told with the key that leads to them.
func TestComparison_repeated(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	row := func(number, address, name string) users.Entry {
		return users.Entry{Profile: users.Profile{ExternalID: number, Email: address + "@acme.example", FirstName: name}}
	}
	user := func(e users.Entry, kept ...string) users.User {
		u := hired("u", users.Active)
		e.Profile.ID, e.Profile.Source = users.ID(e.Profile.ExternalID+e.Profile.Email), u.Source
		u.Profile, u.Kept = e.Profile, kept
		return u
	}
	told := func(d seats.Differences) (all []string) {
		for _, u := range d.Untouched {
			all = append(all, fmt.Sprintf("row %d: %v", u.Row, u.Refusal))
		}
		return all
	}
	p0, p1 := user(row("", "p0", "")), user(row("hr0", "p1", ""))
	rows := []users.Entry{row("hr1", "p0", ""), row("hr0", "p0", ""), row("hr0", "p1", "")}
	faults := []string{"row 2: seats: not valid: email is taken by another row", "row 1: seats: this email is taken by another row"}
	first := compare(t, run, seats.Standard(), []users.User{p0}, rows...)
	require.Equal(t, []any{1, 1, faults}, []any{first.Joining, first.Len(), told(first)})
	second := compare(t, run, seats.Standard(), []users.User{p0, p1}, rows...)
	require.Equal(t, []any{1, 0, faults}, []any{second.Same, second.Len(), told(second)})

	// By an address that they may share, users only stay.
	sharing := seats.Standard()
	sharing.SharedAddresses = seats.SharingAllowed
	ann, bea := user(row("n-ann", "home", "Ann")), user(row("n-bea", "home", "Bea"))
	d := compare(t, run, sharing, []users.User{ann, bea}, row("n-ann", "home", "Anna"), row("n-cy", "home", strings.Repeat("x", 300)))
	require.Equal(t, "2 rows: 0 as before, 1 changes, 1 left as it is: bad-input", d.String())

	// A user without a key but those by hand has the name in common with the row.
	ann = user(row("n-1", "by-hand", "Ann"), "external-id", "email")
	d = compare(t, run, seats.Standard(), []users.User{ann}, row("n-2", "by-hand", strings.Repeat("x", 300)), row("n-3", "new", "Ann"))
	require.Equal(t, []any{0, "row 2: seats: this profile is taken by another row"}, []any{d.Len(), told(d)[1]})
}
