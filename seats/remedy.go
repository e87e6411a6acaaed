package seats

import "github.com/seatkeeper/seatkeeper/users"

// A ground is where a remedy would be used: the state as it is for others too,
// and the commands that would follow it, the refused one last.
type ground struct {
	desk     *desk
	commands []Command
}

// remedies returns what the actor of a refused command could do now so that it
// passes: within his rights, the policy's bounds and what is there. The desk is
// in the state in which the command was refused.
func (d *desk) remedies(g ground, no *Refusal) Remedies {
	switch {
	case no.Code == ErrNoSeats:
		n := d.short(g, no)
		return append(d.freeing(g, no.Pool, n), g.more(no.Pool, n)...)
	case no.Code == ErrOrderSize && no.Action == users.ReturnSeats && no.Asked >= no.Least && no.Asked <= no.Total.n:
		return d.freeing(g, no.Pool, d.short(g, no))
	}
	return g.cure(no)
}

// short returns how many seats are missing. People whom the call created inactive
// for want of a seat will take one each before the refused command gets any.
func (d *desk) short(g ground, no *Refusal) int64 {
	n := no.Held + no.Spent + no.Asked - no.Total.n
	for _, e := range d.events[len(g.desk.events):] {
		if e.Kind == Added && e.After.Status == users.Inactive {
			n++
		}
	}
	return n
}

// freeing returns the ways to free n held seats of a pool: one action on n
// people whom the actor may put out.
func (d *desk) freeing(g ground, id PoolID, n int64) Remedies {
	var found Remedies
	named := d.named(g.commands)
	for _, a := range leaving.Members() {
		if id == Site && d.candidates(g, named, a) >= n {
			found = append(found, Remedy{Action: a, Count: n})
		}
	}
	return found
}

// candidates returns on how many seat holders the actor could use the action.
// They follow from the tally. The actor does not count, nor do people whom the
// call itself names: they may not be where they seem to be, or be brought back.
func (d *desk) candidates(g ground, named map[users.ID]bool, a users.Action) int64 {
	policy := d.account.Policy
	if grant, _ := g.desk.authority(a); grant != users.Anyone {
		return 0
	}
	possible := func(s users.Standing) bool {
		return policy.holds(s) && s.Role != users.Owner &&
			!(d.own() && (policy.locks(a, s) || !policy.offers(a, s)))
	}
	var n int64
	for _, s := range users.Standings() {
		if possible(s) {
			n += d.account.Tally.Of(s)
		}
	}
	for id := range named {
		if possible(d.people[id].Standing()) {
			n--
		}
	}
	return n
}

// more returns the way to n more seats of a pool: an order within the bounds,
// or else a word with the vendor.
func (g ground) more(id PoolID, n int64) Remedies {
	order := n
	if g.desk.own() {
		least, _ := g.desk.account.Policy.order()
		order = max(n, least)
	}
	if next, done := g.after(g.desk.request.Actor, BuySeats{id, order}); done && next.refusal() == nil {
		return Remedies{{Action: users.BuySeats, Count: order}}
	}
	if next, done := g.after(users.Support("vendor"), BuySeats{id, n}); done && next.refusal() == nil {
		return Remedies{{Action: users.BuySeats, Count: n, Vendor: true}}
	}
	return nil
}

// cures says which command about the person in the way could lift a refusal.
var cures = map[Code][]users.Action{
	ErrDuplicate:         {users.Reactivate, users.Restore},
	ErrWrongStatus:       {users.Reactivate, users.Restore},
	ErrNotApproved:       {users.Approve},
	ErrInvitationExpired: {users.Notify},
	ErrOwnerProtected:    {users.EndOwnership},
}

// cure tries out which of them help: the commands pass afterwards, or the same
// way leads on from there, as from the archive by way of inactive.
func (g ground) cure(no *Refusal) Remedies {
	var found Remedies
	out := leaving.Has(no.Action) || no.Action == users.Erase
	if out != (no.Code == ErrOwnerProtected) {
		return nil // nobody is brought back to be put out, and an ownership ends for nothing else
	}
	for _, a := range cures[no.Code] {
		cured := Remedy{Action: a, Count: 1, User: no.User}
		switch {
		case g.lifts(g.desk.request.Actor, about(a, no.User)):
			found = append(found, cured)
		case a == users.EndOwnership && g.lifts(users.Support("vendor"), about(a, no.User)):
			cured.Vendor = true
			found = append(found, cured)
		}
	}
	return found
}

// lifts reports whether the commands pass once the actor has done something first, or
// lead on from there.
func (g ground) lifts(actor users.Actor, first Command) bool {
	next, done := g.after(actor, first)
	if !done {
		return false
	}
	still := next.refusal()
	return still == nil || len(next.cure(still)) > 0
}

// after returns the ground on which the actor has done something first, and
// whether that could be done and was anything new.
func (g ground) after(actor users.Actor, first Command) (next ground, done bool) {
	d := g.desk.fork(append([]Command{first}, g.commands...))
	d.request.Actor = actor
	o, no := d.try(first)
	d.request.Actor = g.desk.request.Actor
	return ground{d, g.commands}, no == nil && !o.Same
}

// refusal returns the first refusal of the commands, or nil if all pass.
func (g ground) refusal() *Refusal {
	d := g.desk.fork(g.commands)
	for _, c := range g.commands {
		if _, no := d.try(c); no != nil {
			return no
		}
	}
	return nil
}

func about(a users.Action, id users.ID) Command {
	switch a {
	case users.Reactivate:
		return Reactivate{id}
	case users.Restore:
		return Restore{id}
	case users.Approve:
		return Approve{id}
	case users.EndOwnership:
		return EndOwnership{id}
	}
	return Notify{id}
}
