package seats_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// bulk carries out commands one by one and returns the receipt, as read from its JSON.
func (s *site) bulk(actor users.Actor, commands ...seats.Command) (r seats.Receipt) {
	s.t.Helper()
	request := s.request(actor, commands...)
	made := seats.NewReceipt("acme", request)
	d := seats.DecideEach(s.rows, request)
	s.write(d.Change)
	made.Add(d)
	text, err := json.Marshal(made)
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(text, &r))
	require.Equal(s.t, made, r)
	return r
}

// eventsOf lists the events of a commit.
func (s *site) eventsOf(c seats.ReceiptCommit) iter.Seq2[seats.Event, error] {
	return func(yield func(seats.Event, error) bool) {
		for _, e := range s.events {
			if c.First <= e.Sequence && e.Sequence <= c.Last && !yield(e, nil) {
				return
			}
		}
	}
}

// undo undoes a receipt with the rows that its commands need, and returns the outcomes as lines.
func (s *site) undo(actor users.Actor, receipt seats.Receipt) (lines []string, redo seats.Receipt) {
	s.t.Helper()
	list, err := receipt.Undoings("acme", s.eventsOf)
	require.NoError(s.t, err)
	var commands []seats.Command
	for _, u := range list {
		commands = append(commands, u.Commands()...)
	}
	r := s.request(actor, commands...)
	need := r.Needs("acme")
	rows := need.Select(s.rows)
	for r.Widen(&need, rows) {
		rows = need.Select(s.rows)
	}
	p, err := seats.PreviewUndo(rows, r, receipt, list)
	require.NoError(s.t, err)
	_, err = p.Decide(s.rows, s.request(actor, p.Commands()...))
	require.ErrorIs(s.t, err, seats.ErrBadInput, "a plan to look at")
	d := seats.DecideUndo(rows, r, list)
	require.Len(s.t, p.Steps, len(d.Outcomes))
	for i, o := range d.Outcomes {
		require.Equal(s.t, o, p.Steps[i].Outcome)
		if o.Refusal != nil {
			require.Equal(s.t, i, o.Refusal.Index)
		}
		lines = append(lines, told(o))
	}
	s.write(d.Change)
	redo = seats.NewReceipt("acme", r)
	redo.Add(d)
	return lines, redo
}

// told returns an outcome as a line.
func told(o seats.Outcome) string {
	switch {
	case o.Refusal != nil && o.Refusal.Field != "":
		return fmt.Sprintf("%s %s: %s %s", o.Action, o.User, o.Refusal.Code, o.Refusal.Field)
	case o.Refusal != nil && o.Refusal.Reason != nil:
		return fmt.Sprintf("%s %s: %s, %s", o.Action, o.User, o.Refusal.Code, o.Refusal.Reason)
	case o.Refusal != nil:
		return fmt.Sprintf("%s %s: %s", o.Action, o.User, o.Refusal.Code)
	case o.Unchanged:
		return fmt.Sprintf("%s %s: unchanged", o.Action, o.User)
	}
	return fmt.Sprintf("%s %s: %s", o.Action, o.User, o.After.Status)
}

// TestDecideUndo has what a call does to ada, what happens meanwhile, and what undoing it says.
func TestDecideUndo(t *testing.T) {
	edit := func(p users.Patch) seats.Command { return seats.Edit{User: "ada", Set: p} }
	day := func(d users.Date) seats.Command { return seats.Schedule{User: "ada", Leave: users.From(d)} }
	assign, unassign := seats.AssignCourse{User: "ada", Pool: "first-aid", DueDate: "2026-12-01"}, seats.UnassignCourse{User: "ada", Pool: "first-aid"}
	planned := seats.Invite{Profile: profile("new"), Start: "2026-05-01"}
	first := seats.StartCourse{User: "ada", Pool: "first-aid"}
	for name, c := range map[string]struct {
		before, call, meanwhile []seats.Command
		told, twice             []string
		changed                 bool // what the call did is not all back
	}{
		"deactivate":              {call: []seats.Command{seats.Deactivate{User: "ada"}}, told: []string{"reactivate ada: active"}, twice: []string{"reactivate ada: unchanged"}},
		"deactivate of invited":   {before: []seats.Command{seats.Delete{User: "ada"}, seats.Invite{Profile: profile("adb")}}, call: []seats.Command{seats.Deactivate{User: "adb"}}, told: []string{"reactivate adb: invited"}, twice: []string{"reactivate adb: unchanged"}},
		"deactivate, back since":  {call: []seats.Command{seats.Deactivate{User: "ada"}}, meanwhile: []seats.Command{seats.Reactivate{User: "ada"}}, told: []string{"reactivate ada: unchanged"}},
		"deactivate, again since": {call: []seats.Command{seats.Deactivate{User: "ada"}}, meanwhile: []seats.Command{seats.Reactivate{User: "ada"}, seats.Deactivate{User: "ada"}}, told: []string{"reactivate ada: changed-meanwhile, is inactive"}, changed: true},
		"deactivate, put away":    {call: []seats.Command{seats.Deactivate{User: "ada"}}, meanwhile: []seats.Command{seats.Archive{User: "ada"}}, told: []string{"restore ada: changed-meanwhile, is archived"}, changed: true},
		"deactivate, deleted":     {call: []seats.Command{seats.Deactivate{User: "ada"}}, meanwhile: []seats.Command{seats.Delete{User: "ada"}}, told: []string{"reactivate ada: changed-meanwhile, is deleted"}, changed: true},
		"deactivate, no seat":     {call: []seats.Command{seats.Deactivate{User: "ada"}}, meanwhile: []seats.Command{seats.Invite{Profile: profile("eve")}}, told: []string{"reactivate ada: no-seats"}, changed: true},
		"off and on":              {call: []seats.Command{seats.Deactivate{User: "ada"}, seats.Reactivate{User: "ada"}}},
		"reactivate":              {before: []seats.Command{seats.Deactivate{User: "ada"}}, call: []seats.Command{seats.Reactivate{User: "ada"}}, told: []string{"deactivate ada: inactive"}, twice: []string{"deactivate ada: unchanged"}},
		"archive":                 {call: []seats.Command{seats.Archive{User: "ada"}}, told: []string{"restore ada: active"}, twice: []string{"reactivate ada: unchanged"}},
		"archive of inactive":     {before: []seats.Command{seats.Deactivate{User: "ada"}}, call: []seats.Command{seats.Archive{User: "ada"}}, told: []string{"restore ada: inactive"}, twice: []string{"deactivate ada: unchanged"}},
		"off and archive":         {call: []seats.Command{seats.Deactivate{User: "ada"}, seats.Archive{User: "ada"}}, told: []string{"restore ada: inactive", "reactivate ada: active"}, twice: []string{"reactivate ada: unchanged"}},
		"off and archive, full":   {call: []seats.Command{seats.Deactivate{User: "ada"}, seats.Archive{User: "ada"}}, meanwhile: []seats.Command{seats.Invite{Profile: profile("eve")}}, told: []string{"restore ada: no-seats", "reactivate ada: no-seats"}, twice: []string{"restore ada: no-seats", "reactivate ada: no-seats"}, changed: true},
		"on and archive":          {before: []seats.Command{seats.Deactivate{User: "ada"}}, call: []seats.Command{seats.Reactivate{User: "ada"}, seats.Archive{User: "ada"}}, told: []string{"restore ada: active", "deactivate ada: inactive"}, twice: []string{"deactivate ada: unchanged"}},
		"restore":                 {before: []seats.Command{seats.Archive{User: "ada"}}, call: []seats.Command{seats.Restore{User: "ada"}}, told: []string{"archive ada: archived"}, twice: []string{"archive ada: unchanged"}},
		"restore, licence since":  {before: []seats.Command{seats.Archive{User: "ada"}}, call: []seats.Command{seats.Restore{User: "ada"}}, meanwhile: []seats.Command{assign}, told: []string{"archive ada: changed-meanwhile, is active"}, changed: true},
		"invite":                  {call: []seats.Command{seats.Delete{User: "bob"}, seats.Invite{Profile: profile("new")}}, told: []string{"delete new: deleted", "delete bob: final"}, twice: []string{"delete new: unchanged", "delete bob: final"}, changed: true},
		"invite, accepted":        {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Invite{Profile: profile("new")}}, meanwhile: []seats.Command{seats.Accept{User: "new"}}, told: []string{"delete new: changed-meanwhile, is active"}, changed: true},
		"invite, put away":        {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Invite{Profile: profile("new")}}, meanwhile: []seats.Command{seats.Archive{User: "new"}}, told: []string{"delete new: changed-meanwhile, is archived"}, changed: true},
		"invite and edit":         {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Invite{Profile: profile("new")}, seats.Edit{User: "new", Set: users.Patch{Title: new("x")}}, seats.Notify{User: "new"}}, told: []string{"delete new: deleted"}, changed: true},
		"invite and accept":       {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Invite{Profile: profile("new")}, seats.Accept{User: "new"}}, told: []string{"accept new: final"}, changed: true},
		"invite and delete":       {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Invite{Profile: profile("new")}, seats.Delete{User: "new"}}, changed: true},
		"add":                     {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Add{Profile: profile("new")}}, told: []string{"deactivate new: inactive"}, twice: []string{"deactivate new: unchanged"}, changed: true},
		"add and edit":            {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Add{Profile: profile("new")}, seats.Edit{User: "new", Set: users.Patch{Title: new("x")}}, seats.AssignCourse{User: "new", Pool: "first-aid"}}, told: []string{"unassign-course new: active", "deactivate new: inactive"}, twice: []string{"unassign-course new: unchanged", "deactivate new: unchanged"}, changed: true},
		"add, put out since":      {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Add{Profile: profile("new")}}, meanwhile: []seats.Command{seats.Deactivate{User: "new"}}, told: []string{"deactivate new: unchanged"}, changed: true},
		"add, deleted since":      {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Add{Profile: profile("new")}}, meanwhile: []seats.Command{seats.Delete{User: "new"}}, told: []string{"deactivate new: unchanged"}, changed: true},
		"add, back since":         {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Add{Profile: profile("new")}}, meanwhile: []seats.Command{seats.Deactivate{User: "new"}, seats.Reactivate{User: "new"}}, told: []string{"deactivate new: changed-meanwhile, is active"}, changed: true},
		"add and deactivate":      {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Add{Profile: profile("new")}, seats.Deactivate{User: "new"}}, told: []string{"deactivate new: unchanged"}, changed: true},
		"add and delete":          {before: []seats.Command{seats.Delete{User: "bob"}}, call: []seats.Command{seats.Add{Profile: profile("new")}, seats.Delete{User: "new"}}, changed: true},
		"add without a seat":      {before: []seats.Command{seats.SetPolicy{Policy: seats.Policy{WhenFull: seats.CreateInactive}}}, call: []seats.Command{seats.Add{Profile: profile("new")}}, told: []string{"delete new: deleted"}, changed: true},
		"import":                  {call: []seats.Command{seats.Import{User: users.User{Profile: profile("new"), Status: users.Inactive, Created: start, StatusSince: start}}}, told: []string{"import new: final"}, changed: true},
		"role":                    {call: []seats.Command{seats.ChangeRole{User: "ada", Role: users.Manager}}, told: []string{"change-role ada: active"}, twice: []string{"change-role ada: unchanged"}},
		"role, another since":     {call: []seats.Command{seats.ChangeRole{User: "ada", Role: users.Manager}}, meanwhile: []seats.Command{seats.ChangeRole{User: "ada", Role: users.Admin}}, told: []string{"change-role ada: changed-meanwhile role"}, changed: true},
		"ownership":               {call: []seats.Command{seats.GrantOwnership{User: "ada"}}, told: []string{"grant-ownership ada: final"}, changed: true},
		"fields":                  {before: []seats.Command{edit(users.Patch{Title: new("Clerk"), Groups: &[]string{"a", "b"}})}, call: []seats.Command{edit(users.Patch{Title: new("Head"), Groups: &[]string{"b", "c"}}), edit(users.Patch{Location: new("York")})}, told: []string{"edit ada: active"}, twice: []string{"edit ada: unchanged"}},
		"fields, one since":       {call: []seats.Command{edit(users.Patch{Title: new("Head"), Location: new("York")})}, meanwhile: []seats.Command{edit(users.Patch{Title: new("Chief")})}, told: []string{"edit ada: active", "edit ada: changed-meanwhile title"}, twice: []string{"edit ada: changed-meanwhile title"}, changed: true},
		"fields, back since":      {call: []seats.Command{edit(users.Patch{Title: new("Head")})}, meanwhile: []seats.Command{edit(users.Patch{Title: new("")})}, told: []string{"edit ada: unchanged"}},
		"a seat passed on":        {call: []seats.Command{seats.Deactivate{User: "ada"}, seats.Invite{Profile: profile("new")}, edit(users.Patch{Title: new("Head")})}, told: []string{"delete new: deleted", "reactivate ada: active", "edit ada: active"}, changed: true},
		"an address passed on":    {call: []seats.Command{edit(users.Patch{Email: new("new@acme.example")}), seats.Edit{User: "bob", Set: users.Patch{Email: new("ada@acme.example")}}}, told: []string{"edit bob: active", "edit ada: active"}},
		"address taken since":     {call: []seats.Command{edit(users.Patch{Email: new("new@acme.example")})}, meanwhile: []seats.Command{seats.Edit{User: "bob", Set: users.Patch{Email: new("ada@acme.example")}}}, told: []string{"edit ada: duplicate email"}, changed: true},
		"schedule":                {call: []seats.Command{day("2026-11-01")}, told: []string{"unschedule ada: active"}, twice: []string{"unschedule ada: unchanged"}},
		"schedule, moved":         {before: []seats.Command{day("2026-11-01")}, call: []seats.Command{day("2026-12-01")}, told: []string{"schedule ada: active"}, twice: []string{"schedule ada: unchanged"}},
		"schedule, moved since":   {call: []seats.Command{day("2026-11-01")}, meanwhile: []seats.Command{day("2026-12-01")}, told: []string{"unschedule ada: changed-meanwhile leave"}, changed: true},
		"schedule, left since":    {call: []seats.Command{day("2026-11-01")}, meanwhile: []seats.Command{seats.Deactivate{User: "ada"}}, told: []string{"unschedule ada: changed-meanwhile, is inactive"}, changed: true},
		"start, begun since":      {before: []seats.Command{seats.Delete{User: "bob"}, planned, seats.Unschedule{User: "new"}}, call: []seats.Command{seats.Schedule{User: "new", Start: "2026-06-01"}}, meanwhile: []seats.Command{seats.Reactivate{User: "new"}}, told: []string{"unschedule new: changed-meanwhile, is invited"}, changed: true},
		"back and schedule":       {before: []seats.Command{seats.Deactivate{User: "ada"}}, call: []seats.Command{seats.Reactivate{User: "ada"}, day("2026-11-01")}, told: []string{"deactivate ada: inactive", "unschedule ada: unchanged"}, twice: []string{"deactivate ada: unchanged", "unschedule ada: unchanged"}},
		"unschedule":              {before: []seats.Command{day("2026-11-01")}, call: []seats.Command{seats.Unschedule{User: "ada"}}, told: []string{"schedule ada: active"}, twice: []string{"schedule ada: unchanged"}},
		"a day that ended":        {before: []seats.Command{day("2026-11-01")}, call: []seats.Command{seats.Deactivate{User: "ada"}}, told: []string{"reactivate ada: active", "schedule ada: active"}, twice: []string{"reactivate ada: unchanged", "schedule ada: unchanged"}},
		"invitation to come":      {call: []seats.Command{planned}, told: []string{"delete new: deleted"}, twice: []string{"delete new: unchanged"}, changed: true},
		"start":                   {before: []seats.Command{planned}, call: []seats.Command{seats.Schedule{User: "new", Start: "2026-06-01"}}, told: []string{"schedule new: inactive"}, twice: []string{"schedule new: unchanged"}},
		"start, cancelled":        {before: []seats.Command{planned}, call: []seats.Command{seats.Unschedule{User: "new"}}, told: []string{"schedule new: inactive"}, twice: []string{"schedule new: unchanged"}},
		"start, moved since":      {before: []seats.Command{planned}, call: []seats.Command{seats.Schedule{User: "new", Start: "2026-06-01"}}, meanwhile: []seats.Command{seats.Schedule{User: "new", Start: "2026-06-02"}}, told: []string{"schedule new: changed-meanwhile start"}, changed: true},
		"a leave after a start":   {before: []seats.Command{planned}, call: []seats.Command{seats.Schedule{User: "new", Leave: users.From("2026-11-01")}}, told: []string{"unschedule new: inactive", "schedule new: inactive"}, twice: []string{"unschedule new: unchanged"}},
		"a start before a leave":  {before: []seats.Command{planned, seats.Unschedule{User: "new"}, seats.Schedule{User: "new", Leave: users.From("2026-11-01")}}, call: []seats.Command{seats.Schedule{User: "new", Start: "2026-06-01"}}, told: []string{"unschedule new: inactive", "schedule new: inactive"}, twice: []string{"unschedule new: unchanged"}},
		"two courses":             {before: []seats.Command{seats.SetTotal{Pool: "law", Total: seats.Of(1)}, assign}, call: []seats.Command{seats.AssignCourse{User: "ada", Pool: "law"}, unassign}, told: []string{"unassign-course ada: active", "assign-course ada: active"}, twice: []string{"unassign-course ada: unchanged", "assign-course ada: unchanged"}},
		"assign":                  {call: []seats.Command{assign}, told: []string{"unassign-course ada: active"}, twice: []string{"unassign-course ada: unchanged"}},
		"assign, started since":   {call: []seats.Command{assign}, meanwhile: []seats.Command{first}, told: []string{"unassign-course ada: seat-spent"}, changed: true},
		"assign, put away since":  {call: []seats.Command{assign}, meanwhile: []seats.Command{first, seats.ArchiveActivity{User: "ada"}}, told: []string{"unassign-course ada: changed-meanwhile licence"}, changed: true},
		"assign, another since":   {call: []seats.Command{assign}, meanwhile: []seats.Command{unassign, assign}, told: []string{"unassign-course ada: changed-meanwhile licence"}, changed: true},
		"assign and start":        {call: []seats.Command{assign, first}, told: []string{"unassign-course ada: seat-spent", "start-course ada: final"}, changed: true},
		"assign and unassign":     {call: []seats.Command{assign, unassign}, changed: true},
		"unassign":                {before: []seats.Command{assign}, call: []seats.Command{unassign}, told: []string{"assign-course ada: active"}, twice: []string{"assign-course ada: unchanged"}},
		"due date and unassign":   {before: []seats.Command{assign}, call: []seats.Command{seats.SetDueDate{User: "ada", Pool: "first-aid", DueDate: "2027-01-01"}, unassign}, told: []string{"assign-course ada: active"}},
		"unassign and assign":     {before: []seats.Command{assign}, call: []seats.Command{unassign, seats.AssignCourse{User: "ada", Pool: "first-aid", DueDate: "2027-01-01"}}, told: []string{"set-due-date ada: active"}},
		"unassign, given since":   {before: []seats.Command{assign}, call: []seats.Command{unassign}, meanwhile: []seats.Command{assign, unassign}, told: []string{"assign-course ada: changed-meanwhile licence"}, changed: true},
		"unassign, none left":     {before: []seats.Command{assign}, call: []seats.Command{unassign}, meanwhile: []seats.Command{seats.AssignCourse{User: "bob", Pool: "first-aid"}}, told: []string{"assign-course ada: no-seats"}, changed: true},
		"archive with a licence":  {before: []seats.Command{assign}, call: []seats.Command{seats.Archive{User: "ada"}}, told: []string{"restore ada: active", "assign-course ada: active"}, twice: []string{"reactivate ada: unchanged", "assign-course ada: unchanged"}},
		"activity":                {before: []seats.Command{assign, first}, call: []seats.Command{seats.ArchiveActivity{User: "ada"}}, told: []string{"archive-activity ada: final"}, changed: true},
		"due date":                {before: []seats.Command{assign}, call: []seats.Command{seats.SetDueDate{User: "ada", Pool: "first-aid", DueDate: "2027-01-01"}}, told: []string{"set-due-date ada: active"}, twice: []string{"set-due-date ada: unchanged"}},
		"due date, set since":     {before: []seats.Command{assign}, call: []seats.Command{seats.SetDueDate{User: "ada", Pool: "first-aid", DueDate: "2027-01-01"}}, meanwhile: []seats.Command{seats.SetDueDate{User: "ada", Pool: "first-aid"}}, told: []string{"set-due-date ada: changed-meanwhile due-date"}, changed: true},
		"messages":                {call: []seats.Command{seats.Notify{User: "ada"}, seats.Notify{User: "ada"}, seats.HandOver{User: "ada", Successor: "bob"}}, told: []string{"notify ada: final", "hand-over ada: final"}, changed: true},
		"the account":             {call: []seats.Command{seats.SetTotal{Total: seats.Of(9)}, seats.SetPayer{User: "ada"}}, told: []string{"set-total : final", "set-payer : final"}, changed: true},
		"nothing":                 {call: []seats.Command{seats.Reactivate{User: "ada"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, seats.Of(3), seats.Standard())
			s.invite("ada", "bob")
			s.do(system, seats.SetTotal{Pool: "first-aid", Total: seats.Of(1)})
			for _, commands := range [][]seats.Command{c.before} {
				if len(commands) > 0 {
					s.now = s.now.Add(time.Hour)
					s.do(system, commands...)
				}
			}
			before := held(s)
			s.now = s.now.Add(time.Hour)
			receipt := s.bulk(system, c.call...)
			for _, command := range c.meanwhile {
				s.now = s.now.Add(time.Hour)
				s.do(system, command)
			}
			s.now = s.now.Add(time.Hour)
			lines, _ := s.undo(system, receipt)
			require.Equal(t, c.told, lines)
			if !c.changed {
				require.Equal(t, before, held(s))
			}
			if c.twice != nil {
				again, _ := s.undo(system, receipt)
				require.Equal(t, c.twice, again)
			}
		})
	}
}

// TestDecideUndo_commits undoes a call of several commits: the values before the first one.
func TestDecideUndo_commits(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada", "bob")
	before := held(s)
	receipt := seats.NewReceipt("acme", s.request(owner))
	for _, commands := range [][]seats.Command{
		{seats.Edit{User: "ada", Set: users.Patch{Title: new("Clerk")}}, seats.Schedule{User: "ada", Leave: users.From("2026-11-01")}, seats.Deactivate{User: "bob"}},
		{seats.Edit{User: "ada", Set: users.Patch{Title: new("Head"), Groups: &[]string{"red"}}}},
		{seats.Schedule{User: "ada", Leave: users.From("2026-12-01")}, seats.Archive{User: "bob"}},
	} {
		s.now = s.now.Add(time.Hour)
		d := seats.DecideEach(s.rows, s.request(owner, commands...))
		s.write(d.Change)
		receipt.Add(d)
	}
	lines, _ := s.undo(owner, receipt)
	require.Equal(t, []string{"restore bob: inactive", "reactivate bob: active", "edit ada: active", "unschedule ada: active"}, lines)
	require.Equal(t, before, held(s))
}

// held is what an undo puts back, of every user.
func held(s *site) (all []string) {
	for _, u := range s.rows.Users {
		all = append(all, heldBy(s, u)...)
	}
	return all
}

// heldBy is what an undo puts back of a user.
func heldBy(s *site, u users.User) []string {
	all := []string{fmt.Sprint(u.Profile, u.Role, u.Status, u.Schedule.Leave, u.Start.Date)}
	for _, l := range s.licences(u.ID, users.LicenceAssigned) {
		all = append(all, fmt.Sprint(u.ID, l.Pool, l.DueDate))
	}
	return all
}

// TestDecideUndo_rest undoes the rest of a call when there are seats again.
func TestDecideUndo_rest(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada", "bob")
	receipt := s.bulk(owner, seats.Deactivate{User: "ada"}, seats.Deactivate{User: "bob"})
	s.now = s.now.Add(time.Hour)
	s.invite("eve")
	lines, _ := s.undo(owner, receipt)
	require.Equal(t, []string{"reactivate bob: active", "reactivate ada: no-seats"}, lines)
	s.do(system, seats.SetTotal{Total: seats.Of(4)})
	lines, redo := s.undo(owner, receipt)
	require.Equal(t, []string{"reactivate bob: unchanged", "reactivate ada: active"}, lines)

	s.now = s.now.Add(time.Hour)
	lines, _ = s.undo(owner, redo)
	require.Equal(t, []string{"deactivate ada: inactive"}, lines, "an undo is undone likewise")
}

// TestDecideUndo_authority judges the undo by the rights of its own actor.
func TestDecideUndo_authority(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.invite("ada", "bob", "eve")
	receipt := s.bulk(owner,
		seats.Deactivate{User: "bob"}, seats.ChangeRole{User: "eve", Role: users.Manager}, seats.Notify{User: "owner"}, seats.BuySeats{Quantity: 1})
	forbidden := []string{
		"buy-seats : forbidden, only an owner or an admin may do this", "notify owner: forbidden, only an owner or an admin may do this",
		"change-role eve: forbidden, only an owner or an admin may do this", "reactivate bob: forbidden, only an owner or an admin may do this",
	}
	lines, _ := s.undo(users.As("ada"), receipt)
	require.Equal(t, forbidden, lines)
	s.do(owner, seats.Reactivate{User: "bob"})
	lines, _ = s.undo(users.As("ada"), receipt)
	require.Equal(t, forbidden, lines, "the present state is kept from the actor too")
	lines, _ = s.undo(users.Sync("hr"), receipt)
	require.Equal(t, "reactivate bob: forbidden, a sync acts only on users of its own source", lines[3])
	require.Equal(t, "notify owner: forbidden, a sync acts only on users of its own source", lines[1])
	require.Equal(t, seats.ErrForbidden, s.refused(seats.ErrForbidden, users.Sync("hr"), seats.BuySeats{Quantity: 1}).Code)
}

// TestReceipt_Undoings refuses receipts that do not go with the events.
func TestReceipt_Undoings(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.invite("ada", "bob")
	receipt := s.bulk(owner, seats.Deactivate{User: "ada"}, seats.Deactivate{User: "bob"})
	for name, spoil := range map[string]func(*seats.Receipt){
		"another account":  func(r *seats.Receipt) { r.Account = "other" },
		"another change":   func(r *seats.Receipt) { r.Commits[0].Change = "x" },
		"no change":        func(r *seats.Receipt) { r.Commits[0].Change = "" },
		"events of others": func(r *seats.Receipt) { r.Commits[0].First = 1 },
		"too many events":  func(r *seats.Receipt) { r.Commits[0].Last++ },
		"no first":         func(r *seats.Receipt) { r.Commits[0].First = 0 },
		"backwards":        func(r *seats.Receipt) { r.Commits[0].First = r.Commits[0].Last + 1 },
		"twice":            func(r *seats.Receipt) { r.Commits = append(r.Commits, r.Commits[0]) },
	} {
		spoilt := receipt
		spoilt.Commits = slices.Clone(receipt.Commits)
		spoil(&spoilt)
		_, err := spoilt.Undoings("acme", s.eventsOf)
		require.ErrorIs(t, err, seats.ErrBadInput, name)
	}
	down := errors.New("down")
	_, err := receipt.Undoings("acme", func(seats.ReceiptCommit) iter.Seq2[seats.Event, error] {
		return func(yield func(seats.Event, error) bool) { yield(seats.Event{}, down) }
	})
	require.ErrorIs(t, err, down)
	empty, err := seats.NewReceipt("acme", seats.Request{}).Undoings("acme", s.eventsOf)
	require.NoError(t, err)
	require.Empty(t, empty)
}

// TestReceipt_Add has the receipt of a repeated call, whose values are gone, and the bounds.
func TestReceipt_Add(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada", "bob")
	s.do(system, seats.SetTotal{Pool: "first-aid", Total: seats.Of(1)}, seats.AssignCourse{User: "ada", Pool: "first-aid"})
	commands := []seats.Command{
		seats.Edit{User: "ada", Set: users.Patch{Title: new("Head")}}, seats.Deactivate{User: "bob"},
		seats.Schedule{User: "ada", Leave: users.From("2026-11-01")}, seats.SetDueDate{User: "ada", Pool: "first-aid", DueDate: "2026-10-01"},
		seats.Reactivate{User: "ada"},
	}
	snapshot, r := s.once("k", seats.ByBulk, 0, owner, commands...)
	s.write(seats.DecideEach(snapshot, r).Change)
	s.now = s.now.Add(time.Hour)
	snapshot, r = s.once("k", seats.ByBulk, 0, owner, commands...)
	repeated := seats.NewReceipt("acme", r)
	repeated.Add(seats.DecideEach(snapshot, r))
	require.Len(t, repeated.Commits, 1)
	require.True(t, repeated.Commits[0].Repeated)
	lines, _ := s.undo(owner, repeated)
	require.Equal(t, []string{
		"edit ada: bad-input receipt", "unschedule ada: bad-input receipt", "set-due-date ada: bad-input receipt", "reactivate bob: active",
	}, lines)

	var full seats.Receipt
	change := seats.Change{ID: "c", Events: []seats.Event{{Sequence: 1}}}
	for range 4 {
		full.Add(seats.Decision{Change: change, Former: make([]seats.Former, 1000)})
	}
	require.True(t, full.Incomplete)
	require.Len(t, full.Commits[3].Values, seats.MaxReceiptValues-3000)
	for range seats.MaxReceiptCommits {
		full.Add(seats.Decision{Change: change})
	}
	require.Len(t, full.Commits, seats.MaxReceiptCommits)
	text, err := json.Marshal(full)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, new(seats.Receipt)), "a full receipt can be read")
	full.Commits[0].Values = append(full.Commits[0].Values, seats.Former{})
	text, err = json.Marshal(full)
	require.NoError(t, err)
	require.ErrorContains(t, json.Unmarshal(text, new(seats.Receipt)), "too many values")
	require.Error(t, json.Unmarshal([]byte(`{"accounts":1}`), new(seats.Receipt)))
}

// TestPreviewUndo has a plan with a step of what stays, and its JSON.
func TestPreviewUndo(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada", "bob")
	receipt := s.bulk(owner, seats.Deactivate{User: "ada"}, seats.Notify{User: "bob"})
	list, err := receipt.Undoings("acme", s.eventsOf)
	require.NoError(t, err)
	p, err := seats.PreviewUndo(s.rows, s.request(owner), receipt, list)
	require.NoError(t, err)
	require.Equal(t, "2 users: 1 fits, 1 does not", p.String())
	require.Equal(t, int64(3), p.After.Held)
	require.Equal(t, []seats.Command{nil, seats.Reactivate{User: "ada"}}, p.Commands())
	text, err := json.Marshal(p)
	require.NoError(t, err)
	var read seats.Plan
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, p.Commands(), read.Commands())
	receipt.Correlation = ""
	p, err = seats.PreviewUndo(s.rows, s.request(owner), receipt, list)
	require.NoError(t, err)
	_, err = p.Decide(s.rows, s.request(owner, p.Commands()...))
	require.ErrorIs(t, err, seats.ErrBadInput)

	_, err = seats.PreviewUndo(s.rows, s.request(owner), receipt, slices.Repeat(list, seats.MaxCommands))
	require.ErrorIs(t, err, seats.ErrBadInput)
	require.ErrorContains(t, err, "commands are too many: at most 1000")
	p.Undoes = ""
	text, err = json.Marshal(p)
	require.NoError(t, err)
	require.Error(t, json.Unmarshal(text, &read), "only an undo has a step without a command")
}
