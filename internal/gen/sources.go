package gen

import (
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// onSource draws a command about a sync: of one that is held, if there is one.
func (d Dice) onSource(action users.Action, reason string) seats.Command {
	name := Or(d, []string{"hr", "hr", "ad"}, "", long, bad[0], "nowhere")
	if d.account != nil && d.Chance(80) {
		for _, source := range []string{"hr", "ad"} {
			if s := d.account.Sources[source]; s != nil && !s.Hold.Since.IsZero() {
				name = source
			}
		}
	}
	losses := func() seats.Losses {
		if d.Chance(50) {
			return seats.Losses{}
		}
		return seats.Losses{Leavers: int64(d.Below(4)), Dated: int64(d.Below(2)), Keys: int64(d.Below(3)), Admins: Or(d, []int64{0, 0, 1}, -1)}
	}
	switch action {
	case users.ActionEditSource:
		c := seats.EditSource{Source: name}
		if d.Chance(50) {
			c.Rank = new(Or(d, []int{0, 1, 2}, -1))
		}
		if d.Chance(50) {
			c.Adopts = new(d.Chance(50))
		}
		if d.Chance(50) {
			c.Guard = new(Or(d, []seats.Guard{{}, {Few: 1, Day: 50, Month: 60, Ever: 100}, {Day: 100, Month: 100, Ever: 100}}, seats.Guard{Few: -1}, seats.Guard{Ever: 101}))
		}
		if d.Chance(30) {
			c.Patience = new(Or(d, []seats.Patience{{}, {Runs: 2}, {Runs: 100, Hours: 8784}}, seats.Patience{Runs: 101}, seats.Patience{Runs: -1}, seats.Patience{Hours: 8785}, seats.Patience{Hours: -1}))
		}
		return c
	case users.ActionHoldSource:
		c := seats.HoldSource{Source: name, Losses: losses(), Cause: Or(d, []string{"", "", "held-by-hand", "changed-keys"}, "most-leave")}
		if d.Chance(30) {
			c.Sample, c.Plan = []users.ID{"olive", "x"}, Or(d, []string{"", "digest"}, bad[0])
		}
		return c
	case users.ActionReleaseSource:
		return seats.ReleaseSource{Source: name, Losses: losses(), Reason: reason}
	}
	return seats.RejectRun{Source: name, Reason: reason}
}
