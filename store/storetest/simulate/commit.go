package simulate

import (
	"cmp"
	"errors"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// run carries a request out, a commit with its company.
func (p *play) run(r *request) *reply {
	var answer reply
	if r.method == "Commit" {
		answer = p.runTogether(r)
	} else {
		p.store.do(func(s store.Store) { answer.value, answer.err = r.run(s) })
	}
	if a := p.account(r.account); a != nil {
		r.version = len(a.versions) - 1
	}
	return &answer
}

// runTogether carries a commit out in one call of the store with its company. Those of the company that wait
// are answered later.
func (p *play) runTogether(r *request) reply {
	company := p.company(r)
	answers := p.commit(append([]*request{r}, company...))
	for i, other := range company {
		answer := &answers[1+i]
		p.say("with it goes the Commit of %v: %v", other.call, p.shown(other, answer))
		if n := slices.Index(p.late, other); n >= 0 {
			p.late = slices.Delete(p.late, n, n+1)
		} else {
			other.held = answer
		}
	}
	return answers[0]
}

// company draws commits that the store gets in one call with another one: of those that wait and those that are
// late, from any Keeper. An account has one change in a call.
func (p *play) company(r *request) (company []*request) {
	if !p.chance(90) {
		return nil
	}
	taken := map[users.AccountID]bool{}
	join := func(r *request) {
		for _, c := range r.changes {
			taken[c.Account.ID] = true
		}
	}
	join(r)
	for _, other := range slices.Concat(p.late, p.pending) {
		waits := other.method == "Commit" && other.held == nil
		if waits && !slices.ContainsFunc(other.changes, func(c seats.Change) bool { return taken[c.Account.ID] }) && p.chance(80) {
			company = append(company, other)
			join(other)
		}
	}
	return company
}

// runPart carries out a part of a commit. The other changes are to be tried again; of one change, it is.
func (p *play) runPart(r *request) *reply {
	part := *r
	part.changes = nil
	results := make([]store.CommitResult, len(r.changes))
	var carried []int
	for i, c := range r.changes {
		if results[i].Err = store.ErrConflict; len(r.changes) > 1 && p.chance(50) {
			part.changes, carried = append(part.changes, c), append(carried, i)
		}
	}
	if len(carried) > 0 {
		answer := p.runTogether(&part)
		if answer.err != nil {
			return &answer
		}
		for n, result := range answer.value.([]store.CommitResult) {
			results[carried[n]] = result
		}
	}
	return &reply{value: results}
}

// arrive carries out a commit that was late.
func (p *play) arrive(n int) {
	r := p.late[n]
	p.late = slices.Delete(p.late, n, n+1)
	p.say("a late Commit of %v arrives: %v", r.call, p.shown(r, p.run(r)))
}

// commit carries commits out in one call of the store, and judges what it wrote and what it refused.
func (p *play) commit(requests []*request) []reply {
	var changes []seats.Change
	for _, r := range requests {
		changes = append(changes, r.changes...)
	}
	var results []store.CommitResult
	var err error
	p.store.do(func(s store.Store) { results, err = s.Commit(outside, slices.Clone(changes)...) })
	if err == nil && len(results) != len(changes) {
		p.fail("%d results of %d changes", len(results), len(changes))
		err = errFailed
	}
	if err != nil {
		results = make([]store.CommitResult, len(changes))
	}
	p.commits(results, err)
	answers, rest := make([]reply, len(requests)), results
	for i, r := range requests {
		mine := rest[:len(r.changes)]
		answers[i], rest = reply{mine, err}, rest[len(mine):]
		for n, c := range r.changes {
			if cmp.Or(err, mine[n].Err) == nil {
				p.written(r, c)
			}
		}
	}
	for i, c := range changes {
		if err := cmp.Or(err, results[i].Err); err != nil && !errors.Is(err, store.ErrUnknown) {
			p.refused(c, err)
		}
	}
	return answers
}

// refused holds the store against the account as it was before a change that the store has refused.
func (p *play) refused(c seats.Change, err error) {
	if p.finding == "" {
		if p.checkAccount(p.account(c.Account.ID)); p.finding != "" {
			p.finding += ", after the store has refused a change: " + err.Error()
		}
	}
}
