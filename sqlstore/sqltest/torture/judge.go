package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// An answer is what became of the calls with one request key, as far as their client
// knows: the last entry. Once acknowledged, a call stays so; once unknown it is never
// refused, since the first one may have been carried out all the same.
type answer entry

func (a answer) then(e entry) answer {
	if a.Said == acknowledged || a.Said == unknown && e.Said != acknowledged {
		return a
	}
	return answer(e)
}

// readJournals returns what the clients were told, by request key.
func readJournals(folder string) (map[string]answer, error) {
	told := map[string]answer{}
	paths, err := filepath.Glob(filepath.Join(folder, "journal-*"))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		lines := strings.Split(string(text), "\n")
		for _, line := range lines[:len(lines)-1] { // the last one is empty, or its client was killed
			var e entry
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			told[e.Key] = told[e.Key].then(e)
		}
	}
	return told, err
}

// A verdict is what an engine is judged to have done.
type verdict struct{ acknowledged, unknown, lost, doubled, oversold, drift int }

func (v verdict) String() string {
	return fmt.Sprintf("acknowledged=%d unknown=%d lost=%d doubled=%d oversold=%d drift=%d",
		v.acknowledged, v.unknown, v.lost, v.doubled, v.oversold, v.drift)
}

func (v verdict) passes() bool {
	return v.acknowledged > 0 && v.lost+v.doubled+v.oversold+v.drift == 0
}

// judge holds what is there against what was told.
func judge(s store.Store, told map[string]answer) (v verdict, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	k, err := seatkeeper.New(s, seatkeeper.Options{MaxSkew: math.MaxInt64})
	if err != nil {
		return v, err
	}
	there := map[string][]seats.Event{}
	for i := range accounts {
		id := accountID(i)
		for e, err := range k.Events(ctx, id, seats.EventFilter{}) {
			if err != nil {
				return v, err
			}
			if e.Key != "" {
				there[e.Key] = append(there[e.Key], e)
			}
			v.find(&v.oversold, isFull(e), "oversold: %+v", e)
		}
		snapshots, err := s.Load(ctx, seats.Need{Account: id, Pools: []seats.PoolID{"course"}})
		if err != nil {
			return v, err
		}
		for _, p := range snapshots[0].Pools {
			v.find(&v.oversold, !p.Sound(), "oversold: account %s: %+v", id, p)
		}
		drifts, err := k.Audit(ctx, id)
		if err != nil {
			return v, fmt.Errorf("account %s: %w", id, err)
		}
		for _, d := range drifts {
			v.find(&v.drift, true, "drift: account %s: %+v", id, d)
		}
	}
	for key, events := range there {
		_, asked := told[key]
		v.find(&v.doubled, !asked, "doubled: never asked for: %+v", events)
	}
	for key, a := range told {
		v.call(a, there[key])
	}
	return v, nil
}

// find counts what was found, and says what it is.
func (v *verdict) find(count *int, found bool, format string, values ...any) {
	if found {
		*count++
		log.Printf(format, values...)
	}
}

// isFull reports whether an event takes seats and more are held then than there are.
// People that are brought along, a total that is cut, and a policy by which other people
// hold seats may bring an account there.
func isFull(e seats.Event) bool {
	total, limited := e.Total.Number()
	may := []seats.EventKind{seats.EventImported, seats.EventTotalSet, seats.EventTotalBooked, seats.EventPolicySet}
	return e.Delta > 0 && limited && e.Held+e.Spent > total && !slices.Contains(may, e.Kind)
}

// call judges what was told about one call.
func (v *verdict) call(a answer, events []seats.Event) {
	changes := map[int]seats.ChangeID{} // by place of the command
	lost, doubled := false, false
	for _, e := range events {
		first, seen := changes[e.Index]
		doubled = doubled || e.Account != a.Account || seen && first != e.Change
		changes[e.Index] = e.Change
	}
	switch {
	case a.Said == refused:
		doubled = doubled || len(events) > 0
	case a.Said != acknowledged:
		v.unknown++
	case a.Events != "":
		v.acknowledged++
		lost = a.Events != digest(events)
	default:
		v.acknowledged++
		for _, place := range a.Places {
			lost = lost || changes[place] == ""
		}
		doubled = doubled || len(changes) > len(a.Places)
	}
	v.find(&v.lost, lost, "lost: %+v: there are %+v", a, events)
	v.find(&v.doubled, doubled, "doubled: %+v: there are %+v", a, events)
}
