package reference

import (
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// offer is OfferOwnership.
func (m *Model) offer(a users.Actor, c seats.OfferOwnership, p *Person, at time.Time) Result {
	days := c.Days
	if days == 0 {
		days = 14
	}
	var codes []seats.Code
	switch {
	case p.Status != active || !m.cameIn(p):
		return refused(seats.ErrWrongStatus)
	case p.Role == users.Owner:
		return unchanged(p)
	case days < 0 || days > 90:
		return refused(seats.ErrBadInput)
	}
	if m.offered() && (m.Offer.User != p.ID || m.Offer.Owner != a.User) {
		codes = append(codes, seats.ErrOfferOpen)
	}
	if c.Transfer {
		codes = append(codes, m.tied(a.User)...)
	}
	if codes != nil {
		return refused(codes...)
	}
	in, ok := m.In()
	if !ok {
		in = time.UTC
	}
	return m.change(p, seats.EventOwnershipOffered, at, func() {
		m.Offer = seats.OwnershipOffer{User: p.ID, Owner: a.User, Ends: Ahead(m.Clock, days, in), Transfer: c.Transfer}
	})
}

// offered reports whether an offer is open.
func (m *Model) offered() bool { return m.Clock.Before(m.Offer.Ends) }

// tied says why an ownership can't end without support or another payer.
func (m *Model) tied(id users.ID) (codes []seats.Code) {
	if m.Policy.OwnershipEnders == seats.EndedBySupport {
		codes = append(codes, seats.ErrForbidden)
	}
	if m.Payer == id {
		codes = append(codes, seats.ErrPayer)
	}
	return codes
}

// acceptOffer is AcceptOwnership.
func (m *Model) acceptOffer(c seats.AcceptOwnership, p *Person, at time.Time) Result {
	offer := m.Offer
	switch {
	case p.Status != active || !m.cameIn(p):
		return refused(seats.ErrWrongStatus)
	case p.Role == users.Owner:
		return unchanged(p)
	case !m.offered() || offer.User != p.ID || offer.Owner != c.Owner:
		return refused(seats.ErrNoOffer)
	case offer.Transfer && m.tied(offer.Owner) != nil:
		return refused(m.tied(offer.Owner)...)
	}
	before := m.Clone()
	m.Offer = seats.OwnershipOffer{}
	owner := m.ByID(offer.Owner)
	accept := func() Result {
		return m.change(p, seats.EventOwnershipAccepted, at, func() { p.Role = users.Owner })
	}
	end := func() Result {
		return m.change(owner, seats.EventOwnershipEnded, at, func() { owner.Role = users.Admin })
	}
	var v Result
	switch {
	case !offer.Transfer:
		v = accept()
	case m.Policy.Exempt.Has(users.Admin) && !m.Policy.Exempt.Has(users.Owner): // one seat is enough
		ended := m.step(end)
		if v = m.step(accept); v.Codes == nil {
			v = v.with(ended, true)
		}
	default:
		if v = m.step(accept); v.Codes == nil {
			v = v.with(m.step(end), false)
		}
	}
	if v.Codes != nil {
		*m = *before // as if nothing had been
	}
	return v
}

// endOffer is EndOffer.
func (m *Model) endOffer(a users.Actor, p *Person, at time.Time) Result {
	if !m.offered() || m.Offer.User != p.ID {
		return unchanged(p)
	}
	kind := seats.EventOfferWithdrawn
	if a.User == p.ID {
		kind = seats.EventOfferDeclined
	}
	return m.change(p, kind, at, func() { m.Offer = seats.OwnershipOffer{} })
}

// lapsed ends an offer whose owner is none any more, or whose user can't become one.
func (m *Model) lapsed(changed *Person, at time.Time) []seats.Event {
	if m.Offer == (seats.OwnershipOffer{}) {
		return nil
	}
	p, owner := m.ByID(m.Offer.User), m.ByID(m.Offer.Owner)
	if changed != p && changed != owner || p.Status == active && p.Role != users.Owner && owner.Role == users.Owner {
		return nil
	}
	m.Offer = seats.OwnershipOffer{}
	return []seats.Event{{Kind: seats.EventOfferLapsed, User: p.ID, Before: p.CountedAs(), After: p.CountedAs(), Time: at}}
}
