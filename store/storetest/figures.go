package storetest

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// usage holds the numbers of the account against the model: those of all people, and
// those of a part.
func (r *run) usage(facts []fact, filter users.Filter) {
	all, err := r.stage.Usage(context.Background(), r.stage.account)
	require.NoError(r, err)
	r.numbers(all, func(*person) bool { return true })
	for _, f := range facts {
		delete(r.past, f.at) // unless it is the last, nobody has looked since
	}
	all.Revision = 0 // of which the past knows nothing
	r.past[r.model.last] = all
	part, err := r.stage.UsageOf(context.Background(), r.stage.account, filter)
	require.NoError(r, err)
	r.numbers(part, func(p *person) bool { return r.model.selects(filter, p) })
}

// numbers compares numbers with the model, where people count who are chosen.
func (r *run) numbers(got seats.Usage, chosen func(*person) bool) {
	m := r.model
	require.Equal(r, r.stage.account, got.Account)
	require.Equal(r, r.seen.account.Revision, got.Revision)
	require.Equal(r, r.seen.account.Sequence, got.Sequence)
	require.Equal(r, m.pools[seats.Site], got.Total)
	require.Equal(r, m.held(seats.Site), got.Held)
	require.Equal(r, m.spent(seats.Site), got.Spent)
	require.Equal(r, m.available(seats.Site), got.Available)
	require.Equal(r, m.over(seats.Site), got.Excess)
	require.True(r, m.closed.Equal(got.Closed), "closed: want %v, got %v", m.closed, got.Closed)
	require.Equal(r, m.tally(m.shown, chosen), got.People)
	require.Equal(r, m.tally(m.shown, func(p *person) bool { return chosen(p) && m.holds(p) }), got.Seated)
	require.Equal(r, r.cards(chosen), got.Cards)
}

// cards are the summary cards of the policy, which are called what it says.
func (r *run) cards(chosen func(*person) bool) (cards []seats.Card) {
	var titles []string
	for _, c := range r.model.policy.Cards {
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
func (r *run) figure(title string, chosen func(*person) bool) seats.Count {
	shown := func(s ...users.Status) seats.Count {
		n := int64(0)
		for _, p := range r.model.people {
			if chosen(p) && users.In(s...).Has(r.model.shown(p)) {
				n++
			}
		}
		return seats.Of(n)
	}
	switch title {
	case "Seats", "Had", "Total Licenses", "Total Seats", "License limit", "User spots":
		return r.model.pools[seats.Site]
	case "Available", "Left", "Available Licenses", "Available Seats", "Open user spots":
		return r.model.available(seats.Site)
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
		got, err := r.stage.UsageAt(ctx, r.stage.account, at)
		require.NoError(r, err)
		require.Equal(r, plain(r, want), plain(r, got), "as it was at %v", at.Sub(epoch))
	}
	for _, p := range m.people {
		x, err := r.stage.Explain(ctx, r.stage.account, p.ID)
		require.NoError(r, err)
		require.Equal(r, m.holds(p), x.Holds, "whether %s holds a seat", p.ID)
		require.True(r, p.since.Equal(x.Since), "since when %s holds a seat or none: want %v, got %v", p.ID, p.since, x.Since)
	}
}
