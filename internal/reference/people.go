package reference

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// enter is Invite, and Add as an invitation that is not sent, with a join code or without.
func (m *Model) enter(a users.Actor, c seats.Invite, at time.Time, add bool, by seats.PoolID) Result {
	if c.LeftMeansGone || c.Gone {
		gone, bad := m.gone(c.Leave)
		switch {
		case bad:
			return refused(seats.ErrBadInput)
		case gone:
			return m.left(a, c.Profile, m.leaveOf(c.Leave), at)
		case c.Gone:
			return m.left(a, c.Profile, users.Leave{}, at)
		}
	}
	if a.Kind == users.ActorSync && c.Profile.Source == (users.Source{}) {
		c.Profile.Source = users.Source{Kind: users.SourceSync, Name: a.Name} // no source means the actor's own
	}
	profile, ok := Clean(c.Profile)
	if !ok || c.Role >= users.Owner || profile.ID == "" {
		return refused(seats.ErrBadInput)
	}
	sync := profile.Source.Kind == users.SourceSync
	if a.Kind == users.ActorUser && sync {
		return refused(seats.ErrBadInput)
	}
	if a.Kind == users.ActorSync && (!sync || profile.Source.Name != a.Name) {
		return refused(seats.ErrForbidden)
	}
	switch found, codes := m.match(a, profile, false); {
	case codes != nil:
		return refused(codes...)
	case found != nil && m.takes(a, found):
		fields := []string{"source"}
		v := m.change(found, seats.EventEdited, at, func() {
			found.Source = profile.Source
			if !samePerson(found.Profile, profile) && !slices.Contains(found.Kept, "external-id") {
				found.ExternalID, fields = profile.ExternalID, []string{"external-id", "source"}
			}
		})
		v.Event.Fields = fields
		return v
	case found != nil && found.Status == users.Invited && m.expired(found) && !c.Later && c.Start == "":
		v := m.change(found, seats.EventNotified, at, func() { m.send(found, at) })
		v.Event.Count = found.NotificationCount
		return v
	case found != nil && found.Seated():
		return unchanged(found)
	case found != nil && keptOut(a, found):
		return refused(seats.ErrForbidden)
	case found != nil:
		return refused(seats.ErrDuplicate)
	}
	p := &Person{User: users.User{Profile: profile, Role: c.Role, Status: users.Invited}, By: by}
	if add && m.Policy.Activation != seats.Approval {
		p.Status = users.Active
	}
	if c.Start != "" {
		return m.planned(a, c, p, at)
	}
	if codes := m.leaveHindered(a, c.Leave, p); codes != nil {
		return refused(codes...)
	}
	if !m.days(a, p, c.Leave, "") {
		return refused(seats.ErrBadInput)
	}
	kind := seats.EventInvited
	if add {
		kind = seats.EventAdded
	}
	switch full := m.kept(by) == 0 && !m.Policy.Exempt.Has(c.Role) && !m.fits(seats.Site, 1); {
	case full && m.Policy.WhenFull == seats.Refuse:
		return refused(seats.ErrNoSeats)
	case full:
		p.Status, kind = users.Inactive, seats.EventAdded // as nothing goes out
		if m.Policy.WhenFull == seats.Wait {
			p.Wait = &users.Wait{Since: at}
		}
	case p.Status == users.Active:
		p.FirstSignIn = at
	case !c.Later:
		m.send(p, at)
	}
	v := m.arrive(p, kind, at)
	v.Event.Count = p.NotificationCount
	v.Event.Date, v.Event.DateAs = p.Schedule.Date, p.Schedule.As
	return v
}

// match returns the one person that a profile is about, nil for a newcomer, or why it is refused:
// rules 2 and 5. At the door the ID alone says which person it is.
func (m *Model) match(a users.Actor, profile users.Profile, door bool) (*Person, []seats.Code) {
	var meant, reached []*Person // by a key of their own, and by the address alone
	address, agrees := users.Profile{Email: profile.Email}, false
	for _, p := range m.People {
		at := p.Here() && SharesKey(p.Profile, address)
		own := profile
		own.Email = ""
		switch {
		case p.ID == profile.ID, p.Here() && SharesKey(p.Profile, own):
			meant, agrees = append(meant, p), agrees || at
		case at:
			reached = append(reached, p)
		}
	}
	if agrees || m.mayShare(profile) {
		reached = nil
	}
	unseen := func(p *Person) bool { return !sees(a, p) && (len(meant)+len(reached) > 1 || !m.takes(a, p)) }
	switch all := slices.Concat(meant, reached); {
	case len(all) == 0:
		return nil, nil
	case len(reached) > 1 && meant == nil && profile.Username+profile.ExternalID == "" && !slices.ContainsFunc(all, unseen):
		return nil, []seats.Code{seats.ErrAmbiguous}
	case len(all) > 1, !(door && all[0].ID == profile.ID) && !samePerson(all[0].Profile, profile) && !(m.takes(a, all[0]) && sameUnderOther(all[0].Profile, profile)), unseen(all[0]):
		return nil, []seats.Code{seats.ErrDuplicate}
	default:
		return all[0], nil
	}
}

// mayShare reports whether a profile may have the address of another person.
func (m *Model) mayShare(p users.Profile) bool {
	return m.Policy.SharedAddresses == seats.SharingAllowed && p.Username+p.ExternalID != ""
}

// shared reports whether a person other than p has the address.
func (m *Model) shared(address string, p *Person) bool {
	return slices.ContainsFunc(m.People, func(q *Person) bool {
		return q != p && q.Here() && SharesKey(q.Profile, users.Profile{Email: address})
	})
}

// planned is an invitation to come.
func (m *Model) planned(a users.Actor, c seats.Invite, p *Person, at time.Time) Result {
	p.Status = inactive
	if codes := m.leaveHindered(a, c.Leave, p); codes != nil {
		return refused(append(codes, seats.ErrBadInput)...)
	}
	if c.Later || !m.days(a, p, c.Leave, c.Start) {
		return refused(seats.ErrBadInput)
	}
	v := m.arrive(p, seats.EventScheduled, at)
	v.Event.Date = c.Start
	v.leave = p.Schedule.Leave
	return v
}

// leaveHindered says why the actor may not give a newcomer the day of a leave, or nil.
func (m *Model) leaveHindered(a users.Actor, l users.Leave, p *Person) []seats.Code {
	if l == (users.Leave{}) {
		return nil
	}
	return append(m.hindered(a, users.ActionDeactivate, p), m.hindered(a, users.ActionSchedule, p)...)
}

// arrive brings in a person.
func (m *Model) arrive(p *Person, kind seats.EventKind, at time.Time) Result {
	held := m.Held(seats.Site)
	p.SharesEmail = m.shared(p.Email, p)
	m.People = append(m.People, p)
	m.met(p)
	m.pledged(p)
	m.plan(m.personRow(p))
	for i := range p.Licences {
		m.plan(m.licenceRow(p, &p.Licences[i]))
	}
	m.Last = at
	return Result{
		Outcome: seats.Outcome{User: p.ID, After: p.CountedAs(), SeatsDelta: m.Held(seats.Site) - held},
		Event:   seats.Event{Kind: kind, User: p.ID, After: p.CountedAs(), Time: at},
	}
}

const (
	invited, active, inactive = users.Invited, users.Active, users.Inactive
	archived, deleted         = users.Archived, users.Deleted
)

// onUsers has what an action does to a user: the event, the statuses in which it changes
// nothing and in which it is refused, and the status that it always leads to, if any.
var onUsers = map[users.Action]struct {
	kind             seats.EventKind
	unchanged, wrong users.Set[users.Status]
	to               users.Status
}{
	users.ActionNotify:         {seats.EventNotified, 0, users.In(inactive, archived, deleted), 0},
	users.ActionAccept:         {seats.EventAccepted, 0, users.In(inactive, archived, deleted), active},
	users.ActionApprove:        {seats.EventApproved, users.In(active), users.In(inactive, archived, deleted), active},
	users.ActionDeactivate:     {seats.EventDeactivated, users.In(inactive), users.In(archived, deleted), inactive},
	users.ActionReactivate:     {seats.EventReactivated, users.In(invited, active), users.In(archived, deleted), 0},
	users.ActionArchive:        {seats.EventArchived, users.In(archived), users.In(deleted), archived},
	users.ActionRestore:        {seats.EventRestored, users.In(invited, active, inactive), users.In(deleted), 0},
	users.ActionDelete:         {seats.EventDeleted, users.In(deleted), 0, deleted},
	users.ActionErase:          {seats.EventErased, users.In(deleted), users.In(invited, active), deleted},
	users.ActionHandOver:       {seats.EventHandedOver, 0, 0, 0},
	users.ActionEdit:           {seats.EventEdited, 0, users.In(deleted), 0},
	users.ActionChangeRole:     {seats.EventRoleChanged, 0, users.In(deleted), 0},
	users.ActionGrantOwnership: {seats.EventOwnershipGranted, 0, users.In(invited, inactive, archived, deleted), 0},
	users.ActionEndOwnership:   {seats.EventOwnershipEnded, 0, users.In(deleted), 0},
}

// onPerson carries out a command on a user.
func (m *Model) onPerson(a users.Actor, c seats.Command, p *Person, at time.Time) Result {
	row, ok := onUsers[c.Action()]
	if !ok {
		panic("a command without rules")
	}
	edit, edits := c.(seats.Edit)
	if edits && a.Kind == users.ActorSync {
		edit.Set = edit.Set.Without(p.Kept...)
		c = edit
	}
	codes, same := m.hindrances(a, c, p)
	withdraws := c.Action() == users.ActionDeactivate && p.Wait != nil
	if withdraws {
		row.kind, row.unchanged = seats.EventUnqueued, 0
	}
	switch {
	case row.wrong.Has(p.Status) && c.Action() == users.ActionChangeRole:
		return refused(append(codes, seats.ErrWrongStatus)...)
	case row.wrong.Has(p.Status):
		return refused(seats.ErrWrongStatus)
	case row.unchanged.Has(p.Status), same, c.Action() == users.ActionReactivate && p.Wait != nil && !p.Wait.Asks:
		return unchanged(p)
	case codes != nil:
		return refused(codes...)
	}
	notifications, returned := p.NotificationCount, []users.Licence(nil)
	v := m.change(p, row.kind, at, func() {
		switch c := c.(type) {
		case seats.Notify:
			m.send(p, at)
		case seats.Accept:
			m.comesBack(p, users.Profile{})
			p.FirstSignIn = at
		case seats.Approve:
			p.Approved = at
		case seats.Deactivate:
			if withdraws {
				p.Schedule = users.Schedule{}
			} else {
				p.LeftAs = p.Status
			}
		case seats.Reactivate:
			if p.Status = p.LeftAs; p.LeftAs == users.NoStatus {
				p.Status = invited
				m.send(p, at)
			} else if p.Status == invited && m.expired(p) {
				m.send(p, at)
			}
		case seats.Archive:
			p.ArchivedAs = p.Status
		case seats.Restore:
			if p.Status = p.ArchivedAs; p.Status == invited && m.expired(p) {
				m.send(p, at)
			}
		case seats.Delete, seats.Erase:
			p.Profile, p.SharesEmail, p.Baseline = users.Profile{ID: p.ID, Source: p.Source}, false, nil
		case seats.Edit:
			was := p.Email
			now, _ := Clean(patched(p.Profile, c.Set))
			m.renames(a, p, now, at)
			p.Kept = keeps(a, p, now, c.Follow)
			if p.Profile = now; !SameText(was, p.Email) {
				p.SharesEmail = m.shared(p.Email, p)
				m.readdressed(p, at)
			}
		case seats.ChangeRole:
			p.Role = c.Role
		case seats.GrantOwnership:
			p.Role = users.Owner
		case seats.EndOwnership:
			p.Role = users.Admin
		}
		if row.to != users.NoStatus && p.Seated() && row.to != active {
			p.LeftBy = leftBy(a)
		}
		if row.to != users.NoStatus {
			p.goes(leftBy(a))
			p.Status = row.to
		}
		if row.to == archived || row.to == deleted {
			returned = p.returns(at)
		}
	})
	if m.mayWait(c, v) {
		return m.waits(p, at)
	}
	if p.NotificationCount > notifications {
		v.Event.Count = p.NotificationCount
	}
	v.Event.Successor, _ = field[users.ID](c, "Successor")
	v.licences = returned
	return v
}

// readdressed makes the invitation void that went to another address.
func (m *Model) readdressed(p *Person, at time.Time) {
	switch back := p.LeftAs == invited; {
	case p.NotificationCount == 0:
	case p.Status == invited:
		m.send(p, at)
	case p.Status == archived && (p.ArchivedAs == invited || p.ArchivedAs == inactive && back), p.Status == inactive && back:
		p.Expires = m.Clock
	}
}

// hindrances returns the codes that refuse a command for more than the status, and whether
// its result is there already.
func (m *Model) hindrances(a users.Actor, c seats.Command, p *Person) (codes []seats.Code, same bool) {
	add := func(when bool, code seats.Code) {
		if when {
			codes = append(codes, code)
		}
	}
	switch c := c.(type) {
	case seats.Accept:
		add(c.Invitation != 0 && c.Invitation != p.NotificationCount, seats.ErrChangedMeanwhile)
		if codes != nil {
			return codes, false
		}
		add(p.Status == invited && m.Policy.Activation == seats.Approval, seats.ErrNotApproved)
		add(p.Status == invited && m.expired(p), seats.ErrInvitationExpired)
		return codes, p.Status == active && !p.FirstSignIn.IsZero()
	case seats.Reactivate:
		add(keptOut(a, p), seats.ErrForbidden)
	case seats.ChangeRole:
		add(c.Role >= users.Owner, seats.ErrBadInput)
		return codes, codes == nil && (p.Role == c.Role || keepsFrom(a, p, "role"))
	case seats.GrantOwnership:
		add(p.Status == active && !m.cameIn(p), seats.ErrWrongStatus)
		return codes, p.Role == users.Owner
	case seats.EndOwnership:
		add(p.Role == users.Owner && m.owners() == 1, seats.ErrLastOwner)
		add(p.ID == m.Payer, seats.ErrPayer)
		return codes, p.Role != users.Owner
	case seats.Edit:
		edited, same := m.edit(a, p, c.Set)
		codes = append(codes, edited...)
		add(len(c.Follow) > 0 && a.Kind == users.ActorSync, seats.ErrForbidden)
		add(slices.ContainsFunc(c.Follow, func(f string) bool { return !slices.Contains(fieldNames, f) && f != "leave" && f != "role" }), seats.ErrBadInput)
		return codes, same && len(keeps(a, p, p.Profile, c.Follow)) == len(p.Kept) && codes == nil
	}
	successor, ok := field[users.ID](c, "Successor")
	add(ok && (successor != "" || c.Action() == users.ActionHandOver) && !m.succeeds(a, successor, p), seats.ErrBadInput)
	return codes, false
}

// succeeds reports whether one user can take over the work of another.
func (m *Model) succeeds(a users.Actor, successor users.ID, p *Person) bool {
	h := m.ByID(successor)
	return h != nil && sees(a, h) && h != p && m.Shown(h) == users.Active
}
