package seatkeeper

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A SyncPlan is what a run of [Keeper.Sync] would do now.
type SyncPlan struct {
	Differences seats.Differences `json:"differences"`
	// Stops is the refusal of the run, whose source is held or would be; nil: it may go on.
	Stops *seats.Refusal `json:"stops,omitzero"`
	// Plan has the totals of the commands, and the numbers of the account before and after, as if the source were released.
	Plan seats.LargePlan `json:"plan"`
}

// UnmarshalJSON reads a plan by [users.ReadJSON].
func (p *SyncPlan) UnmarshalJSON(text []byte) error {
	type plain SyncPlan
	return users.ReadJSON(text, (*plain)(p))
}

// A SyncResult is the result of a run of [Keeper.Sync]. The Differences are those of its beginning; to those left
// as they are it adds the commands that were refused.
type SyncResult struct {
	Differences seats.Differences
	LargeResult
}

// Sync makes the users of a source like a complete roster, which is read once, as the users of the account are:
// [seats.NewComparison] has the rules. Then it carries out the commands by [users.Sync] as [Keeper.DoAll] does:
// leavers first, so that a full account exchanges users one for one. In a queue, places older than
// [seats.LongWait] get the seats of the leavers before the joiners do, which then wait, see [seats.Queue]. Their events have the name of
// the source, a reason, and the [Call] Correlation, or a new one, as that of the run.
//
// The guard of the source is asked once, with all that the run would take away, see [seats.SyncRun.Stops]. A run that trips it
// changes no user: the source is held with its numbers, and the run is refused as [seats.ErrSourceHeld], as are those by a source that is
// held, until [seats.ReleaseSource] or [seats.RejectRun]. A run meanwhile ends with the same refusal, beside what was done. In a
// transaction of the host the refusal alone is left.
//
// The roster ends with [io.EOF] in the place of an error, see [users.Complete]: it says so that it is complete. One
// that ends otherwise, and one that is empty or has faulty rows alone, are refused as [seats.ErrBadInput], and so is a run whose Plan
// is another one; an error of the roster is returned. Nothing was changed then. An unknown account is
// [store.ErrNotFound].
//
// Users who are missing leave once the [seats.Patience] of the source is over, and the Missing of the Differences are those who
// wait. A run is counted once it has ended. One that is refused, held or ended in the middle is not: the next one counts for it. The
// same roster once more is counted again, so that Hours guard against retries; of two runs at once one is counted. For a source
// with patience the store must be [store.Misses], else it is [store.ErrNoMisses].
//
// Faulty rows stop no run: a file of [users.ScanRoster], or of [users.ReadRoster] with SkipFaulty, tells each as a [users.Fault], and a list of
// the host's own is checked here. The users of its keys stay as they are, and while the key of one can't be read, no missing
// user leaves: [seats.Comparison] has the rules. A fault of the file as a whole, [users.Faults], is returned.
//
// Faulty rows and refused ones are in the Untouched of the result, see [seats.Untouched], and are tried again by the next run. The
// same roster once more changes no user but those whose patience is over by then. A run that has ended in the middle, by an error or
// with its process, is made good by the next one. settled and later errors are as in [Keeper.DoAll]. The Receipt undoes the run, see
// [Keeper.Undo]; that of a run whose process was killed is made from the events with its Correlation.
func (k *Keeper) Sync(
	ctx context.Context, account users.AccountID, run seats.SyncRun, roster iter.Seq2[users.Entry, error],
	settled func(seats.Command, seats.Outcome) error,
) (SyncResult, error) {
	k = k.correlated(Call{Correlation: k.call.Correlation, Reason: k.call.Reason})
	row, differences, err := k.compare(ctx, "Sync", account, run, roster)
	result := SyncResult{Differences: differences}
	if err != nil {
		return result, err
	}
	if refusal := run.Agrees(differences); refusal != nil {
		return result, refusal
	}
	if refusal, hold := run.Stops(row, differences, k.now()); refusal != nil {
		if hold != nil && !k.bound {
			_, err = k.Do(ctx, account, users.Sync(run.Source), hold)
		}
		if err != nil {
			return result, errors.Join(refusal, err) // the next run will hold it
		}
		return result, refusal
	}
	rows := make([]int32, 0, differences.Len())
	for row := range differences.Commands() {
		rows = append(rows, int32(row))
	}
	n, told := 0, map[int32]*seats.Refusal{} // an exchange is told once for each of its rows
	var held error
	note := func(c seats.Command, o seats.Outcome) error {
		if o.Refusal != nil && o.Refusal.Code == seats.ErrSourceHeld {
			held = o.Refusal
		}
		if row := rows[n]; o.Refusal != nil && told[row] != o.Refusal {
			result.Differences.Leave(int(row), o.Refusal)
			told[row] = o.Refusal
		}
		if n++; settled == nil {
			return nil
		}
		return settled(c, o)
	}
	request := k.request(users.Sync(run.Source), seats.ByBulk)
	result.LargeResult, err = k.doAll(ctx, "Sync", account, request, parts(differences), func([]seats.Command) error { return held }, note)
	if err == nil {
		err = held
	}
	if err == nil {
		err = k.setMissing(ctx, account, run.Source, &result.Differences)
	}
	return result, err
}

// PreviewSync returns what [Keeper.Sync] would do now, for an admin to look at. The Digest of its Differences is the
// Plan of a [seats.SyncRun] that does this and nothing else, with the roster given again. Errors are those of Sync.
func (k *Keeper) PreviewSync(
	ctx context.Context, account users.AccountID, run seats.SyncRun, roster iter.Seq2[users.Entry, error],
) (_ SyncPlan, err error) {
	k, end := k.observed(ctx, CallStats{Method: "PreviewSync", Account: account, Actor: users.ActorSync})
	defer end(&err)
	k = k.unobserved()
	row, differences, err := k.compare(ctx, "PreviewSync", account, run, roster)
	if err != nil {
		return SyncPlan{}, err
	}
	stops, _ := run.Stops(row, differences, k.now())
	plan, err := k.previewAll(ctx, account, users.Sync(run.Source), parts(differences), func(a seats.Account) seats.Account {
		return a.Released(run.Source, differences.Losses(), k.now())
	})
	return SyncPlan{differences, stops, plan}, err
}

// parts lists the commands of differences as those that share a commit.
func parts(d seats.Differences) iter.Seq2[seats.Part, error] {
	return func(yield func(seats.Part, error) bool) {
		for part := range d.Parts(chunkSize) {
			if !yield(part, nil) {
				return
			}
		}
	}
}

// compare compares the users of an account with a roster, and returns the account's row too.
func (k *Keeper) compare(
	ctx context.Context, method string, account users.AccountID, run seats.SyncRun, roster iter.Seq2[users.Entry, error],
) (_ seats.Account, _ seats.Differences, err error) {
	k, end := k.observed(ctx, CallStats{Method: method, Account: account, Actor: users.ActorSync})
	defer end(&err)
	s, err := k.load(ctx, &seats.Need{Account: account})
	if err != nil {
		return s.Account, seats.Differences{}, err
	}
	c, refusal := seats.NewComparison(s.Account, run, seats.Request{At: k.now(), Zones: k.options.Zones})
	if refusal != nil {
		return s.Account, seats.Differences{}, refusal
	}
	var filter users.Filter
	for more := true; more; {
		page, err := k.store.Users(ctx, account, filter, syncPage)
		if err != nil {
			return s.Account, seats.Differences{}, err
		}
		for _, u := range page {
			c.User(u)
		}
		if more = len(page) == syncPage; more {
			filter = filter.NextPage(page[len(page)-1])
		}
	}
	if err := k.missing(ctx, account, run.Source, s.Account, c); err != nil {
		return s.Account, seats.Differences{}, err
	}
	complete := false
	for e, err := range roster {
		if err == nil {
			if refusal := c.Row(e); refusal != nil {
				return s.Account, seats.Differences{}, refusal
			}
			continue
		}
		if fault, ok := users.RowFault(err); ok {
			c.Fault(fault)
			continue
		}
		if complete = errors.Is(err, io.EOF); !complete {
			return s.Account, seats.Differences{}, err
		}
		break
	}
	d, refusal := c.Differences(complete)
	if refusal != nil {
		return s.Account, d, refusal
	}
	return s.Account, d, nil
}

// syncPage is the number of users and of misses that a comparison reads at a time.
const syncPage = 1000
