package reference

import (
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// enter is Invite and Add.
func (m *Model) enter(a users.Actor, action users.Action, raw users.Profile, role users.Role, hold bool, at time.Time) Result {
	if a.Kind == users.ActorSync && raw.Source == (users.Source{}) {
		raw.Source = users.Source{Kind: users.SourceSync, Name: a.Name} // no source means the actor's own
	}
	profile, ok := Clean(raw)
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
	var known []*Person
	for _, p := range m.People {
		if p.ID == profile.ID || p.Here() && SharesKey(p.Profile, profile) {
			known = append(known, p)
		}
	}
	if len(known) > 1 || len(known) == 1 && (!samePerson(known[0].Profile, profile) || !sees(a, known[0])) {
		return refused(seats.ErrDuplicate)
	}
	if len(known) == 1 {
		if known[0].Seated() {
			return unchanged(known[0])
		}
		return refused(seats.ErrDuplicate)
	}
	p := &Person{Profile: profile, Role: role, Status: users.Invited}
	kind := seats.EventInvited
	if action == users.ActionAdd {
		kind = seats.EventAdded
	}
	m.People = append(m.People, p)
	if m.Held(seats.Site) > 0 && m.Over(seats.Site) > 0 && !m.Policy.Exempt.Has(role) {
		if m.Policy.WhenFull == seats.Refuse {
			m.People = m.People[:len(m.People)-1]
			return refused(seats.ErrNoSeats)
		}
		p.Status, kind = users.Inactive, seats.EventAdded // as nothing goes out
	}
	if p.Status == users.Invited && action == users.ActionAdd && m.Policy.Activation != seats.Approval {
		p.Status, p.SignedIn = users.Active, at
	}
	if p.Status == users.Invited && action == users.ActionInvite && !hold {
		m.send(p, at)
	}
	m.pledged(p)
	m.Last = at
	delta := int64(0)
	if p.Seated() && !m.Policy.Exempt.Has(role) {
		delta = 1
	}
	return Result{
		Outcome: seats.Outcome{User: p.ID, After: p.Standing(), SeatsDelta: delta},
		Event:   Event{Kind: kind, User: p.ID, After: p.Standing(), At: at, Count: p.Notices},
	}
}

func (m *Model) notify(p *Person, at time.Time) Result {
	if !p.Seated() {
		return refused(seats.ErrWrongStatus)
	}
	v := m.change(p, seats.EventNotified, at, func() { m.send(p, at) })
	v.Event.Count = p.Notices
	return v
}

func (m *Model) accept(p *Person, at time.Time) Result {
	switch {
	case p.Status == users.Active && !p.SignedIn.IsZero():
		return unchanged(p)
	case p.Status == users.Active:
		return m.change(p, seats.EventAccepted, at, func() { p.SignedIn = at })
	case p.Status != users.Invited:
		return refused(seats.ErrWrongStatus)
	}
	expired := m.expired(p)
	if m.Policy.Activation == seats.Approval && expired {
		return refused(seats.ErrNotApproved, seats.ErrInvitationExpired)
	}
	if m.Policy.Activation == seats.Approval {
		return refused(seats.ErrNotApproved)
	}
	if expired {
		return refused(seats.ErrInvitationExpired)
	}
	return m.change(p, seats.EventAccepted, at, func() { p.Status, p.SignedIn = users.Active, at })
}

func (m *Model) approve(p *Person, at time.Time) Result {
	switch p.Status {
	case users.Active:
		return unchanged(p)
	case users.Invited:
		return m.change(p, seats.EventApproved, at, func() { p.Status, p.Approved = users.Active, at })
	}
	return refused(seats.ErrWrongStatus)
}

// leave is Deactivate, Archive and Delete.
func (m *Model) leave(a users.Actor, action users.Action, p *Person, successor users.ID, reason string, at time.Time) Result {
	if BadReason(reason) {
		return refused(seats.ErrBadInput)
	}
	to, kind := users.Inactive, seats.EventDeactivated
	if action == users.ActionArchive {
		to, kind = users.Archived, seats.EventArchived
	}
	if action == users.ActionDelete {
		to, kind = users.Deleted, seats.EventDeleted
	}
	if p.Status == to {
		return unchanged(p)
	}
	if p.Status == users.Deleted || p.Status == users.Archived && action == users.ActionDeactivate {
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
			p.left = p.Status
		case users.ActionArchive:
			p.stored = p.Status
		case users.ActionDelete:
			p.Profile = users.Profile{ID: p.ID, Source: p.Source}
		}
		p.Status = to
	})
	v.Event.Successor, v.Event.Reason = successor, reason
	return v.alongWith(returned)
}

// succeeds reports whether one user can take over the work of another.
func (m *Model) succeeds(a users.Actor, successor users.ID, p *Person) bool {
	h := m.ByID(successor)
	return h != nil && sees(a, h) && h != p && m.Shown(h) == users.Active
}

func (m *Model) handOver(a users.Actor, p *Person, successor users.ID, reason string, at time.Time) Result {
	if BadReason(reason) || !m.succeeds(a, successor, p) {
		return refused(seats.ErrBadInput)
	}
	v := m.change(p, seats.EventHandedOver, at, func() {})
	v.Event.Successor, v.Event.Reason = successor, reason
	return v
}

func (m *Model) erase(p *Person, reason string, at time.Time) Result {
	switch {
	case BadReason(reason):
		return refused(seats.ErrBadInput)
	case p.Status == users.Deleted:
		return unchanged(p)
	case p.Seated():
		return refused(seats.ErrWrongStatus)
	}
	returned := p.unused()
	v := m.change(p, seats.EventErased, at, func() {
		p.Profile = users.Profile{ID: p.ID, Source: p.Source}
		p.Status = users.Deleted
	})
	v.Event.Reason = reason
	return v.alongWith(returned)
}

func (m *Model) reactivate(p *Person, at time.Time) Result {
	if p.Seated() {
		return unchanged(p)
	}
	if p.Status != users.Inactive {
		return refused(seats.ErrWrongStatus)
	}
	notices := p.Notices
	v := m.change(p, seats.EventReactivated, at, func() {
		if p.Status = p.left; p.left == users.NoStatus {
			p.Status = users.Invited
			m.send(p, at)
		}
	})
	if p.Notices > notices {
		v.Event.Count = p.Notices
	}
	return v
}

func (m *Model) restore(p *Person, at time.Time) Result {
	if p.Status == users.Deleted {
		return refused(seats.ErrWrongStatus)
	}
	if p.Status != users.Archived {
		return unchanged(p)
	}
	return m.change(p, seats.EventRestored, at, func() { p.Status = p.stored })
}

func (m *Model) edit(a users.Actor, p *Person, set users.Patch, at time.Time) Result {
	if p.Status == users.Deleted {
		return refused(seats.ErrWrongStatus)
	}
	now, ok := Clean(patched(p.Profile, set))
	if !ok {
		return refused(seats.ErrBadInput)
	}
	if EqualProfiles(p.Profile, now) {
		return unchanged(p)
	}
	var codes []seats.Code
	for _, q := range m.People {
		if q != p && q.Here() && SharesKey(q.Profile, now) {
			codes = []seats.Code{seats.ErrDuplicate}
		}
	}
	known := a.Kind == users.ActorSupport || a.Kind == users.ActorSync && now.ExternalID != "" && p.ExternalID == now.ExternalID
	settled := !p.SignedIn.IsZero() || m.Shown(p) == users.Active
	if m.Policy.IdentityChange == seats.IdentityChangeRefused && settled && !known && exchanged(p.Profile, now) {
		codes = append(codes, seats.ErrExchange)
	}
	if codes != nil {
		return refused(codes...)
	}
	return m.change(p, seats.EventEdited, at, func() { p.Profile = now })
}

func (m *Model) changeRole(p *Person, role users.Role, at time.Time) Result {
	switch {
	case p.Status == users.Deleted && role >= users.Owner:
		return refused(seats.ErrWrongStatus, seats.ErrBadInput)
	case p.Status == users.Deleted:
		return refused(seats.ErrWrongStatus)
	case role >= users.Owner:
		return refused(seats.ErrBadInput)
	case p.Role == role:
		return unchanged(p)
	}
	return m.change(p, seats.EventRoleChanged, at, func() { p.Role = role })
}

func (m *Model) grant(p *Person, at time.Time) Result {
	if p.Role == users.Owner {
		return unchanged(p)
	}
	if p.Status != users.Active || p.SignedIn.IsZero() {
		return refused(seats.ErrWrongStatus)
	}
	return m.change(p, seats.EventOwnershipGranted, at, func() { p.Role = users.Owner })
}

func (m *Model) end(p *Person, at time.Time) Result {
	switch {
	case p.Status == users.Deleted:
		return refused(seats.ErrWrongStatus)
	case p.Role != users.Owner:
		return unchanged(p)
	case m.owners() == 1 && p.ID == m.Payer:
		return refused(seats.ErrLastOwner, seats.ErrPayer)
	case m.owners() == 1:
		return refused(seats.ErrLastOwner)
	case p.ID == m.Payer:
		return refused(seats.ErrPayer)
	}
	return m.change(p, seats.EventOwnershipEnded, at, func() { p.Role = users.Admin })
}
