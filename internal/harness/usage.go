package harness

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// usage holds the numbers of the account against the model: those of all people, and
// those of a part.
func (r *run) usage(facts []seats.Event, filter users.Filter) {
	all, err := r.harness.Usage(context.Background(), r.harness.account)
	require.NoError(r, err)
	require.Equal(r, r.numbers(func(*reference.Person) bool { return true }), Plain(r, all))
	for _, f := range facts {
		delete(r.past, f.Time) // unless it is the last, there was no look since
	}
	all.Revision, all.Booked = 0, seats.Booking{} // of which the past knows nothing
	r.past[r.model.Last] = all
	part, err := r.harness.UsageOf(context.Background(), r.harness.account, filter)
	require.NoError(r, err)
	require.Equal(r, r.numbers(func(p *reference.Person) bool { return r.model.Selects(filter, p) }), Plain(r, part), "of %+v", filter)
}

// numbers are those of the model, where people count who are chosen.
func (r *run) numbers(chosen func(*reference.Person) bool) seats.Usage {
	m, a := r.model, r.seen.Account
	reserved := m.Reserved()
	if !m.Closed.IsZero() {
		reserved = 0
	}
	u := seats.Usage{
		Account: a.ID, Revision: a.Revision, Sequence: a.Sequence,
		Total: m.Pools[seats.Site].Total, Held: m.Held(seats.Site), Spent: m.Spent(seats.Site), Reserved: reserved, Available: m.Available(seats.Site), Excess: m.Over(seats.Site), Booked: m.Pools[seats.Site].Booked,
		Closed: m.Closed, People: m.Tally(m.Shown, chosen),
		Seated: m.Tally(m.Shown, func(p *reference.Person) bool { return chosen(p) && m.Holds(p) }),
	}
	for _, title := range r.titles() {
		u.Cards = append(u.Cards, seats.Card{Title: title, Count: r.figure(title, u.People)})
	}
	return Plain(r, u)
}

// titles are those of the policy's summary cards.
func (r *run) titles() (titles []string) {
	for _, c := range r.model.Policy.Cards {
		if c.Figure != 0 {
			titles = append(titles, c.Title)
		}
	}
	if titles == nil {
		return []string{"Seats", "Available", "Invited", "Active", "Inactive"}
	}
	return titles
}

// figure is the number that belongs under the title of a card, in the words of any
// product.
func (r *run) figure(title string, people users.Tally) seats.Count {
	switch title {
	case "Seats", "Had", "Total Licenses", "Total Seats", "License limit", "User spots":
		return r.model.Pools[seats.Site].Total
	case "Available", "Left", "Available Licenses", "Available Seats", "Open user spots":
		return r.model.Available(seats.Site)
	}
	shown, known := figures[title]
	require.True(r, known, "unknown card %s", title)
	n := int64(0)
	for _, status := range shown {
		for role, counts := range people[status] {
			n += int64(counts[0]) + int64(counts[1])
			if status == users.Invited && title != "Unclaimed Invites" && title != "Invited Users" {
				unsent := people[users.NoStatus][role]
				n += int64(unsent[0]) + int64(unsent[1])
			}
		}
	}
	return seats.Of(n)
}

// figures are the shown statuses of the users who count under a title.
var figures = map[string][]users.Status{
	"Invited": {users.Invited}, "Unclaimed": {users.Invited}, "Unclaimed Invites": {users.Invited}, "Not approved": {users.Invited},
	"Invited Users": {users.Invited, users.Active}, "Users": {users.Invited, users.Active},
	"Active": {users.Active}, "In": {users.Active}, "Active Users": {users.Active}, "Active users": {users.Active}, "Approved": {users.Active},
	"Inactive": {users.Inactive}, "Out": {users.Inactive}, "Inactive Users": {users.Inactive}, "Inactive users": {users.Inactive},
	"Archived": {users.Archived}, "Away": {users.Archived},
}
