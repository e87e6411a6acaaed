package gen

import (
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// drawPolicy draws a preset, a policy switch by switch, or a mixture: a preset of
// which some is changed, or taken from another. What cannot be together is left out.
var drawPolicy = rapid.Custom(func(t *rapid.T) seats.Policy {
	switch Below(t, 10) {
	case 0:
		return seats.Standard()
	case 1, 2:
		return Or(t, seats.Presets()).Policy
	case 3, 4:
		return mixed(t, Or(t, seats.Presets()).Policy, Or(t, seats.Presets()).Policy)
	case 5:
		return mixed(t, Or(t, seats.Presets()).Policy, switches(t))
	}
	return switches(t)
})

// switches draws a policy switch by switch.
func switches(t *rapid.T) seats.Policy {
	of := func(n int) uint8 { return uint8(Below(t, n)) }
	p := seats.Policy{
		Activation: seats.Activation(of(3)), WhenFull: seats.WhenFull(of(2)),
		Buying: seats.Orders{By: seats.OrderChannel(of(2))}, Returning: seats.OrderChannel(of(2)),
		InvitationExpiry: seats.InvitationExpiry(of(3)), OwnershipEnders: seats.OwnershipEnders(of(2)),
		IdentityChange: seats.IdentityChange(of(2)), SourceLocked: Chance(t, 40),
		DeleteOnly: Chance(t, 40),
	}
	if p.InvitationExpiry != seats.ExpiryNever {
		p.Term = Term
	}
	if Chance(t, 30) {
		p.Buying.Least, p.Buying.Most = int64(Below(t, 11)), Or(t, []int64{0, 10, 1000})
	}
	if Chance(t, 40) {
		p.Exempt = seats.RoleSet(of(16))
	}
	if Chance(t, 40) {
		for _, a := range rapid.SliceOfN(rapid.SampledFrom(users.Actions()), 0, 4).Draw(t, "withheld") {
			p = fits(p, func(p *seats.Policy) { p.Withheld |= users.In(a) })
		}
	}
	if Chance(t, 20) {
		p.Cards = seats.Cards{{Title: "Had", Figure: seats.FigureTotal}, {Title: "Left", Figure: seats.FigureAvailable}, {Title: "Unclaimed", Figure: seats.FigureUnclaimed},
			{Title: "In", Figure: seats.FigureActive}, {Title: "Out", Figure: seats.FigureInactive}, {Title: "Away", Figure: seats.FigureArchived}}
	}
	if p.Check() != nil {
		p.DeleteOnly = false
	}
	return p
}

// mixed returns a policy with some of the switches of another.
func mixed(t *rapid.T, p, other seats.Policy) seats.Policy {
	for _, take := range []func(*seats.Policy){
		func(p *seats.Policy) { p.Activation = other.Activation },
		func(p *seats.Policy) { p.WhenFull = other.WhenFull },
		func(p *seats.Policy) { p.Buying = other.Buying },
		func(p *seats.Policy) { p.Returning = other.Returning },
		func(p *seats.Policy) { p.InvitationExpiry, p.Term = other.InvitationExpiry, other.Term },
		func(p *seats.Policy) { p.OwnershipEnders = other.OwnershipEnders },
		func(p *seats.Policy) { p.IdentityChange = other.IdentityChange },
		func(p *seats.Policy) { p.Exempt = other.Exempt },
		func(p *seats.Policy) { p.Withheld = other.Withheld },
		func(p *seats.Policy) { p.DeleteOnly = other.DeleteOnly },
		func(p *seats.Policy) { p.SourceLocked = other.SourceLocked },
		func(p *seats.Policy) { p.Cards = other.Cards },
	} {
		if Chance(t, 35) {
			p = fits(p, take)
		}
	}
	return p
}

// fits returns the policy with a change, unless that contradicts the rest of it.
func fits(p seats.Policy, change func(*seats.Policy)) seats.Policy {
	q := p
	if change(&q); q.Check() != nil {
		return p
	}
	return q
}

// spoil makes a policy that contradicts itself or says something unknown.
func spoil(t *rapid.T, p seats.Policy) seats.Policy {
	switch Below(t, 8) {
	case 0:
		p.Activation = 7
	case 1:
		p.InvitationExpiry, p.Term = seats.ExpiryNever, Term
	case 2:
		p.InvitationExpiry, p.Term = seats.ExpiryFreesSeat, 0
	case 3:
		p.Buying.Least, p.Buying.Most = 10, 5
	case 4:
		p.Withheld |= users.In(Or(t, reference.VendorActions.Members()))
	case 5:
		p.WhenFull, p.Withheld = seats.CreateInactive, p.Withheld|users.In(users.ActionReactivate)
	case 6:
		p.InvitationExpiry, p.Term, p.Withheld = Or(t, []seats.InvitationExpiry{seats.ExpiryKeepsSeat, seats.ExpiryFreesSeat}), Term, p.Withheld|users.In(users.ActionNotify)
	case 7:
		p.InvitationExpiry, p.Term, p.Withheld = seats.ExpiryFreesSeat, Term, p.Withheld|users.In(users.ActionReactivate)
	}
	return p
}
