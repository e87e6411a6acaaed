package harness

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// usage holds the numbers of the account against the model: those of all people, and
// those of a part.
func (r *run) usage(facts []seats.Event, filter users.Filter) {
	all, err := r.harness.Usage(context.Background(), r.harness.account)
	require.NoError(r, err)
	r.numbers(all, func(*reference.Person) bool { return true })
	for _, f := range facts {
		delete(r.past, f.Time) // unless it is the last, there was no look since
	}
	all.Revision = 0 // of which the past knows nothing
	r.past[r.model.Last] = all
	part, err := r.harness.UsageOf(context.Background(), r.harness.account, filter)
	require.NoError(r, err)
	r.numbers(part, func(p *reference.Person) bool { return r.model.Selects(filter, p) })
}

// numbers compares numbers with the model, where people count who are chosen.
func (r *run) numbers(got seats.Usage, chosen func(*reference.Person) bool) {
	m := r.model
	require.Equal(r, r.harness.account, got.Account)
	require.Equal(r, r.seen.Account.Revision, got.Revision)
	require.Equal(r, r.seen.Account.Sequence, got.Sequence)
	require.Equal(r, m.Pools[seats.Site], got.Total)
	require.Equal(r, m.Held(seats.Site), got.Held)
	require.Equal(r, m.Spent(seats.Site), got.Spent)
	require.Equal(r, m.Available(seats.Site), got.Available)
	require.Equal(r, m.Over(seats.Site), got.Excess)
	require.True(r, m.Closed.Equal(got.Closed), "closed: want %v, got %v", m.Closed, got.Closed)
	require.Equal(r, m.Tally(m.Shown, chosen), got.People)
	require.Equal(r, m.Tally(m.Shown, func(p *reference.Person) bool { return chosen(p) && m.Holds(p) }), got.Seated)
	require.Equal(r, r.cards(chosen), got.Cards)
}

// cards are the summary cards of the policy, which are called what it says.
func (r *run) cards(chosen func(*reference.Person) bool) (cards []seats.Card) {
	var titles []string
	for _, c := range r.model.Policy.Cards {
		if c.Figure != 0 {
			titles = append(titles, c.Title)
		}
	}
	if titles == nil {
		titles = []string{"Seats", "Available", "Invited", "Active", "Inactive"}
	}
	for _, title := range titles {
		cards = append(cards, seats.Card{Title: title, Count: r.figure(title, chosen)})
	}
	return cards
}

// figure is the number that belongs under the title of a card, in the words of any
// product.
func (r *run) figure(title string, chosen func(*reference.Person) bool) seats.Count {
	shown := func(s ...users.Status) seats.Count {
		n := int64(0)
		for _, p := range r.model.People {
			if chosen(p) && users.In(s...).Has(r.model.Shown(p)) {
				n++
			}
		}
		return seats.Of(n)
	}
	switch title {
	case "Seats", "Had", "Total Licenses", "Total Seats", "License limit", "User spots":
		return r.model.Pools[seats.Site]
	case "Available", "Left", "Available Licenses", "Available Seats", "Open user spots":
		return r.model.Available(seats.Site)
	case "Invited", "Unclaimed", "Unclaimed Invites", "Not approved":
		return shown(users.Invited)
	case "Invited Users", "Users":
		return shown(users.Invited, users.Active)
	case "Active", "In", "Active Users", "Active users", "Approved":
		return shown(users.Active)
	case "Inactive", "Out", "Inactive Users", "Inactive users":
		return shown(users.Inactive)
	case "Archived", "Away":
		return shown(users.Archived)
	}
	require.Fail(r, "unknown card", title)
	return seats.Count{}
}

// history holds what is told of the past against what was seen of it on the way.
func (r *run) history() {
	ctx, m := context.Background(), r.model
	for at, want := range r.past {
		got, err := r.harness.UsageAt(ctx, r.harness.account, at)
		require.NoError(r, err)
		require.Equal(r, Plain(r, want), Plain(r, got), "as it was at %v", at.Sub(gen.Epoch))
	}
	for _, p := range m.People {
		x, err := r.harness.Explain(ctx, r.harness.account, p.ID)
		require.NoError(r, err)
		require.Equal(r, m.Holds(p), x.Holds, "whether %s holds a seat", p.ID)
		require.True(r, p.Since.Equal(x.Since), "since when %s holds a seat or none: want %v, got %v", p.ID, p.Since, x.Since)
	}
}
