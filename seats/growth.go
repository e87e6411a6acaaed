package seats

// An Amount is a number of seats, or a percentage of a total, rounded up: 10 per cent of 11 are 2.
// The zero value is none.
type Amount struct {
	Number  int32 `json:"number,omitzero"`  // 1 to [MaxSeats]
	Percent int32 `json:"percent,omitzero"` // 1 to 100, in place of the number
}

// valid reports whether the amount is a number from 1 on or a percentage.
func (a Amount) valid() bool {
	if a.Percent == 0 {
		return a.Number > 0 && a.Number <= MaxSeats
	}
	return a.Number == 0 && a.Percent > 0 && a.Percent <= 100
}

// of returns the seats of a total: a percentage is rounded up, and is at least one seat.
func (a Amount) of(total int64) int64 {
	if a.Percent == 0 {
		return int64(a.Number)
	}
	return max(1, (total*int64(a.Percent)+99)/100)
}

// Growth lets a full pool grow by itself. It answers every command that takes a seat, and the
// planned start of a user: the pool gets as many steps as are needed, then the command passes. The zero value is
// off.
//
// The event [EventSeatsGrown] comes before that of the command. Its Actor is the buyer, the one of the
// command, and its Receivers are those of [BuySeats]. The Outcome has the number as Grown.
//
//   - The total ends at the Ceiling: the last step can be smaller, also than the Least of [Orders]. A pool
//     that can't grow enough is full, and [Policy.WhenFull] says what happens.
//   - A growth is one order, for every actor: it is raised to the Least, and a command that lacks more seats
//     than the Most is refused. A vendor who sells tens alone has a Ceiling of whole tens.
//   - A pool above its total stays as it is, and so does a new account: such a total was set so. [Import]
//     lets the pool be above its total instead.
//   - A booked total stays booked, and is the total on its day. A [Version] stays, too: a total is stale if its
//     version is older than that of the last total set, whenever the pool grew. A newer one counts, also one that
//     the billing made before it knew of the growth, so that the host must tell its billing of each growth.
//   - [ReturnSeats] gives grown seats back. An undo leaves them: they are bought.
type Growth struct {
	Step    Amount `json:"step,omitzero"` // a percentage is one of the total before it
	Ceiling int64  `json:"ceiling"`       // 1 to [MaxSeats]
}

// valid reports whether it is off, or has a step and a ceiling.
func (g Growth) valid() bool {
	return g == Growth{} || g.Step.valid() && g.Ceiling > 0 && g.Ceiling <= MaxSeats
}

// reach returns the largest total of a limited pool by growth.
func (g Growth) reach(p Pool) int64 {
	if p.Excess() > 0 {
		return p.Total.n
	}
	return max(p.Total.n, g.Ceiling)
}

// seats returns the seats by which a pool grows, within the bounds of an order, for the lacking ones; 0: it
// can't.
func (g Growth) seats(p Pool, lacking, least, most int64) int64 {
	most = min(most, g.reach(p)-p.Total.n)
	if lacking > most {
		return 0
	}
	step := g.Step.of(p.Total.n)
	return min(max(least, (lacking+step-1)/step*step), most)
}

// growth returns the effect by which a pool grows before an effect that would leave it as next. It is
// ok if the pool can grow.
func (v *evaluation) growth(f effect, was, next Pool) (grown effect, ok bool) {
	least, most := v.account.Policy.order()
	n := v.account.Policy.growthOf(was.ID).seats(was, next.Excess(), least, most)
	if n == 0 || f.total != (Count{}) {
		return effect{}, false
	}
	if v.shortage != nil {
		v.shortage.grown[was.ID] += n
	}
	return effect{kind: EventSeatsGrown, pool: was.ID, total: Of(was.Total.n + n), count: n, receivers: v.receivers(), reason: f.reason, actor: f.actor}, true
}

// grown returns the further seats of the pool by the event.
func (e *Event) grown() int64 {
	if e.Kind != EventSeatsGrown {
		return 0
	}
	return e.Count
}
