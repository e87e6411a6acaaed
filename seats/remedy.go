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
	short := no.Held + no.Spent + no.Asked - no.Total.n
	switch {
	case no.Code == ErrNoSeats:
		return append(d.freeing(g, no.Pool, short), d.more(no.Pool, short))
	case no.Code == ErrOrderSize && no.Action == users.ReturnSeats && no.Asked >= no.Least && no.Asked <= no.Total.n:
		return d.freeing(g, no.Pool, short)
	}
	return g.cure(no)
}

// freeing returns the ways to free n held seats of a pool: one action on n
// people whom the actor may put out.
func (d *desk) freeing(g ground, id PoolID, n int64) Remedies {
	var found Remedies
	for _, a := range leaving.Members() {
		if id == Site && n > 0 && d.candidates(g, a) >= n {
			found = append(found, Remedy{Action: a, Count: n})
		}
	}
	return found
}

// candidates returns on how many seat holders the actor could use the action, not
// counting himself. They follow from the tally; people whom the refused call
// itself was about to touch are not where they seem to be and do not count.
func (d *desk) candidates(g ground, a users.Action) int64 {
	actor, policy := d.request.Actor, d.account.Policy
	if users.Authority(actor.Kind, d.acting().Role, a) != users.Anyone {
		return 0
	}
	possible := func(s users.Standing) bool {
		return holding.Has(s.Status) && policy.counted().Has(s.Role) && s.Role != users.Owner &&
			!(d.own() && (policy.locks(a, s) || !policy.offers(a, s)))
	}
	var n int64
	for _, s := range users.Standings() {
		if possible(s) {
			n += d.account.Tally.Of(s)
		}
	}
	if d.own() && possible(d.acting().Standing()) {
		n--
	}
	if g.desk != d {
		for id := range d.wasPeople {
			if id != d.request.Actor.User && possible(d.people[id].Standing()) {
				n--
			}
		}
	}
	return n
}

// more returns the way to n more seats of a pool: an order within the bounds,
// or a word with the vendor.
func (d *desk) more(id PoolID, n int64) Remedy {
	actor, policy := d.request.Actor, d.account.Policy
	least, most := int64(1), int64(MaxSeats)
	switch users.Authority(actor.Kind, d.acting().Role, users.BuySeats) {
	case users.ByPolicy:
		if !policy.grants(users.BuySeats) || !policy.offers(users.BuySeats, users.Standing{}) {
			most = 0
		} else {
			least, most = policy.order()
		}
	case users.Never:
		most = 0
	}
	order := max(n, least)
	if order > min(most, MaxSeats-d.pools[id].Total.n) {
		return Remedy{Action: users.BuySeats, Count: n, Vendor: true}
	}
	return Remedy{Action: users.BuySeats, Count: order}
}

// cures says which command about the person in the way could lift a refusal.
var cures = map[Code][]users.Action{
	ErrDuplicate:         {users.Reactivate, users.Restore},
	ErrWrongStatus:       {users.Reactivate, users.Restore},
	ErrNotApproved:       {users.Approve},
	ErrInvitationExpired: {users.Notify},
}

// cure tries out which of them help: the commands pass afterwards, or the same
// way leads on from there, as from the archive by way of inactive.
func (g ground) cure(no *Refusal) Remedies {
	var found Remedies
	if leaving.Has(no.Action) || no.Action == users.Erase {
		return nil // nobody is brought back to be put out
	}
	for _, a := range cures[no.Code] {
		next := ground{g.desk.fork(), g.commands}
		first, refused := next.desk.try(about(a, no.User))
		if refused != nil || first.Same {
			continue
		}
		still := next.refusal()
		if still == nil || len(next.cure(still)) > 0 {
			found = append(found, Remedy{Action: a, Count: 1, User: no.User})
		}
	}
	return found
}

// refusal returns the first refusal of the commands, or nil if all pass.
func (g ground) refusal() *Refusal {
	d := g.desk.fork()
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
	}
	return Notify{id}
}
