package seats

import (
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A PlannedPool has the numbers of a course pool before a plan, and if all that fits is carried
// out. Those of a new pool before it are zero.
type PlannedPool struct {
	Before Usage      `json:"before"`
	After  Usage      `json:"after"`
	Seated []users.ID `json:"seated,omitzero"` // waiting users who get the licences that are left free, see [Queue]
}

// UnmarshalJSON reads the numbers by [users.ReadJSON].
func (p *PlannedPool) UnmarshalJSON(text []byte) error {
	type plain PlannedPool
	return users.ReadJSON(text, (*plain)(p))
}

// seated lists the users who get a seat of a pool by its queue.
func (c Change) seated(pool PoolID) (ids []users.ID) {
	for _, e := range c.Events {
		if e.Kind == EventSeated && e.Pool == pool {
			ids = append(ids, e.User)
		}
	}
	return ids
}

// plannedPools returns the course pools of a change with other numbers.
func plannedPools(s Snapshot, c Change, at time.Time) (all []PlannedPool) {
	then := s.Apply(c)
	for _, p := range c.Pools {
		before, _ := s.UsageOfPool(p.ID, at)
		after, _ := then.UsageOfPool(p.ID, at)
		if p.ID != Site && (before.Total != after.Total || before.Held != after.Held || before.Spent != after.Spent) {
			after.Revision, after.Sequence = 0, 0 // they do not exist yet
			all = append(all, PlannedPool{before, after, c.seated(p.ID)})
		}
	}
	return all
}

// grown returns the seats by which the pools grow.
func (p Plan) grown() (n int64) {
	for _, step := range p.Steps {
		n += step.Outcome.Grown
	}
	return n
}

// growing says by how many seats the pools grow.
func growing(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %d %s added by growth", n, form(int(n), "seat is", "seats are"))
}

// assigned counts the licences assigned by the plan, and the users waiting for one.
func (p Plan) assigned() (text string) {
	n, waits := 0, 0
	for _, step := range p.Steps {
		switch o := step.Outcome; {
		case o.Waits():
			waits++
		case o.Action == users.ActionAssignCourse && o.Refusal == nil && !o.Unchanged:
			n++
		}
	}
	if n > 0 {
		text = fmt.Sprintf("; %d %s assigned", n, form(n, "licence is", "licences are"))
	}
	if waits > 0 {
		text += fmt.Sprintf("; %d %s for a licence", waits, form(waits, "user waits", "users wait"))
	}
	return text
}
