package seatkeeper

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// ImportReport is what became of people who were brought along.
type ImportReport struct {
	Created  int // people who came in by this call
	Existing int // who were here already, under the same ID
	Refused  int
	// Refusals are the first hundred refused: whom it was about, and the Refusal, whose
	// Index is the place among the people, from 0.
	Refusals []seats.Outcome
	// How the account stands afterwards, if the call ended without an error: the people
	// by status and by how many seats it is Over, and the course pools of the people's
	// licences, in order of ID, each with its Excess.
	Usage seats.Usage
	Pools []seats.Pool
}

const refusalsKept = 100

// Import brings in the people whom the host has kept by itself so far, each as by
// [seats.Import]: as they are, even where the account is above its total then. It is for
// once, in an account that was opened by [Keeper.Open] and has its course pools by
// [seats.SetTotal]:
//
//	_, err := keeper.Open(ctx, seats.Opening{Account: "acme", Seats: seats.Of(50), Owner: olive})
//	report, err := keeper.Import(ctx, "acme", rows) // func(yield func(users.User, error) bool)
//
// Everybody needs an ID, a status, and the instants Created and Since; all that is asked
// is said at [users.User.Clean]. Whoever lacks something is among the refused, which are no
// error: look at the report.
//
// The owner is among the people as well, and here already: he stays as he was opened,
// active from then on.
//
// Every few hundred people are committed together, and no more are kept in memory. An
// error of the people, of the store or of the context ends it. Whoever was read before
// an error of the people is in; the report counts whoever is settled, but for the commit
// under way, which happened as a whole or not at all. To call it again is safe at any
// time and goes on: whoever is in is here already, and whoever was refused is tried
// anew. That is why it needs no request key and leaves that of a [Call] out.
func (k *Keeper) Import(ctx context.Context, account users.AccountID, people iter.Seq2[users.User, error]) (ImportReport, error) {
	k = k.With(Call{Correlation: cmp.Or(k.call.Correlation, k.newID()), Reason: k.call.Reason})
	a := importing{keeper: k, account: account, whole: k.request(users.System(), seats.ByBulk), pools: map[seats.PoolID]bool{}}
	if err := a.all(ctx, people); err != nil {
		return a.report, err
	}
	s, err := k.load(ctx, &seats.Need{Account: account, Pools: slices.Sorted(maps.Keys(a.pools))})
	if err != nil {
		return a.report, err
	}
	a.report.Usage = s.Usage()
	a.report.Pools = slices.DeleteFunc(s.Pools, func(p seats.Pool) bool { return p.ID == seats.Site })
	return a.report, nil
}

// An importing is a call of Import under way.
type importing struct {
	keeper  *Keeper
	account users.AccountID
	whole   seats.Request // but for its commands
	report  ImportReport
	pools   map[seats.PoolID]bool // of the licences of whoever is in
}

// all reads the people and settles them, some at a time. Licences count for how many
// these are, since each has an event of its own.
func (a *importing) all(ctx context.Context, people iter.Seq2[users.User, error]) error {
	var some []seats.Command
	size := 0
	for u, err := range people {
		if err != nil {
			return errors.Join(err, a.settle(ctx, some))
		}
		some = append(some, seats.Import{User: u.Clone()})
		if size += 1 + len(u.Licences); size >= chunkSize {
			if err := a.settle(ctx, some); err != nil {
				return err
			}
			some, size = nil, 0
		}
	}
	return a.settle(ctx, some)
}

// settle imports some of the people, those who come next.
func (a *importing) settle(ctx context.Context, some []seats.Command) error {
	if len(some) == 0 {
		return nil
	}
	r := &a.report
	outcomes, err := a.keeper.doChunk(ctx, a.account, a.whole, some, r.Created+r.Existing+r.Refused)
	for i, o := range outcomes {
		switch {
		case o.Refusal != nil:
			r.Refused++
			if len(r.Refusals) < refusalsKept {
				r.Refusals = append(r.Refusals, o)
			}
			continue
		case o.Unchanged:
			r.Existing++
		default:
			r.Created++
		}
		for _, l := range some[i].(seats.Import).User.Licences {
			if users.CheckID(l.Pool) == nil {
				a.pools[seats.PoolID(l.Pool)] = true
			}
		}
	}
	return err
}
