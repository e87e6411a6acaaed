package gen

import (
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// policy draws a preset, in which none, some or most of the switches are drawn anew. A
// switch that contradicts the others stays as it is.
func (d Dice) policy() seats.Policy {
	p := seats.Standard()
	if d.Chance(50) {
		p = One(d, seats.Presets()...).Policy
	}
	percent := One(d, 0, 40, 100, 100)
	anew := func(set func(*seats.Policy)) {
		if q := p; d.Chance(percent) {
			if set(&q); q.Check() == nil {
				p = q
			}
		}
	}
	of := func(n int) uint8 { return uint8(d.Below(n)) }
	anew(func(p *seats.Policy) { p.Activation = seats.Activation(of(3)) })
	anew(func(p *seats.Policy) { p.WhenFull = seats.WhenFull(of(3)) })
	anew(func(p *seats.Policy) { p.Buying.By = seats.OrderChannel(of(2)) })
	anew(func(p *seats.Policy) {
		p.Buying.Least, p.Buying.Most = One[int64](d, 0, 0, 3, 10), One[int64](d, 0, 0, 10, 1000)
	})
	anew(func(p *seats.Policy) { p.Returning = seats.OrderChannel(of(2)) })
	anew(func(p *seats.Policy) {
		if p.InvitationExpiry, p.Term = seats.InvitationExpiry(of(3)), 0; p.InvitationExpiry != seats.ExpiryNever {
			p.Term = Term
		}
	})
	anew(func(p *seats.Policy) { p.OwnershipEnders = seats.OwnershipEnders(of(2)) })
	anew(func(p *seats.Policy) { p.IdentityChange = seats.IdentityChange(of(2)) })
	anew(func(p *seats.Policy) {
		p.SharedAddresses = One(d, seats.SharingRefused, seats.SharingRefused, seats.SharingAllowed, seats.SharingAllowed, seats.SharingEnded)
	})
	anew(func(p *seats.Policy) { p.SourceLocked = d.Chance(50) })
	anew(func(p *seats.Policy) { p.SelfRemoval = d.Chance(50) })
	anew(func(p *seats.Policy) { p.DeleteOnly = d.Chance(50) })
	anew(func(p *seats.Policy) { p.AddsAtSignIn = d.Chance(50) })
	anew(func(p *seats.Policy) { p.LeaveDay = users.LeaveDay(of(3)) })
	anew(func(p *seats.Policy) { p.LeaveNotice = One(d, 0, 1, 1, 3) })
	anew(func(p *seats.Policy) { p.MostLeavers = One[int64](d, 0, 1, 1, 2) })
	anew(func(p *seats.Policy) {
		p.Unseen = One(d, seats.UnseenRule{}, seats.UnseenRule{Days: 90, Grace: 30, Exempt: users.In(users.Manager)})
	})
	anew(func(p *seats.Policy) { p.Exempt = One(d, 0, seats.RoleSet(of(16))) })
	anew(func(p *seats.Policy) { p.Growth, p.CourseGrowth = d.growth(), d.growth() })
	anew(func(p *seats.Policy) { p.Thresholds, p.CourseThresholds = d.thresholds(), d.thresholds() })
	anew(func(p *seats.Policy) { p.Cards = One(d, seats.Cards{}, cards) })
	for range 2 {
		anew(func(p *seats.Policy) { p.Withheld |= users.In(Some(d, 2, users.Actions())...) })
	}
	return p
}

// thresholds draws thresholds, or none.
func (d Dice) thresholds() seats.Thresholds {
	left := func() seats.Amount {
		return One(d, seats.Amount{Number: 1}, seats.Amount{Number: 2}, seats.Amount{Percent: 10}, seats.Amount{Percent: 40})
	}
	t := seats.Thresholds{Full: d.Chance(50), Over: d.Chance(50)}
	t.Low = One(d, seats.LowMarks{}, seats.LowMarks{{Left: left()}}, seats.LowMarks{{UpTo: One[int32](d, 3, 5), Left: left()}, {Left: left()}}, seats.LowMarks{{UpTo: 4, Left: left()}})
	if t != (seats.Thresholds{}) {
		t.Clear = One(d, seats.Amount{}, seats.Amount{}, left())
	}
	return t
}

// growth draws a growth, or none.
func (d Dice) growth() seats.Growth {
	step := One(d, seats.Amount{Number: 1}, seats.Amount{Number: 2}, seats.Amount{Number: 5}, seats.Amount{Percent: 10}, seats.Amount{Percent: 50})
	return One(d, seats.Growth{}, seats.Growth{Step: step, Ceiling: One[int64](d, 1, 4, 6, 8, 100)})
}

var cards = seats.Cards{
	{Title: "Had", Figure: seats.FigureTotal}, {Title: "Left", Figure: seats.FigureAvailable}, {Title: "Unclaimed", Figure: seats.FigureUnclaimed},
	{Title: "In", Figure: seats.FigureActive}, {Title: "Out", Figure: seats.FigureInactive}, {Title: "Away", Figure: seats.FigureArchived},
}

// spoil makes a policy that contradicts itself or says something unknown.
func (d Dice) spoil(p seats.Policy) seats.Policy {
	withhold := func(actions ...users.Action) { p.Withheld |= users.In(actions...) }
	One(d,
		func() { p.Activation = 7 },
		func() { p.LeaveDay = 7 },
		func() { p.SharedAddresses = 7 },
		func() { p.LeaveNotice = One(d, -1, 367) },
		func() { p.MostLeavers = One[int64](d, -1, 251) },
		func() {
			p.Unseen = One(d, seats.UnseenRule{Days: -1}, seats.UnseenRule{Days: 3661}, seats.UnseenRule{Grace: -1})
		},
		func() {
			mark := seats.LowMark{UpTo: 3, Left: seats.Amount{Number: 1}}
			p.Thresholds = One(d, seats.Thresholds{Clear: seats.Amount{Number: 1}}, seats.Thresholds{Low: seats.LowMarks{{UpTo: 3}}},
				seats.Thresholds{Low: seats.LowMarks{mark, mark}}, seats.Thresholds{Low: seats.LowMarks{{}, mark}}, seats.Thresholds{Low: seats.LowMarks{{Left: mark.Left}, mark}})
		},
		func() { p.Growth = One(d, seats.Growth{Ceiling: 5}, seats.Growth{Step: seats.Amount{Number: 1}}) },
		func() {
			p.CourseGrowth = seats.Growth{Step: One(d, seats.Amount{Number: -1}, seats.Amount{Percent: 101}, seats.Amount{Number: 1, Percent: 1}), Ceiling: 5}
		},
		func() { p.InvitationExpiry, p.Term = seats.ExpiryNever, Term },
		func() { p.InvitationExpiry, p.Term = seats.ExpiryFreesSeat, 0 },
		func() { p.Buying.Least, p.Buying.Most = 10, 5 },
		func() { withhold(One(d, reference.VendorActions.Members()...)) },
		func() { p.WhenFull = seats.CreateInactive; withhold(users.ActionReactivate) },
		func() {
			p.InvitationExpiry, p.Term = One(d, seats.ExpiryKeepsSeat, seats.ExpiryFreesSeat), Term
			withhold(users.ActionNotify)
		},
		func() {
			p.InvitationExpiry, p.Term = seats.ExpiryFreesSeat, Term
			withhold(users.ActionReactivate)
		},
	)()
	return p
}
