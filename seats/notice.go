package seats

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// notices are the kinds of event that accompany another one of the same command.
var notices = []EventKind{EventSeatsGrown, EventSeatsLow, EventSeatsFull, EventSeatsOver}

// isNotice reports whether an event accompanies another one.
func (k EventKind) isNotice() bool { return slices.Contains(notices, k) }

// leaping are the actions that can take several seats of a pool, or change the number that is free.
var leaping = users.In(users.ActionImport, users.ActionSetTotal, users.ActionBookTotal, users.ActionSetPolicy, users.ActionReopen, users.ActionSetCode)

// mayTell reports whether the request can lead to a notice, which names the admins. Every command that
// does not leap takes at most one seat of a pool.
func (r Request) mayTell(s Snapshot) bool {
	policy := s.Account.Policy
	if !policy.tells() {
		return false
	}
	if Actions(r.Commands)&leaping != 0 {
		return true
	}
	return slices.ContainsFunc(s.Pools, func(p Pool) bool {
		return p.Waiting.Approved() > 0 || !p.Total.IsUnlimited() && policy.mayTell(p, int64(len(r.Commands)))
	})
}
