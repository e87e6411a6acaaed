package gen

import (
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// policy draws a preset, a policy switch by switch, or a mixture of two. What cannot be
// together is left out.
func (d Dice) policy() seats.Policy {
	preset := func() seats.Policy { return One(d, seats.Presets()...).Policy }
	switch d.Below(10) {
	case 0:
		return seats.Standard()
	case 1, 2:
		return preset()
	case 3, 4:
		return d.mixed(preset(), preset(), 35)
	case 5:
		return d.mixed(preset(), d.switches(), 35)
	}
	return d.mixed(seats.Standard(), d.switches(), 100)
}

// switches draws each switch by itself.
func (d Dice) switches() seats.Policy {
	of := func(n int) uint8 { return uint8(d.Below(n)) }
	p := seats.Policy{
		Activation: seats.Activation(of(3)), WhenFull: seats.WhenFull(of(2)),
		Buying: seats.Orders{By: seats.OrderChannel(of(2))}, Returning: seats.OrderChannel(of(2)),
		InvitationExpiry: seats.InvitationExpiry(of(3)), OwnershipEnders: seats.OwnershipEnders(of(2)),
		IdentityChange: seats.IdentityChange(of(2)), SourceLocked: d.Chance(40), DeleteOnly: d.Chance(40),
	}
	if p.InvitationExpiry != seats.ExpiryNever {
		p.Term = Term
	}
	if d.Chance(30) {
		p.Buying.Least, p.Buying.Most = int64(d.Below(11)), One[int64](d, 0, 10, 1000)
	}
	if d.Chance(40) {
		p.Exempt = seats.RoleSet(of(16))
	}
	if d.Chance(40) {
		p.Withheld = users.In(Some(d, 4, users.Actions())...)
	}
	if d.Chance(20) {
		p.Cards = seats.Cards{{Title: "Had", Figure: seats.FigureTotal}, {Title: "Left", Figure: seats.FigureAvailable}, {Title: "Unclaimed", Figure: seats.FigureUnclaimed},
			{Title: "In", Figure: seats.FigureActive}, {Title: "Out", Figure: seats.FigureInactive}, {Title: "Away", Figure: seats.FigureArchived}}
	}
	return p
}

// mixed returns a policy with some of the switches of another, as far as they fit.
func (d Dice) mixed(p, other seats.Policy, percent int) seats.Policy {
	takes := []func(*seats.Policy){
		func(p *seats.Policy) { p.Activation = other.Activation },
		func(p *seats.Policy) { p.WhenFull = other.WhenFull },
		func(p *seats.Policy) { p.Buying = other.Buying },
		func(p *seats.Policy) { p.Returning = other.Returning },
		func(p *seats.Policy) { p.InvitationExpiry, p.Term = other.InvitationExpiry, other.Term },
		func(p *seats.Policy) { p.OwnershipEnders = other.OwnershipEnders },
		func(p *seats.Policy) { p.IdentityChange = other.IdentityChange },
		func(p *seats.Policy) { p.Exempt = other.Exempt },
		func(p *seats.Policy) { p.DeleteOnly = other.DeleteOnly },
		func(p *seats.Policy) { p.SourceLocked = other.SourceLocked },
		func(p *seats.Policy) { p.Cards = other.Cards },
	}
	for _, a := range other.Withheld.Members() {
		takes = append(takes, func(p *seats.Policy) { p.Withheld |= users.In(a) })
	}
	for _, take := range takes {
		q := p
		if take(&q); d.Chance(percent) && q.Check() == nil {
			p = q
		}
	}
	return p
}

// spoil makes a policy that contradicts itself or says something unknown.
func (d Dice) spoil(p seats.Policy) seats.Policy {
	withhold := func(a users.Action) { p.Withheld |= users.In(a) }
	switch d.Below(8) {
	case 0:
		p.Activation = 7
	case 1:
		p.InvitationExpiry, p.Term = seats.ExpiryNever, Term
	case 2:
		p.InvitationExpiry, p.Term = seats.ExpiryFreesSeat, 0
	case 3:
		p.Buying.Least, p.Buying.Most = 10, 5
	case 4:
		withhold(One(d, reference.VendorActions.Members()...))
	case 5:
		p.WhenFull = seats.CreateInactive
		withhold(users.ActionReactivate)
	case 6:
		p.InvitationExpiry, p.Term = One(d, seats.ExpiryKeepsSeat, seats.ExpiryFreesSeat), Term
		withhold(users.ActionNotify)
	case 7:
		p.InvitationExpiry, p.Term = seats.ExpiryFreesSeat, Term
		withhold(users.ActionReactivate)
	}
	return p
}
