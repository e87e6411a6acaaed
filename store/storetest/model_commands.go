package storetest

import (
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// enter is Invite and Add.
func (m *model) enter(a users.Actor, action users.Action, raw users.Profile, role users.Role, hold bool, at time.Time) verdict {
	if a.Kind == users.ActorSync && raw.Source == (users.Source{}) {
		raw.Source = users.Source{Kind: users.SourceSync, Name: a.Name} // who says nothing means his own
	}
	profile, ok := clean(raw)
	if !ok || role >= users.Owner || profile.ID == "" {
		return refused(seats.ErrBadInput)
	}
	sync := profile.Source.Kind == users.SourceSync
	if a.Kind == users.ActorUser && sync {
		return refused(seats.ErrBadInput)
	}
	if a.Kind == users.ActorSync && (!sync || profile.Source.Name != a.Name) {
		return refused(seats.ErrForbidden)
	}
	var known []*person
	for _, p := range m.people {
		if p.ID == profile.ID || p.here() && shares(p.Profile, profile) {
			known = append(known, p)
		}
	}
	if len(known) > 1 || len(known) == 1 && (!samePerson(known[0].Profile, profile) || !sees(a, known[0])) {
		return refused(seats.ErrDuplicate)
	}
	if len(known) == 1 {
		if known[0].seated() {
			return unchanged(known[0])
		}
		return refused(seats.ErrDuplicate)
	}
	p := &person{Profile: profile, role: role, status: users.Invited}
	kind := seats.EventInvited
	if action == users.ActionAdd {
		kind = seats.EventAdded
	}
	m.people = append(m.people, p)
	if m.held(seats.Site) > 0 && m.over(seats.Site) > 0 && !m.policy.Exempt.Has(role) {
		if m.policy.WhenFull == seats.Refuse {
			m.people = m.people[:len(m.people)-1]
			return refused(seats.ErrNoSeats)
		}
		p.status, kind = users.Inactive, seats.EventAdded // as nothing goes out
	}
	if p.status == users.Invited && action == users.ActionAdd && m.policy.Activation != seats.Approval {
		p.status, p.signedIn = users.Active, at
	}
	if p.status == users.Invited && action == users.ActionInvite && !hold {
		m.send(p, at)
	}
	m.pledged(p)
	m.last = at
	delta := int64(0)
	if p.seated() && !m.policy.Exempt.Has(role) {
		delta = 1
	}
	return verdict{
		outcome: seats.Outcome{User: p.ID, After: p.standing(), SeatsDelta: delta},
		fact:    fact{kind: kind, user: p.ID, after: p.standing(), at: at, count: p.notices},
	}
}

func (m *model) notify(p *person, at time.Time) verdict {
	if !p.seated() {
		return refused(seats.ErrWrongStatus)
	}
	v := m.change(p, seats.EventNotified, at, func() { m.send(p, at) })
	v.fact.count = p.notices
	return v
}

func (m *model) accept(p *person, at time.Time) verdict {
	switch {
	case p.status == users.Active && !p.signedIn.IsZero():
		return unchanged(p)
	case p.status == users.Active:
		return m.change(p, seats.EventAccepted, at, func() { p.signedIn = at })
	case p.status != users.Invited:
		return refused(seats.ErrWrongStatus)
	}
	expired := m.expired(p)
	if m.policy.Activation == seats.Approval && expired {
		return refused(seats.ErrNotApproved, seats.ErrInvitationExpired)
	}
	if m.policy.Activation == seats.Approval {
		return refused(seats.ErrNotApproved)
	}
	if expired {
		return refused(seats.ErrInvitationExpired)
	}
	return m.change(p, seats.EventAccepted, at, func() { p.status, p.signedIn = users.Active, at })
}

func (m *model) approve(p *person, at time.Time) verdict {
	switch p.status {
	case users.Active:
		return unchanged(p)
	case users.Invited:
		return m.change(p, seats.EventApproved, at, func() { p.status, p.approved = users.Active, at })
	}
	return refused(seats.ErrWrongStatus)
}

// leave is Deactivate, Archive and Delete.
func (m *model) leave(a users.Actor, action users.Action, p *person, successor users.ID, reason string, at time.Time) verdict {
	if badReason(reason) {
		return refused(seats.ErrBadInput)
	}
	to, kind := users.Inactive, seats.EventDeactivated
	if action == users.ActionArchive {
		to, kind = users.Archived, seats.EventArchived
	}
	if action == users.ActionDelete {
		to, kind = users.Deleted, seats.EventDeleted
	}
	if p.status == to {
		return unchanged(p)
	}
	if p.status == users.Deleted || p.status == users.Archived && action == users.ActionDeactivate {
		return refused(seats.ErrWrongStatus)
	}
	if successor != "" && !m.succeeds(a, successor, p) {
		return refused(seats.ErrBadInput)
	}
	var returned []users.Licence
	v := m.change(p, kind, at, func() {
		if action != users.ActionDeactivate {
			returned = p.unused()
		}
		switch action {
		case users.ActionDeactivate:
			p.left = p.status
		case users.ActionArchive:
			p.stored = p.status
		case users.ActionDelete:
			p.Profile = users.Profile{ID: p.ID, Source: p.Source}
		}
		p.status = to
	})
	v.fact.successor, v.fact.reason = successor, reason
	return v.alongWith(returned)
}

// succeeds says whether somebody can take over the work of another.
func (m *model) succeeds(a users.Actor, successor users.ID, p *person) bool {
	h := m.byID(successor)
	return h != nil && sees(a, h) && h != p && m.shown(h) == users.Active
}

func (m *model) handOver(a users.Actor, p *person, successor users.ID, reason string, at time.Time) verdict {
	if badReason(reason) || !m.succeeds(a, successor, p) {
		return refused(seats.ErrBadInput)
	}
	v := m.change(p, seats.EventHandedOver, at, func() {})
	v.fact.successor, v.fact.reason = successor, reason
	return v
}

func (m *model) erase(p *person, reason string, at time.Time) verdict {
	switch {
	case badReason(reason):
		return refused(seats.ErrBadInput)
	case p.status == users.Deleted:
		return unchanged(p)
	case p.seated():
		return refused(seats.ErrWrongStatus)
	}
	returned := p.unused()
	v := m.change(p, seats.EventErased, at, func() {
		p.Profile = users.Profile{ID: p.ID, Source: p.Source}
		p.status = users.Deleted
	})
	v.fact.reason = reason
	return v.alongWith(returned)
}

func (m *model) reactivate(p *person, at time.Time) verdict {
	if p.seated() {
		return unchanged(p)
	}
	if p.status != users.Inactive {
		return refused(seats.ErrWrongStatus)
	}
	notices := p.notices
	v := m.change(p, seats.EventReactivated, at, func() {
		if p.status = p.left; p.left == users.NoStatus {
			p.status = users.Invited
			m.send(p, at)
		}
	})
	if p.notices > notices {
		v.fact.count = p.notices
	}
	return v
}

func (m *model) restore(p *person, at time.Time) verdict {
	if p.status == users.Deleted {
		return refused(seats.ErrWrongStatus)
	}
	if p.status != users.Archived {
		return unchanged(p)
	}
	return m.change(p, seats.EventRestored, at, func() { p.status = p.stored })
}

func (m *model) edit(a users.Actor, p *person, set users.Patch, at time.Time) verdict {
	if p.status == users.Deleted {
		return refused(seats.ErrWrongStatus)
	}
	now, ok := clean(patched(p.Profile, set))
	if !ok {
		return refused(seats.ErrBadInput)
	}
	if equalProfiles(p.Profile, now) {
		return unchanged(p)
	}
	var codes []seats.Code
	for _, q := range m.people {
		if q != p && q.here() && shares(q.Profile, now) {
			codes = []seats.Code{seats.ErrDuplicate}
		}
	}
	known := a.Kind == users.ActorSupport || a.Kind == users.ActorSync && now.ExternalID != "" && p.ExternalID == now.ExternalID
	settled := !p.signedIn.IsZero() || m.shown(p) == users.Active
	if m.policy.IdentityChange == seats.IdentityChangeRefused && settled && !known && exchanged(p.Profile, now) {
		codes = append(codes, seats.ErrExchange)
	}
	if codes != nil {
		return refused(codes...)
	}
	return m.change(p, seats.EventEdited, at, func() { p.Profile = now })
}

func (m *model) changeRole(p *person, role users.Role, at time.Time) verdict {
	switch {
	case p.status == users.Deleted && role >= users.Owner:
		return refused(seats.ErrWrongStatus, seats.ErrBadInput)
	case p.status == users.Deleted:
		return refused(seats.ErrWrongStatus)
	case role >= users.Owner:
		return refused(seats.ErrBadInput)
	case p.role == role:
		return unchanged(p)
	}
	return m.change(p, seats.EventRoleChanged, at, func() { p.role = role })
}

func (m *model) grant(p *person, at time.Time) verdict {
	if p.role == users.Owner {
		return unchanged(p)
	}
	if p.status != users.Active || p.signedIn.IsZero() {
		return refused(seats.ErrWrongStatus)
	}
	return m.change(p, seats.EventOwnershipGranted, at, func() { p.role = users.Owner })
}

func (m *model) end(p *person, at time.Time) verdict {
	switch {
	case p.status == users.Deleted:
		return refused(seats.ErrWrongStatus)
	case p.role != users.Owner:
		return unchanged(p)
	case m.owners() == 1 && p.ID == m.payer:
		return refused(seats.ErrLastOwner, seats.ErrPayer)
	case m.owners() == 1:
		return refused(seats.ErrLastOwner)
	case p.ID == m.payer:
		return refused(seats.ErrPayer)
	}
	return m.change(p, seats.EventOwnershipEnded, at, func() { p.role = users.Admin })
}
