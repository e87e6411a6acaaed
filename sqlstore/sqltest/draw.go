package sqltest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A script is what is going to be asked in a history: who is there first, and
// each client's questions.
type script struct {
	opening seats.Opening
	at      time.Time
	keepers int
	first   question
	clients [][]question
}

// course is the one pool of the scripts beside the site.
const course seats.PoolID = "course"

// term is how long invitations last where they run out: no history sees the end.
const term = 24 * time.Hour

var epoch = time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)

// everybody is the few who can be in an account. Those with a 2 have the keys of
// those without one, so that a person who was deleted can come again.
var everybody = []users.ID{"ada", "ben", "cleo", "ada2", "dan", "ben2", "olive"}

// dice draw what a script is made of.
type dice struct {
	*rand.Rand
	people []users.ID // of this script
}

func one[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// DrawOpening draws an account whose owner is olive.
func DrawOpening(r *rand.Rand, account users.AccountID) seats.Opening {
	d := dice{Rand: r, people: everybody}
	return seats.Opening{
		Account: account, Name: one(d, "", "Acme"), Total: seats.Of(int64(2 + d.IntN(5))), Policy: d.policy(),
		Owner: d.profile("olive"),
	}
}

// Draw draws an actor, and a few commands of all kinds about these people and olive. Of
// people whose IDs begin with the same three letters all have one address.
func Draw(r *rand.Rand, people []users.ID) (users.Actor, []seats.Command) {
	return dice{Rand: r, people: people}.request()
}

func (d dice) request() (users.Actor, []seats.Command) {
	actor := d.actor()
	commands := []seats.Command{d.command(actor)}
	for range d.IntN(2) * d.IntN(3) {
		commands = append(commands, d.command(actor))
	}
	return actor, commands
}

func drawScript(seed, number uint64, account users.AccountID) script {
	d := dice{Rand: rand.New(rand.NewPCG(seed, number))}
	d.people = everybody[:3+d.IntN(4)]
	s := script{at: epoch, keepers: 2 + d.IntN(2)}
	s.opening = DrawOpening(d.Rand, account)
	s.first = question{Mode: each, Actor: users.System()}
	for _, id := range d.people[:3] {
		s.first.Commands = append(s.first.Commands, seats.Add{Profile: d.profile(id), Role: one(d, users.Member, users.Manager, users.Admin)})
	}
	for range 3 + d.IntN(3) {
		var questions []question
		for range 4 + d.IntN(6) {
			questions = append(questions, d.question(s.keepers))
		}
		s.clients = append(s.clients, questions)
	}
	for key := range d.IntN(4) {
		d.key(s, fmt.Sprint("k", key%2))
	}
	return s
}

// key gives a question a key and lets others ask it again, or something else under
// the same key.
func (d dice) key(s script, key string) {
	q := d.question(s.keepers)
	if q.Key = key; !q.Mode.writes() {
		return
	}
	for range 2 + d.IntN(2) {
		q.Keeper = d.IntN(s.keepers)
		client := s.clients[d.IntN(len(s.clients))]
		client[d.IntN(len(client))] = q
	}
}

func (d dice) question(keepers int) question {
	q := question{Mode: one(d, do, do, do, do, do, do, do, each, each, usage, user, look), Keeper: d.IntN(keepers)}
	if d.chance(3) {
		q.Hurry = time.Duration(1 + d.IntN(100_000))
	}
	switch {
	case q.Mode == user:
		q.User = d.person()
	case q.Mode.writes():
		q.Actor, q.Commands = d.request()
	}
	return q
}

func (d dice) person() users.ID {
	if d.chance(12) {
		return "olive"
	}
	return one(d, d.people...)
}

func (d dice) actor() users.Actor {
	switch n := d.IntN(20); {
	case n < 4:
		return users.As("olive")
	case n < 7:
		return users.As(d.person())
	case n < 13:
		return users.Support("ticket")
	case n < 14:
		return users.Sync("hr")
	}
	return users.System()
}

// actions are what is asked for, the frequent ones several times.
var actions = append(users.Actions(), users.ActionInvite, users.ActionInvite, users.ActionInvite, users.ActionAdd, users.ActionAccept, users.ActionAccept,
	users.ActionBuySeats, users.ActionBuySeats, users.ActionReopen, users.ActionDeactivate, users.ActionReactivate, users.ActionReactivate, users.ActionArchive, users.ActionRestore, users.ActionDelete, users.ActionChangeRole, users.ActionGrantOwnership, users.ActionEndOwnership)

func (d dice) command(actor users.Actor) seats.Command {
	id := d.person()
	var successor users.ID
	if d.chance(10) {
		successor = d.person()
	}
	pool := one(d, seats.Site, seats.Site, seats.Site, course)
	switch a := one(d, actions...); a {
	case users.ActionAdd:
		return seats.Add{Profile: d.profile(id), Role: d.role()}
	case users.ActionImport:
		return seats.Import{User: d.adoptee(id)}
	case users.ActionNotify:
		return seats.Notify{User: id}
	case users.ActionAccept:
		if actor.Kind == users.ActorUser {
			id = actor.User
		}
		return seats.Accept{User: id}
	case users.ActionApprove:
		return seats.Approve{User: id}
	case users.ActionDeactivate:
		return seats.Deactivate{User: id, Successor: successor}
	case users.ActionReactivate:
		return seats.Reactivate{User: id}
	case users.ActionArchive:
		return seats.Archive{User: id, Successor: successor, Reason: one(d, "", "because")}
	case users.ActionRestore:
		return seats.Restore{User: id}
	case users.ActionDelete:
		return seats.Delete{User: id, Successor: successor}
	case users.ActionErase:
		return seats.Erase{User: id}
	case users.ActionHandOver:
		return seats.HandOver{User: id, Successor: d.person(), Reason: one(d, "", "because")}
	case users.ActionEdit:
		return seats.Edit{User: id, Set: d.patch()}
	case users.ActionChangeRole:
		return seats.ChangeRole{User: id, Role: d.role()}
	case users.ActionGrantOwnership:
		return seats.GrantOwnership{User: id}
	case users.ActionEndOwnership:
		return seats.EndOwnership{User: id}
	case users.ActionBuySeats:
		return seats.BuySeats{Pool: pool, Quantity: int64(d.IntN(4))}
	case users.ActionReturnSeats:
		return seats.ReturnSeats{Pool: pool, Quantity: int64(d.IntN(3))}
	case users.ActionSetTotal:
		return seats.SetTotal{Pool: pool, Total: one(d, seats.Of(int64(d.IntN(8))), seats.Of(int64(2+d.IntN(5))), seats.Unlimited())}
	case users.ActionSetPolicy:
		return seats.SetPolicy{Policy: d.policy()}
	case users.ActionSetPayer:
		return seats.SetPayer{User: one(d, "", id, id)}
	case users.ActionEditAccount:
		return d.editing()
	case users.ActionClose, users.ActionReopen, users.ActionEraseAccount:
		return d.closing()
	default:
		return seats.Invite{Profile: d.profile(id), Role: d.role(), Later: d.chance(20)}
	}
}

func (d dice) editing() seats.EditAccount {
	var c seats.EditAccount
	if d.chance(70) {
		c.Name = new(one(d, "", "Acme", "Bolt"))
	}
	if d.chance(30) {
		c.Zone = new(one(d, "UTC", "Asia/Beirut", "Atlantis/Capital"))
	}
	return c
}

// closing mostly opens the account again, since nothing much happens in a closed one.
func (d dice) closing() seats.Command {
	switch n := d.IntN(10); {
	case n < 2:
		return seats.Close{Reason: one(d, "", "unpaid")}
	case n < 9:
		return seats.Reopen{}
	}
	return seats.EraseAccount{}
}

func (d dice) role() users.Role {
	if d.chance(3) {
		return users.Owner // which nobody is given like that
	}
	return one(d, users.Member, users.Member, users.Manager, users.Admin)
}

// profile is mostly the one that belongs to the ID, and now and then has a key of
// somebody else.
func (d dice) profile(id users.ID) users.Profile {
	p := users.Profile{ID: id, FirstName: "First", LastName: string(id), Email: email(id)}
	if d.chance(10) {
		p.Username = string(one(d, d.people...))
	}
	if d.chance(10) {
		p.ExternalID = fmt.Sprint("e", d.IntN(2))
	}
	if d.chance(10) {
		p.Groups = []string{"red", "blue"}[d.IntN(2):]
	}
	if d.chance(10) {
		p.Source = users.Source{Kind: users.SourceSync, Name: "hr"}
	}
	return p
}

// adoptee is somebody who was kept elsewhere so far, now and then with a licence.
func (d dice) adoptee(id users.ID) users.User {
	then := epoch.Add(-term)
	u := users.User{
		Profile: d.profile(id), Role: one(d, users.Member, users.Manager, users.Admin), Status: one(d, users.Statuses()...),
		Created: then, StatusSince: then,
	}
	switch u.Status {
	case users.Active:
		u.FirstSignIn = then
	case users.Inactive:
		u.LeftAs = one(d, users.Invited, users.Active)
	case users.Archived:
		u.ArchivedAs = one(d, users.Invited, users.Active)
	}
	if d.chance(40) {
		l := users.Licence{Pool: string(course), Assigned: then}
		if u.Status == users.Archived || u.Status == users.Deleted || d.chance(30) {
			l.Started = then
		}
		u.Licences = []users.Licence{l}
	}
	return u
}

// email is the same for ada and ada2.
func email(id users.ID) string { return string(id[:3]) + "@acme.example" }

func (d dice) patch() users.Patch {
	var p users.Patch
	switch d.IntN(4) {
	case 0:
		p.Email = new(email(d.person()))
	case 1:
		p.Username = new(one(d, "", string(d.person())))
	case 2:
		p.FirstName, p.LastName, p.Email = new("New"), new("Name"), new("new@acme.example")
	case 3:
		p.Location = new(one(d, "", "Leeds", "York"))
	}
	return p
}

// policy is a preset or a mixture, in which what cannot be together is put right.
func (d dice) policy() seats.Policy {
	switch d.IntN(5) {
	case 0:
		return seats.Standard()
	case 1, 2:
		return one(d, seats.Presets()...).Policy
	}
	p := seats.Policy{
		Activation: one(d, seats.FirstSignIn, seats.Invitation, seats.Approval), WhenFull: one(d, seats.Refuse, seats.CreateInactive),
		Buying: seats.Orders{By: one(d, seats.SelfService, seats.VendorOnly)}, Returning: one(d, seats.SelfService, seats.VendorOnly),
		InvitationExpiry: one(d, seats.ExpiryNever, seats.ExpiryKeepsSeat, seats.ExpiryFreesSeat), OwnershipEnders: one(d, seats.EndedByOwners, seats.EndedBySupport),
		IdentityChange: one(d, seats.IdentityChangeRefused, seats.IdentityChangeAllowed), SourceLocked: d.chance(40),
	}
	if p.InvitationExpiry != seats.ExpiryNever {
		p.Term = term
	}
	if d.chance(30) {
		p.Exempt = users.In(one(d, users.Roles()...), one(d, users.Roles()...))
	}
	if d.chance(30) {
		p.Buying.Least, p.Buying.Most = 2, 3
	}
	q := p
	q.DeleteOnly = d.chance(30)
	q.Withheld = users.In(one(d, users.Actions()...))
	if q.Check() == nil {
		return q
	}
	return p
}
