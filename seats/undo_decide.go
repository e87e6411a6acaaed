package seats

import (
	"cmp"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// DecideUndo is [DecideEach] for the commands that undo what a call did, as far as the account is
// still as the call left it: status and role, fields, groups, days of a leave or a start, and
// unstarted licences. A created user is deleted while the invitation is open; where that was by [Join],
// the code gets its use back while it is open, and holds the seat in advance again if it does for the others.
// A join code that the call made, changed or ended stays so, with its text, its uses and the seats that it holds,
// and so does a user who has come in by one.
// A user who was added as an active one, by [Add], is deactivated and stays, since they may have signed in: [Delete]
// is the way to more, and [Reactivate] the way back, also for a sync that is to have the user again.
//
// There is an outcome for each command; one that is Unchanged for what is back already, so that
// undoing twice is undoing once; [ErrChangedMeanwhile] for what was changed since, with the field
// or the present status; and [ErrFinal] for sign-ins, messages, deletions, orders, users taken over by a sync,
// ownerships, places in the queue, join codes and the terms of the account; of join codes it has a Reason. The actor needs the
// authority for the commands.
//
// The order is that of the list. A command that is refused is tried again after the others, for
// as long as that puts more back, so that a call that nothing has followed is undone whole, but
// for four cases, in which commands are refused:
//
//   - The call made an inactive user active or invited, and then archived the user. The way back is
//     through that status, with a seat that is free at that moment. Without one all of the way is
//     refused, with what needs the status before.
//   - The call returned a licence of a user who was inactive. An inactive user is assigned none; one
//     made active by the call gets it before the way back, if a licence is free at that moment.
//   - The call invited a user who waited for a start or a seat. The user is inactive again, but the
//     days of a start and a leave are not set: the invitation has gone out.
//   - Several users exchanged addresses, usernames or external IDs among themselves, each the one
//     of another. Their edits are refused.
//
// The snapshot must cover [Request.Needs] and [Request.Widen] of a request with the
// [Undoing.Commands]. The request key is of no effect.
func DecideUndo(s Snapshot, r Request, list []Undoing) Decision {
	v, outcomes := evaluateUndo(s, r, list, func(Command) {})
	return v.decision(outcomes)
}

// PreviewUndo returns what [DecideUndo] would do, as a plan to look at: [Plan.Decide] refuses it. A
// step without a command is about what is final. Not more than [MaxCommands] steps.
func PreviewUndo(s Snapshot, r Request, receipt Receipt, list []Undoing) (Plan, error) {
	p := newPlan(s, r)
	p.Undoes = cmp.Or(receipt.Correlation, "a call")
	v, outcomes := evaluateUndo(s, r, list, func(c Command) { p.Steps = append(p.Steps, Planned{Command: c}) })
	if len(outcomes) > MaxCommands {
		return Plan{}, badInput("commands", errTooMany)
	}
	for i, o := range outcomes {
		p.Steps[i].Outcome = o
	}
	return p.with(s, v.change()), nil
}

// evaluateUndo undoes a list, and hands each command to seen; nil for what is final.
func evaluateUndo(s Snapshot, r Request, list []Undoing, seen func(Command)) (*evaluation, []Outcome) {
	r.Key, r.Digest = "", ""
	w := wayBack{evaluation: newEvaluation(s, r).inBulk(nil), seen: seen}
	w.joined = map[users.ID]PoolID{}
	for _, u := range list {
		if u.code != "" {
			w.joined[u.user] = u.code
		}
		w.undo(u)
	}
	w.retry()
	return w.evaluation, w.outcomes
}

// A wayBack is an undo under way.
type wayBack struct {
	*evaluation
	seen     func(Command)
	outcomes []Outcome
	waiting  []waiting
}

// A fit says whether something is as the call left it.
type fit uint8

const (
	asLeft    fit = iota
	isBack        // as before the call
	isChanged     // neither
)

// fitOf compares the value of now with those before and after the call.
func fitOf[V comparable](now, before, after V) fit {
	switch now {
	case before:
		return isBack
	case after:
		return asLeft
	}
	return isChanged
}

func (w *wayBack) undo(u Undoing) {
	switch {
	case u.active && u.code == "" && u.after.Status != users.Deleted:
		w.licences(u)
		w.added(u)
	case u.created && u.after.Status != users.Deleted:
		w.invitation(u)
	case u.user == "" || u.before.Status == users.NoStatus || u.after.Status == users.Deleted:
	default:
		into := !holding.Has(u.before.Status) // where no licence can be assigned
		if into {
			w.licences(u)
		}
		leave := w.people.of(u.user).Schedule.Leave
		w.status(u)
		w.role(u)
		w.fields(u)
		w.days(u, leave)
		if !into {
			w.licences(u)
		}
	}
	if u.created {
		return // what followed the invitation goes with it
	}
	for _, action := range u.final {
		w.final(u.user, action)
	}
}

// put carries a command out if it fits, and else notes the outcome, as far as the actor may see it.
func (w *wayBack) put(c Command, f fit, why func(*Refusal)) {
	if f == asLeft {
		w.carryOut(c)
		return
	}
	o := Outcome{Action: c.Action(), User: c.target()}
	u, refusal := w.authorize(c)
	switch {
	case refusal != nil:
	case f == isBack:
		o.Before, o.After, o.Unchanged = u.Segment(), u.Segment(), true
	default:
		refusal = refuse(ErrChangedMeanwhile, u.ID)
		why(refusal)
	}
	w.note(c, o, refusal)
}

// final notes what stays.
func (w *wayBack) final(user users.ID, a users.Action) {
	gate := a
	if user != "" {
		gate = users.ActionReactivate
	}
	grant, refusal := w.authority(gate)
	switch {
	case refusal != nil:
	case user != "" && !w.covers(grant, user):
		refusal = refuse(ErrForbidden, "").because(outOfReach[grant])
	default:
		refusal = refuse(ErrFinal, "")
		if reason, ok := finalReasons[a]; ok {
			refusal = refusal.because(reason)
		}
	}
	w.note(nil, Outcome{Action: a, User: user}, refusal)
}

// nowIs adds the present status of the user to a refusal.
func (w *wayBack) nowIs(u users.User) func(*Refusal) {
	return func(r *Refusal) { r.Reason = statusReason(u, w.account.Policy.Shows(u.Status)) }
}

// invitation deletes a user created by the call, before the first sign-in.
func (w *wayBack) invitation(u Undoing) {
	row := w.people.of(u.user)
	f := isChanged
	switch {
	case row.Status == users.Deleted:
		f = isBack
	case row.FirstSignIn.IsZero() && (row.Status == users.Invited || row.Status == u.after.Status):
		f = asLeft
	}
	if !row.FirstSignIn.IsZero() && slices.Contains(u.final, users.ActionAccept) || u.after.Status == users.Active {
		action := users.ActionAccept
		if u.code != "" {
			action = users.ActionJoin
		}
		w.final(u.user, action)
		return
	}
	w.put(Delete{User: u.user}, f, w.nowIs(row))
}

// added deactivates a user created as an active one.
func (w *wayBack) added(u Undoing) {
	row, f := w.people.of(u.user), isChanged
	switch {
	case !holding.Has(row.Status):
		f = isBack
	case row.Status == u.after.Status && row.StatusSince.Equal(u.since):
		f = asLeft
	}
	w.put(Deactivate{User: u.user}, f, w.nowIs(row))
}

// status takes the user back to the status before.
func (w *wayBack) status(u Undoing) {
	row := w.people.of(u.user)
	if u.before.Status == u.after.Status || u.before.Status == users.Invited && u.after.Status == users.Active {
		return // or signed in, or approved
	}
	f := fitOf(row.Status, u.before.Status, u.after.Status)
	if f == asLeft && !row.StatusSince.Equal(u.since) {
		f = isChanged
	}
	way := wayTo(row, u.before.Status)
	if f == asLeft && archives(way[0]) && slices.ContainsFunc(w.evaluation.licences[u.user], unstarted) {
		f = isChanged // the archive would take licences that are newer than the call
	}
	if f == asLeft {
		w.carryOut(way...)
		return
	}
	w.put(way[0], f, w.nowIs(row))
}

func archives(c Command) bool { return c.Action() == users.ActionArchive }

func unstarted(l users.Licence) bool { return l.State() == users.LicenceAssigned }

// wayTo returns the commands that take a user to another status, at least one.
func wayTo(u users.User, to users.Status) []Command {
	switch {
	case to == users.Archived:
		return []Command{Archive{User: u.ID}}
	case u.Status == users.Archived && u.ArchivedAs == users.Inactive && to != users.Inactive:
		return []Command{Restore{u.ID}, Reactivate{u.ID}}
	case u.Status == users.Archived && u.ArchivedAs != users.Inactive && to == users.Inactive:
		return []Command{Restore{u.ID}, Deactivate{User: u.ID}}
	case u.Status == users.Archived:
		return []Command{Restore{u.ID}}
	case to == users.Inactive:
		return []Command{Deactivate{User: u.ID}}
	}
	return []Command{Reactivate{u.ID}}
}

// role takes the user back to the role before. Ownerships stay.
func (w *wayBack) role(u Undoing) {
	if was, is := u.before.Role, u.after.Role; was != is && was != users.Owner && is != users.Owner {
		w.put(ChangeRole{u.user, was}, fitOf(w.people.of(u.user).Role, was, is), func(r *Refusal) { r.Field = "role" })
	}
}

// fields edits the fields back that are as the call left them.
func (w *wayBack) fields(u Undoing) {
	switch {
	case len(u.fields) == 0:
		return
	case u.unknown:
		w.noValues(Edit{User: u.user})
		return
	}
	set, changed := u.values.Back.Undo(u.values.Forth, w.people.of(u.user).Profile, u.fields)
	switch {
	case set != users.Patch{}:
		w.put(Edit{User: u.user, Set: set}, asLeft, nil)
	case len(changed) == 0:
		w.put(Edit{User: u.user}, isBack, nil)
	}
	for _, field := range changed {
		w.put(Edit{User: u.user}, isChanged, func(r *Refusal) { r.Field = field })
	}
}

// noValues refuses a command whose values are missing.
func (w *wayBack) noValues(c Command) {
	w.put(c, isChanged, func(r *Refusal) { *r = *badInput("receipt", errNoValues) })
}

// days puts back the days of a leave and of a start, those that ended with the status included: by the call,
// and the leave until now, which the call did not change, by the way back.
func (w *wayBack) days(u Undoing, leave users.Leave) {
	row, was := w.people.of(u.user), u.values
	if u.scheduled && u.unknown {
		w.noValues(Unschedule{u.user})
		return
	}
	// A day that came since is gone, and yet nothing is back.
	seated := holding.Has(row.Status)
	came := seated != holding.Has(u.before.Status) && seated != holding.Has(u.after.Status)
	if was.Start != was.NewStart {
		w.day(Schedule{User: u.user, Start: was.Start}, fitOf(row.Start.Date, was.Start, was.NewStart), "start", came)
	}
	switch {
	case was.Leave != was.NewLeave:
		w.day(Schedule{User: u.user, Leave: was.Leave}, fitOf(row.Schedule.Leave, was.Leave, was.NewLeave), "leave", came)
	case row.Schedule.Leave != leave:
		w.put(Schedule{User: u.user, Leave: leave}, asLeft, nil)
	}
}

// day sets a day again, or cancels it and leaves the user's other one.
func (w *wayBack) day(c Schedule, f fit, field string, came bool) {
	why := func(r *Refusal) { r.Field = field }
	if f == isBack && came {
		f, why = isChanged, w.nowIs(w.people.of(c.User))
	}
	if c.Leave != (users.Leave{}) || c.Start != "" {
		w.put(c, f, why)
		return
	}
	row := w.people.of(c.User)
	w.put(Unschedule{c.User}, f, why)
	if f != asLeft {
		return
	}
	switch {
	case field == "leave" && row.Start.Date != "":
		w.put(Schedule{User: c.User, Start: row.Start.Date}, asLeft, nil)
	case field == "start" && row.Schedule.Date != "":
		w.put(Schedule{User: c.User, Leave: row.Schedule.Leave}, asLeft, nil)
	}
}

// licences returns what the call assigned, assigns again what it returned, and puts due dates
// back.
func (w *wayBack) licences(u Undoing) {
	for _, l := range u.licences {
		switch {
		case l.held > 0:
			w.assigned(u.user, l)
		case l.held < 0:
			w.taken(u.user, l)
		case l.dated && l.unknown:
			w.noValues(SetDueDate{User: u.user, Pool: l.pool})
		case l.values.DueDate != l.values.NewDueDate && (l.dated || w.latest(u.user, l.pool).IsOpen(w.request.At)):
			now := w.latest(u.user, l.pool).DueDate
			w.put(SetDueDate{u.user, l.pool, l.values.DueDate}, fitOf(now, l.values.DueDate, l.values.NewDueDate),
				func(r *Refusal) { r.Field, r.Pool = "due-date", l.pool })
		}
	}
}

// assigned returns a licence that the call assigned.
func (w *wayBack) assigned(user users.ID, l licenceUndoing) {
	now, f := w.latest(user, l.pool), isChanged
	if now.Assigned.Equal(l.at) {
		switch now.State() {
		case users.LicenceReturned:
			f = isBack
		case users.LicenceAssigned, users.LicenceStarted:
			f = asLeft // the command refuses a started one, with the time since
		}
	}
	w.put(UnassignCourse{user, l.pool}, f, func(r *Refusal) { r.Field, r.Pool = "licence", l.pool })
}

// taken assigns a licence again that the call returned.
func (w *wayBack) taken(user users.ID, l licenceUndoing) {
	now, f := w.latest(user, l.pool), isBack
	if now.State() == users.LicenceReturned && now.Returned.Equal(l.at) {
		f = asLeft
	} else if state := now.State(); state == users.LicenceReturned || state == users.LicenceArchived {
		f = isChanged
	}
	due := now.DueDate
	if l.values.DueDate != l.values.NewDueDate && due == l.values.NewDueDate {
		due = l.values.DueDate // the call set another one first
	}
	w.put(AssignCourse{user, l.pool, due}, f, func(r *Refusal) { r.Field, r.Pool = "licence", l.pool })
}
