package storetest

import (
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// drawPolicy draws a preset, a policy switch by switch, or a mixture: a preset of
// which some is changed, or taken from another. What cannot be together is left out.
var drawPolicy = rapid.Custom(func(t *rapid.T) seats.Policy {
	switch below(t, 10) {
	case 0:
		return seats.Standard()
	case 1, 2:
		return or(t, seats.Presets()).Policy
	case 3, 4:
		return mixed(t, or(t, seats.Presets()).Policy, or(t, seats.Presets()).Policy)
	case 5:
		return mixed(t, or(t, seats.Presets()).Policy, switches(t))
	}
	return switches(t)
})

// switches draws a policy switch by switch.
func switches(t *rapid.T) seats.Policy {
	of := func(n int) uint8 { return uint8(below(t, n)) }
	p := seats.Policy{
		LetIn: seats.LetIn(of(3)), NoSeat: seats.NoSeat(of(2)),
		Buying: seats.Orders{By: seats.Seller(of(2))}, Returning: seats.Seller(of(2)),
		Invites: seats.RunsOut(of(3)), Ownership: seats.Enders(of(2)),
		Exchange: seats.Exchange(of(2)), SourceLocked: chance(t, 40),
		DeleteOnly: chance(t, 40),
	}
	if p.Invites != seats.RunsNever {
		p.Term = term
	}
	if chance(t, 30) {
		p.Buying.Least, p.Buying.Most = int64(below(t, 11)), or(t, []int64{0, 10, 1000})
	}
	if chance(t, 40) {
		p.Exempt = seats.RoleSet(of(16))
	}
	if chance(t, 40) {
		for _, a := range rapid.SliceOfN(rapid.SampledFrom(users.Actions()), 0, 4).Draw(t, "withheld") {
			p = fits(p, func(p *seats.Policy) { p.Withheld |= users.In(a) })
		}
	}
	if chance(t, 20) {
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
		func(p *seats.Policy) { p.LetIn = other.LetIn },
		func(p *seats.Policy) { p.NoSeat = other.NoSeat },
		func(p *seats.Policy) { p.Buying = other.Buying },
		func(p *seats.Policy) { p.Returning = other.Returning },
		func(p *seats.Policy) { p.Invites, p.Term = other.Invites, other.Term },
		func(p *seats.Policy) { p.Ownership = other.Ownership },
		func(p *seats.Policy) { p.Exchange = other.Exchange },
		func(p *seats.Policy) { p.Exempt = other.Exempt },
		func(p *seats.Policy) { p.Withheld = other.Withheld },
		func(p *seats.Policy) { p.DeleteOnly = other.DeleteOnly },
		func(p *seats.Policy) { p.SourceLocked = other.SourceLocked },
		func(p *seats.Policy) { p.Cards = other.Cards },
	} {
		if chance(t, 35) {
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
	switch below(t, 8) {
	case 0:
		p.LetIn = 7
	case 1:
		p.Invites, p.Term = seats.RunsNever, term
	case 2:
		p.Invites, p.Term = seats.RunsFreed, 0
	case 3:
		p.Buying.Least, p.Buying.Most = 10, 5
	case 4:
		p.Withheld |= users.In(or(t, neverHad.Members()))
	case 5:
		p.NoSeat, p.Withheld = seats.CreateInactive, p.Withheld|users.In(users.Reactivate)
	case 6:
		p.Invites, p.Term, p.Withheld = or(t, []seats.RunsOut{seats.RunsKept, seats.RunsFreed}), term, p.Withheld|users.In(users.Notify)
	case 7:
		p.Invites, p.Term, p.Withheld = seats.RunsFreed, term, p.Withheld|users.In(users.Reactivate)
	}
	return p
}
