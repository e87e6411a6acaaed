package seats

// A waiting way has commands that were refused so far, and the place of their outcomes.
type waiting struct {
	way     []Command
	place   int
	refusal *Refusal // the last one
}

// carryOut carries commands about one user out, all or none.
func (w *wayBack) carryOut(way ...Command) {
	place := len(w.outcomes)
	for _, c := range way {
		w.note(c, Outcome{Action: c.Action(), User: c.target()}, nil)
	}
	w.attempt(waiting{way: way, place: place})
}

// attempt carries commands out, or lets them wait.
func (w *wayBack) attempt(next waiting) {
	next.refusal = nil
	if len(next.way) > 1 {
		next.refusal = w.trial(next.way)
	}
	for i := 0; i < len(next.way) && next.refusal == nil; i++ {
		w.begin(next.place+i, next.way[i])
		w.outcomes[next.place+i], next.refusal = w.try(next.way[i]) // not tryInCall: those who were there come back first
	}
	if next.refusal != nil {
		w.waiting = append(w.waiting, next)
	}
}

// trial returns the first refusal of commands about one user.
func (w *wayBack) trial(way []Command) (refusal *Refusal) {
	trial := w.fork(way)
	for i := 0; i < len(way) && refusal == nil; i++ {
		_, refusal = trial.try(way[i])
	}
	return refusal
}

// retry carries out what waited for a seat, a licence or a key that was put back later, or for
// another command about the same user, until nothing more passes. The rest is refused.
func (w *wayBack) retry() {
	for before := len(w.waiting) + 1; len(w.waiting) < before; {
		before = len(w.waiting)
		again := w.waiting
		w.waiting = nil
		for _, next := range again {
			w.attempt(next)
		}
	}
	for _, next := range w.waiting {
		for i := range next.way {
			w.refuse(next.place+i, *next.refusal)
		}
		if len(next.way) == 1 {
			refusal := w.outcomes[next.place].Refusal
			refusal.Remedies = w.remedies(next.way, refusal)
		}
	}
}

// refuse completes the outcome of a refused command.
func (w *wayBack) refuse(place int, refusal Refusal) {
	o := &w.outcomes[place]
	refusal.Action, refusal.User, refusal.Index = o.Action, o.User, w.request.Index+place
	o.Refusal = &refusal
}

// note adds the outcome of a command; nil: of what is final.
func (w *wayBack) note(c Command, o Outcome, refusal *Refusal) {
	w.seen(c)
	if w.outcomes = append(w.outcomes, o); refusal != nil {
		w.refuse(len(w.outcomes)-1, *refusal)
	}
}
