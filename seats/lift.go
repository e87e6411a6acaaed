package seats

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// A lift may remove the cause of a refusal other than missing seats: by moves before the call, or
// in place of the refused command.
type lift struct {
	moves    []move
	replaces bool
}

// moveOf returns the step of a command about a user or the account.
func moveOf(c Command) move {
	c = withoutConditions(c)
	m := move{Step{Action: c.Action(), Count: 1, User: c.target()}, c}
	if c, ok := c.(AssignCourse); ok {
		m.Pool = c.Pool
	}
	if c, ok := c.(Edit); ok {
		m.Field = users.KeyEmail.String()
		if c.Set.Email == nil {
			m.Field = users.KeyUsername.String()
		}
	}
	return m
}

// byVendor returns the move as a request to the vendor.
func (m move) byVendor() move {
	m.Vendor = true
	return m
}

// before makes lifts of commands, each before the call.
func before(commands ...Command) (lifts []lift) {
	for _, c := range commands {
		lifts = append(lifts, lift{moves: []move{moveOf(c)}})
	}
	return lifts
}

// orVendor makes lifts of a command by the actor, or else by the vendor.
func orVendor(c Command) []lift {
	return append(before(c), lift{moves: []move{moveOf(c).byVendor()}})
}

// waysBack are the actions for coming back.
var waysBack = users.In(users.ActionReactivate, users.ActionRestore)

// lifting has the codes with a lift, besides some of ErrForbidden.
var lifting = []Code{
	ErrDuplicate, ErrWrongStatus, ErrNotApproved, ErrInvitationExpired,
	ErrOwnerProtected, ErrLastOwner, ErrPayer, ErrNotOffered, ErrExchange, ErrOpen, ErrClosed, ErrNotAssigned,
}

// liftable reports whether there may be a lift for the refusal.
func (r *Refusal) liftable() bool {
	return slices.Contains(lifting, r.Code) ||
		r.Code == ErrForbidden && slices.Contains([]error{ErrNotSignedIn, ErrNeedsVendor, ErrNeedsSupport}, r.Reason)
}

// lifts returns the lifts for a refusal of that command of the call, the nearest first.
func (w whatIf) lifts(d *evaluation, i int, refusal *Refusal) []lift {
	c, id := w.call[i], refusal.User
	out := leaving.Has(refusal.Action) || refusal.Action == users.ActionErase
	switch refusal.Code {
	case ErrDuplicate, ErrWrongStatus:
		if refusal.Action == users.ActionStartCourse && refusal.Reason == ErrNotSignedIn {
			return before(Accept{User: id}, Approve{id}, Notify{id})
		}
		if !out { // coming back to be put out is no help
			return append(givesUpKey(d, c, refusal), before(Reactivate{id}, Restore{id})...)
		}
	case ErrNotAssigned:
		return before(AssignCourse{User: id, Pool: refusal.Pool})
	case ErrNotApproved:
		return before(Approve{id})
	case ErrInvitationExpired:
		return before(Notify{id})
	case ErrOwnerProtected:
		if unsettling.Has(refusal.Action) { // an ownership ends only for that
			return w.ends(id)
		}
	case ErrLastOwner:
		return w.anotherOwner()
	case ErrPayer:
		return orVendor(SetPayer{})
	case ErrOpen:
		return before(Close{})
	case ErrClosed:
		if d.account.Erased.IsZero() && mayAskVendor(d) {
			return orVendor(Reopen{})
		}
	case ErrNotOffered:
		return otherWayOut(c, d.account.Policy.deletesOnly(d.people.of(id).Segment()))
	case ErrExchange:
		edit := withoutConditions(c).(Edit)
		ways := replacement(edit, d.people.of(id), users.ID(fmt.Sprint("newcomer ", i)))
		if mayAskVendor(d) { // to confirm the person
			ways = append(ways, lift{[]move{{Step{Action: users.ActionEdit, Count: 1, User: id, Vendor: true}, edit}}, true})
		}
		return ways
	case ErrForbidden:
		if refusal.Reason == ErrNotSignedIn {
			return before(Accept{User: d.request.Actor.User})
		}
		if authorityOf(d.request.Actor.Kind, d.acting().Role, c.Action()) == byPolicy {
			return []lift{{[]move{leftToVendor(c)}, true}}
		}
	}
	return nil
}

// givesUpKey takes an address or a username from an inactive or archived user, for a newcomer who is
// another person. The user keeps a key, or the edit is refused.
func givesUpKey(d *evaluation, c Command, refusal *Refusal) []lift {
	var newcomer users.Profile
	switch c := withoutConditions(c).(type) {
	case Invite:
		newcomer = c.Profile
	case Add:
		newcomer = c.Profile
	}
	u := d.people.of(refusal.User)
	edit, ok := withoutKey(u.ID, refusal.Field)
	away := users.In(users.Inactive, users.Archived).Has(u.Status)
	if refusal.Code != ErrDuplicate || !ok || !away || len(newcomer.Keys()) == 0 || samePerson(newcomer, u.Profile) {
		return nil
	}
	return before(edit)
}

// withoutKey returns the command that takes a key of that kind from a user. It is ok for an address and
// a username.
func withoutKey(user users.ID, kind string) (edit Edit, ok bool) {
	switch edit.User = user; kind {
	case users.KeyEmail.String():
		edit.Set.Email = new("")
	case users.KeyUsername.String():
		edit.Set.Username = new("")
	default:
		return Edit{}, false
	}
	return edit, true
}

// mayAskVendor reports whether the actor speaks for the account, or is the vendor.
func mayAskVendor(d *evaluation) bool {
	return d.request.Actor.Kind != users.ActorSync && (!d.byAccountUser() || d.acting().Administers())
}

// otherWayOut replaces a departure that is not offered by another one: a deletion by the archive, and
// else by a deactivation, and an invited user's by a deletion if that is the only one.
func otherWayOut(c Command, deletesOnly bool) (lifts []lift) {
	id := c.target()
	var ways []Command
	switch {
	case deletesOnly && leaving.Has(c.Action()):
		ways = []Command{Delete{User: id}}
	case c.Action() == users.ActionDelete:
		ways = []Command{Archive{User: id}, Deactivate{User: id}}
	case c.Action() == users.ActionArchive:
		ways = []Command{Deactivate{User: id}}
	case c.Action() == users.ActionDeactivate:
		ways = []Command{Archive{User: id}}
	}
	for _, way := range ways {
		lifts = append(lifts, lift{[]move{moveOf(way)}, true})
	}
	return lifts
}

// ends are the ways to the end of an ownership: at once, or after that of another user begins.
func (w whatIf) ends(id users.ID) []lift {
	ways := orVendor(EndOwnership{id})
	for _, other := range w.anotherOwner() {
		for _, end := range orVendor(EndOwnership{id}) {
			ways = append(ways, lift{moves: slices.Concat(other.moves, end.moves)})
		}
	}
	return ways
}

// grants are the ways to another owner for a call that ends an ownership, or needs its end: of the further
// admins of the snapshot the first one of each kind. The others of its kind fare alike.
func (w whatIf) grants() (grants []Command) {
	if !slices.ContainsFunc(w.call, func(c Command) bool {
		return c.Action() == users.ActionEndOwnership || unsettling.Has(c.Action()) && w.before.people.of(c.target()).Role == users.Owner
	}) {
		return nil
	}
	type kind struct {
		users.Segment
		cameIn bool
	}
	first := map[kind]users.ID{}
	for _, p := range w.before.people.list {
		u := &p.value.now[0]
		of := kind{u.Segment(), w.before.account.Policy.hasSignedIn(*u)}
		if id, known := first[of]; u.Role == users.Admin && !w.named[u.ID] && (!known || u.ID < id) {
			first[of] = u.ID
		}
	}
	for _, id := range slices.Sorted(maps.Values(first)) {
		grants = append(grants, GrantOwnership{id})
	}
	return grants
}

// anotherOwner makes any other user an owner.
func (w whatIf) anotherOwner() []lift {
	lifts := before(w.grants()...)
	for i := range lifts {
		lifts[i].moves[0].User = ""
	}
	return lifts
}

// replacement replaces a user by the other person of an edit. The work is handed over if the other
// person is active at once.
func replacement(edit Edit, u users.User, newcomer users.ID) []lift {
	other, _, err := edit.Set.Apply(users.Profile{ID: newcomer})
	if err != nil {
		return nil // without a key of the other person
	}
	var moves []move
	if holding.Has(u.Status) {
		moves = append(moves, moveOf(Deactivate{User: u.ID}))
	}
	moves = append(moves, moveOf(Invite{Profile: other, Role: u.Role}))
	handOver := moveOf(HandOver{User: u.ID, Successor: newcomer})
	return []lift{{append(slices.Clone(moves), handOver), true}, {moves, true}}
}

// leftToVendor asks the vendor for a command of the vendor alone.
func leftToVendor(c Command) move {
	m := moveOf(c).byVendor()
	switch c := withoutConditions(c).(type) {
	case BuySeats:
		m.Count, m.Pool = c.Quantity, c.Pool
	case ReturnSeats:
		m.Count, m.Pool = c.Quantity, c.Pool
	}
	return m
}

// lifted returns the call without its replaced commands, and the moves of its lifts in order. It is
// ok if all refusals but those for want of seats are lifted. try then tells whether the moves can
// be carried out before the call.
func (w whatIf) lifted() (rest whatIf, moves []move, ok bool) {
	rest = w
	rest.call = nil
	d := w.measure()
	for _, m := range w.early {
		if !w.carryOut(d, m) {
			return rest, nil, false
		}
		moves = append(moves, m)
	}
	for i, c := range w.call {
		// A lift brings its user one status further in, ends an ownership or replaces the
		// command, so that this ends. One user can need several.
		for {
			_, refusal := d.tryInCall(c)
			if refusal == nil {
				rest.call = append(rest.call, c)
				break
			}
			l, after := w.lift(d, i, refusal)
			if after == nil {
				return rest, nil, false
			}
			d, moves = after, append(moves, l.moves...)
			if l.replaces {
				rest.replaced = append(rest.replaced, w.place+i)
				break
			}
		}
	}
	return rest, moves, true
}

// lift returns the first possible lift of a refusal and the state after it, or a nil state.
func (w whatIf) lift(d *evaluation, i int, refusal *Refusal) (lift, *evaluation) {
	for _, l := range w.lifts(d, i, refusal) {
		after, done := d.fork(w.scope), true
		for _, m := range l.moves {
			done = done && w.carryOut(after, m)
		}
		if done {
			return l, after
		}
	}
	return lift{}, nil
}
