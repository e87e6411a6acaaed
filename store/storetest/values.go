package storetest

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// instants are before and after every zero that there is, to the microsecond.
var instants = []time.Time{
	{},
	time.Date(1900, 2, 28, 23, 59, 59, 999999000, time.UTC),
	time.UnixMicro(-1).UTC(),
	time.UnixMicro(0).UTC(),
	time.UnixMicro(1).UTC(),
	time.Date(2026, 3, 29, 1, 30, 0, 123456000, time.UTC), // skipped by clocks in Berlin
	time.Date(2026, 10, 25, 1, 30, 0, 1000, time.UTC),     // there twice
	time.Date(2038, 1, 19, 3, 14, 8, 0, time.UTC),         // 32 bits of seconds are over
	time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
}

// text returns a text of n characters of four bytes each, that ends in a number.
func text(n, number int) string {
	end := fmt.Sprint(number)
	return strings.Repeat("🚀", n-len(end)) + end
}

// everySwitch is a policy with every switch off its default.
var everySwitch = seats.Policy{
	Activation: seats.Approval, WhenFull: seats.CreateInactive,
	Buying: seats.Orders{By: seats.VendorOnly, Least: 10, Most: seats.MaxSeats}, Returning: seats.VendorOnly,
	InvitationExpiry: seats.ExpiryFreesSeat, OwnershipEnders: seats.EndedBySupport, IdentityChange: seats.IdentityChangeAllowed, SharedAddresses: seats.SharingEnded,
	Exempt: users.In(users.Roles()...), Withheld: users.In(users.ActionInvite, users.ActionArchive, users.ActionBuySeats),
	DeleteOnly: true, SourceLocked: true, SelfRemoval: true, AddsAtSignIn: true, Unseen: seats.UnseenRule{Days: seats.MaxUnseenDays, Grace: 1, Exempt: users.In(users.Roles()...)}, Term: seats.MaxTerm - time.Microsecond,
	Growth: seats.Growth{Step: seats.Amount{Percent: 100}, Ceiling: seats.MaxSeats}, CourseGrowth: seats.Growth{Step: seats.Amount{Number: seats.MaxSeats}, Ceiling: 1},
	Thresholds: seats.Thresholds{
		Low:  seats.LowMarks{{UpTo: 1, Left: seats.Amount{Number: seats.MaxSeats}}, {UpTo: 2, Left: seats.Amount{Percent: 1}}, {UpTo: seats.MaxSeats, Left: seats.Amount{Percent: 100}}, {Left: seats.Amount{Number: 1}}},
		Full: true, Over: true, Clear: seats.Amount{Percent: 100},
	},
	CourseThresholds: seats.Thresholds{Over: true, Clear: seats.Amount{Number: seats.MaxSeats}},
	Cards: seats.Cards{
		{Title: text(users.MaxText, 1), Figure: seats.FigureTotal}, {Title: `"'\`, Figure: seats.FigureInactive},
		{Title: " ", Figure: seats.FigureAvailable}, {}, {Title: "Left 🚀", Figure: seats.FigureAvailable},
		{Title: "</script>", Figure: seats.FigureActive},
	},
}

// distinctTally is a tally in which no two numbers are the same.
func distinctTally() (t users.Tally) {
	for i, s := range users.Segments() {
		t.Add(s, int64(i+1))
	}
	return t
}

func accountsAsWritten(t *tester) {
	require.NoError(t, everySwitch.Check())
	for i, at := range instants {
		c := t.opening(t.account(fmt.Sprint(i)), everySwitch)
		c.Account.Zone, c.Account.Tally = "America/Argentina/ComodRivadavia", distinctTally()
		c.Account.Name, c.Account.Payer = text(users.MaxText, i), users.ID(text(63, i)+"wid")
		c.Account.Offer = seats.OwnershipOffer{User: users.ID(text(63, i)), Owner: users.ID(text(63, i) + "wid"), Ends: at, Transfer: i%2 == 0}
		c.Account.Sources = seats.SourcesOf(seats.Source{Name: text(63, i), People: math.MaxInt32, LeavingAdmins: 3}, seats.Source{
			Name: text(63, i) + "wid", Rank: math.MaxInt32, Adopts: true, Guard: seats.Guard{Few: seats.MaxSeats, Day: 100, Month: 100, Ever: 100}, Patience: seats.Patience{Runs: 1, Hours: 2},
			Lost:    []seats.LossesOfHour{{Hour: at.Unix() / 3600, Losses: seats.Losses{Leavers: 1, Dated: 1, Keys: 2, Admins: 3}}, {Hour: math.MaxInt32}},
			Hold:    seats.Hold{Since: at, Cause: "held-by-hand", Losses: seats.Losses{Leavers: math.MaxInt32}, Sample: []users.ID{users.ID(text(63, i))}, Plan: text(63, i)},
			Allowed: seats.Losses{Keys: 1}, AllowedUntil: at,
		})
		c.Account.Closed, c.Account.Erased = instants[(i+2)%len(instants)], instants[(i+5)%len(instants)]
		c.Account.Opened, c.Account.Changed, c.Account.NextDue = at, instants[len(instants)-1-i], at
		c.Pools = []seats.Pool{
			{ID: seats.Site, Name: "Site", Total: seats.Unlimited(), Held: math.MaxInt32 + 1, Spent: math.MaxInt32 + 2, Reserved: math.MaxInt32},
			{ID: "empty", Total: seats.Of(0)},
			elaboratePool("every field", at),
			{ID: "large", Total: seats.Of(seats.MaxSeats), Held: 1, Spent: seats.MaxSeats - 1},
			{ID: "over", Total: seats.Of(1), Held: seats.MaxSeats, Spent: seats.MaxSeats, OverLimit: true},
			{ID: "unlimited", Total: seats.Unlimited(), OverLimit: true},
		}
		t.written(c)
	}
	t.opened("standard")
	t.same()
}

// elaborate returns users with all that a user can have.
func elaborate() []users.User {
	var people []users.User
	for i, at := range instants {
		other := instants[len(instants)-1-i]
		u := users.User{
			Profile: users.Profile{
				ID: users.ID(fmt.Sprintf("p%05d", i) + text(63, i)), FirstName: text(users.MaxText, i), LastName: "O'Neil \\ \"x\" %s ", Username: text(63, i) + "wid",
				Email: fmt.Sprintf("Ann+%d%s@Acme.example", i, strings.Repeat("w", users.MaxEmail-18)), ExternalID: strings.Repeat("e", users.MaxID-2) + fmt.Sprintf("%02d", i),
				Location: "\u00c5\u030a \u202ertl", Department: text(users.MaxText, 7), Title: "\u2028 \ufeff\ufffd",
				Source: users.Source{Kind: users.SourceSync, Name: text(users.MaxText, i)},
			},
			Role: users.Roles()[i%4], Status: users.Statuses()[i%4], LeftAs: users.Statuses()[(i+1)%5], ArchivedAs: users.Statuses()[(i+2)%5],
			Created: at, StatusSince: other, FirstSignIn: at, Approved: other, LastNotified: at, NotificationCount: math.MaxInt64 - int64(i), Expires: other,
			Start:    users.Start{Date: "0001-01-01", At: other, By: users.Support(text(63, i))},
			Schedule: users.Schedule{Leave: users.Until("9999-12-31"), At: at, Notice: other, By: users.Sync(text(63, i)), Held: i%2 == 0},
			Due:      other,
			Wait:     &users.Wait{Since: at, Priority: users.MaxPriority, Until: other, Reason: text(users.MaxReason, i), Asks: i%2 == 0},
			CoursePlaces: []users.CoursePlace{
				{Pool: "O'Neill", Number: math.MaxInt64, Wait: users.Wait{Since: at, Priority: users.MaxPriority, Until: other, Reason: text(users.MaxReason, i), Asks: true}, DueDate: "9999-12-31"},
				{Pool: text(63, i), Number: 1, Wait: users.Wait{Since: other}},
			},
			Kept:     []string{"email", text(20, i)},
			Baseline: &users.Baseline{FirstName: text(users.MaxText, i), LastName: "O'Neil \\ \"left_by\": <&> \u2028 %s", Username: text(63, i), Email: fmt.Sprintf("Ann-%d@Acme.example", i), ExternalID: text(63, i), Edited: other},
		}
		if i%2 == 1 {
			u.LastName, u.Location, u.Title = u.FirstName, u.Department, u.Department
		}
		for n := range i * users.MaxGroups / (len(instants) - 1) {
			u.Groups = append(u.Groups, text(users.MaxText, n))
		}
		slices.Sort(u.Groups)
		people = append(people, u)
	}
	bare := users.User{Profile: users.Profile{ID: "q", Username: "q"}, Status: users.Invited}
	empty := bare
	empty.ID, empty.Username = "r", "r"
	empty.Groups = []string{}
	tombstone := people[3].Tombstone()
	tombstone.ID = "s"
	return append(people, bare, empty, tombstone)
}

func usersAsWritten(t *tester) {
	a := t.opened("a")
	c := t.change(a, elaborate()...)
	c.Account.NextDue = instants[1]
	t.written(c)
	t.same()
	for _, u := range t.rows[a].Users {
		t.load(seats.Need{Account: a, Keys: u.Keys()})
	}
}

func eventsAsWritten(t *tester) {
	a := t.opened("a")
	c := t.change(a)
	every := users.Segments()
	var receivers []users.ID // and the buyer
	for i := range seats.MaxReceivers + 1 {
		receivers = append(receivers, users.ID(text(63, i)+"wid"))
	}
	for i, at := range instants {
		e := seats.Event{
			Time: at, Kind: seats.EventEdited, Actor: users.Support(strings.Repeat("s", users.MaxID)), Channel: seats.ByBulk,
			Key: strings.Repeat("k", users.MaxID), Index: math.MaxInt32 - i, Digest: strings.Repeat("0123abcd", 8),
			Correlation: text(63, i) + "wid", Reason: text(users.MaxReason, i),
			User: users.ID(text(63, i)), Before: every[i], After: every[len(every)-1-i], Successor: users.ID(text(63, i) + "wid"),
			Source: text(63, i), Receivers: receivers[len(receivers)*i*i*i/512:],
			Fields: []string{"first-name", "last-name", "groups", "'"}[:i%5], Date: users.Date(fmt.Sprintf("%04d-12-31", 1+i*1249)), DateAs: users.LeaveDay(i % 3), Count: math.MaxInt64 - int64(i), Policy: &everySwitch,
			Pool: seats.PoolID(text(63, i) + "wid"), Delta: math.MinInt64 + int64(i), Total: seats.Of(seats.MaxSeats), Held: math.MaxInt64, Spent: math.MaxInt64 - 1, Reserved: math.MaxInt64 - 2,
			Tally: distinctTally(),
		}
		switch i % 3 {
		case 1:
			e.Actor, e.Channel, e.Policy, e.Total = users.As(users.ID(text(63, i))), seats.ByClock, nil, seats.Of(0)
		case 2:
			e.Actor, e.Policy, e.Before, e.Total = users.Sync(text(63, i)), new(seats.Standard()), users.Segment{}, seats.Unlimited()
		}
		record(&c, e)
		c.Events[i].Time = at // be it the zero instant
	}
	record(&c, seats.Event{Kind: seats.EventTotalSet, Fields: []string{}})
	t.written(c)
	t.same()
	t.loads(of(a, seats.Need{Sequence: c.Account.Sequence}, seats.Need{Key: c.Events[0].Key, IndexTo: math.MaxInt})...)
}

// instantsAsWritten is about the instants that the store itself compares.
func instantsAsWritten(t *tester) {
	for i, at := range instants[1:] {
		a := t.account(fmt.Sprint(i))
		t.written(t.opening(a, seats.Standard()))
		u := member(users.Profile{ID: "due", Username: "due"})
		u.Due, u.FirstSignIn = at, time.Time{}
		c := t.change(a, u)
		c.Account.NextDue = at
		t.written(c)
	}
	t.same()
	for a := range t.rows {
		t.users(a, users.Filter{NeverSignedIn: true}, everything)
		t.users(a, users.Filter{NeverActive: true}, everything)
		for _, at := range instants[1:] {
			t.loads(of(a, seats.Need{DueBy: at.Add(-time.Microsecond)}, seats.Need{DueBy: at})...)
		}
	}
	due := func() {
		for _, at := range instants[1:] {
			t.due(at.Add(-time.Microsecond), t.start(), everything)
			t.due(at, t.start(), everything)
		}
	}
	due()
	for i := range 3 { // due at another instant, or never
		c := t.change(t.account(fmt.Sprint(i)))
		c.Account.NextDue = instants[i]
		t.written(c)
	}
	due()
}

// copies spoils everything that is given to the store, and everything that it gives.
func copies(t *tester) {
	policy := seats.AccuEdConnect()
	c := t.opening(t.account("a"), everySwitch)
	u := member(users.Profile{ID: "x", Username: "x", Groups: []string{"a", "b"}})
	c.Created = append(c.Created, u)
	c.Licences = []users.Licence{{User: "x", Pool: "p", Number: 1, Assigned: gen.Epoch}}
	record(&c, seats.Event{Kind: seats.EventPolicySet, Policy: &policy, Fields: []string{"title"}, Receivers: []users.ID{"x"}, Key: "k"})
	c.Pools = append(c.Pools, seats.Pool{ID: gen.Course, Total: seats.Of(5)})
	c.Account.NextDue = gen.Epoch
	t.written(c)
	last := c.Account.Sequence
	spoil(&c)
	t.spoils = true
	need := func() seats.Need {
		return seats.Need{
			Account: t.account("a"), Users: []users.ID{"x", owner, "x"}, Keys: []users.Key{users.ByUsername("x"), users.ByEmail("a")},
			Pools: []seats.PoolID{gen.Course, "a"}, Licences: []users.ID{"x", "a"}, Sequence: last, Key: "k", IndexTo: 9,
		}
	}
	asked := need()
	for range 3 {
		t.load(asked)
		require.Equal(t, need(), asked, "the need stays as it was")
		t.same()
	}
}

// spoil changes every text and number in reach of a value.
func spoil(v any) { spoilValue(reflect.ValueOf(v).Elem()) }

func spoilValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			spoilValue(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			spoilValue(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			spoilValue(v.Field(i))
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString("spoilt")
		}
	case reflect.Int64:
		if v.CanSet() {
			v.SetInt(99)
		}
	}
}
