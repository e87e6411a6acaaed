package seats

import "github.com/seatkeeper/seatkeeper/users"

// remedies returns what the actor of a refused command could do now so that it
// passes: within his rights, the policy's bounds and what is there.
func (d *desk) remedies(c Command, no *Refusal) Remedies {
	short := no.Held + no.Spent + no.Asked - no.Total.n
	switch {
	case no.Code == ErrNoSeats:
		return append(d.freeing(no.Pool, short), d.more(no.Pool, short))
	case no.Code == ErrOrderSize && no.Action == users.ReturnSeats && no.Asked >= no.Least && no.Asked <= no.Total.n:
		return d.freeing(no.Pool, short)
	}
	return d.cure(c, no)
}

// freeing returns the ways to free n held seats of a pool: one action on n
// people whom the actor may put out. They are counted by standing, so the actor's
// own people are there to be chosen from.
func (d *desk) freeing(id PoolID, n int64) Remedies {
	var found Remedies
	for _, a := range leaving.Members() {
		if id == Site && n > 0 && d.candidates(a) >= n {
			found = append(found, Remedy{Action: a, Count: n})
		}
	}
	return found
}

// candidates returns on how many seat holders the actor could use the action, not
// counting himself.
func (d *desk) candidates(a users.Action) int64 {
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

// cure tries out which of them help: the command passes afterwards, or the same
// way leads on from there, as from the archive by way of inactive.
func (d *desk) cure(c Command, no *Refusal) Remedies {
	var found Remedies
	if leaving.Has(no.Action) || no.Action == users.Erase {
		return nil // nobody is brought back to be put out
	}
	for _, a := range cures[no.Code] {
		tried := d.fork()
		first, refused := tried.try(about(a, no.User))
		if refused != nil || first.Same {
			continue
		}
		_, still := tried.try(c)
		if still == nil || len(tried.cure(c, still)) > 0 {
			found = append(found, Remedy{Action: a, Count: 1, User: no.User})
		}
	}
	return found
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
