package seats_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// academy opens an account with a course pool "go" of that many licences, an admin "ada" and the
// members "bob" and "cleo".
func academy(t testing.TB, licences int64) *site {
	t.Helper()
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(licences)}, seats.SetTotal{Pool: "sql", Total: seats.Of(licences)})
	s.invite("ada", "bob", "cleo")
	s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin})
	return s
}

// numbers returns what is held and spent of a pool.
func (s *site) numbers(id seats.PoolID) [2]int64 {
	s.t.Helper()
	i := slices.IndexFunc(s.rows.Pools, func(p seats.Pool) bool { return p.ID == id })
	require.GreaterOrEqual(s.t, i, 0)
	return [2]int64{s.rows.Pools[i].Held, s.rows.Pools[i].Spent}
}

// record lists all licences of a user.
func (s *site) record(id users.ID) (all []users.Licence) {
	for _, l := range s.rows.Licences {
		if l.User == id {
			all = append(all, l)
		}
	}
	return all
}

// states lists the states of the licences of a user.
func (s *site) states(id users.ID) (all []users.LicenceState) {
	for _, l := range s.record(id) {
		all = append(all, l.State())
	}
	return all
}

func TestAssignCourse(t *testing.T) {
	s := academy(t, 2)
	outcomes := s.do(owner, seats.AssignCourse{User: "bob", Pool: "go", DueDate: "2026-06-30"})
	require.Equal(t, int64(1), outcomes[0].SeatsDelta)
	require.Equal(t, [2]int64{1, 0}, s.numbers("go"))
	require.Equal(t, []users.Licence{{User: "bob", Pool: "go", Number: 1, Assigned: s.now, DueDate: "2026-06-30"}}, s.record("bob"))
	e := s.lastEvent()
	require.Equal(t, seats.EventCourseAssigned, e.Kind)
	require.Equal(t, [3]any{users.ID("bob"), seats.PoolID("go"), users.Date("2026-06-30")}, [3]any{e.User, e.Pool, e.Date})
	require.Equal(t, e.Before, e.After)
	require.Equal(t, int64(1), e.Delta)

	require.Zero(t, s.same(owner, seats.AssignCourse{User: "bob", Pool: "go", DueDate: "2027-01-01"}).SeatsDelta, "twice is once")
	s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	s.same(owner, seats.AssignCourse{User: "bob", Pool: "go"})

	before, err := s.try(owner, seats.AssignCourse{User: "cleo", Pool: "go"})
	require.NoError(t, err)
	require.Empty(t, before.Change.Updated, "the row of the user stays as it is")
}

func TestAssignCourse_refused(t *testing.T) {
	for name, c := range map[string]struct {
		command seats.Command
		actor   users.Actor
		code    seats.Code
		reason  error
		field   string
	}{
		"no pool":            {seats.AssignCourse{User: "bob"}, owner, seats.ErrBadInput, users.ErrEmpty, "pool"},
		"unknown pool":       {seats.AssignCourse{User: "bob", Pool: "rust"}, owner, seats.ErrBadInput, seats.ErrNotThere, "pool"},
		"no date":            {seats.AssignCourse{User: "bob", Pool: "go", DueDate: "31.12.2026"}, owner, seats.ErrBadInput, users.ErrDate, "due-date"},
		"inactive":           {seats.AssignCourse{User: "idle", Pool: "go"}, owner, seats.ErrWrongStatus, seats.ErrInactive, ""},
		"archived":           {seats.AssignCourse{User: "away", Pool: "go"}, owner, seats.ErrWrongStatus, seats.ErrArchived, ""},
		"unknown user":       {seats.AssignCourse{User: "never", Pool: "go"}, owner, seats.ErrUnknownUser, nil, ""},
		"member":             {seats.AssignCourse{User: "bob", Pool: "go"}, users.As("bob"), seats.ErrForbidden, seats.ErrNeedsAdmin, ""},
		"owner by an admin":  {seats.AssignCourse{User: "owner", Pool: "go"}, users.As("ada"), seats.ErrOwnerProtected, seats.ErrNeedsOwner, ""},
		"sync":               {seats.AssignCourse{User: "bob", Pool: "go"}, hr, seats.ErrForbidden, seats.ErrNeedsAdmin, ""},
		"unassign no pool":   {seats.UnassignCourse{User: "bob"}, owner, seats.ErrBadInput, users.ErrEmpty, "pool"},
		"start unassigned":   {seats.StartCourse{User: "bob", Pool: "go"}, users.As("bob"), seats.ErrNotAssigned, nil, ""},
		"start of another":   {seats.StartCourse{User: "bob", Pool: "go"}, users.As("cleo"), seats.ErrForbidden, seats.ErrNeedsSelf, ""},
		"start by support":   {seats.StartCourse{User: "bob", Pool: "go"}, support, seats.ErrForbidden, seats.ErrNeedsSelf, ""},
		"start invited":      {seats.StartCourse{User: "new", Pool: "go"}, system, seats.ErrWrongStatus, seats.ErrNotSignedIn, ""},
		"start inactive":     {seats.StartCourse{User: "idle", Pool: "go"}, system, seats.ErrWrongStatus, seats.ErrInactive, ""},
		"activity of a pool": {seats.ArchiveActivity{User: "bob", Pool: "rust"}, owner, seats.ErrBadInput, seats.ErrNotThere, "pool"},
		"due unassigned":     {seats.SetDueDate{User: "bob", Pool: "go", DueDate: "2026-06-30"}, owner, seats.ErrNotAssigned, nil, ""},
		"due date":           {seats.SetDueDate{User: "bob", Pool: "go", DueDate: "soon"}, owner, seats.ErrBadInput, users.ErrDate, "due-date"},
		"due of archived":    {seats.SetDueDate{User: "away", Pool: "go"}, owner, seats.ErrWrongStatus, seats.ErrArchived, ""},
		"due no pool":        {seats.SetDueDate{User: "bob"}, owner, seats.ErrBadInput, users.ErrEmpty, "pool"},
	} {
		t.Run(name, func(t *testing.T) {
			s := academy(t, 2)
			s.invite("idle", "away")
			s.do(owner, seats.Deactivate{User: "idle"}, seats.Archive{User: "away"}, seats.Invite{Profile: profile("new")})
			refusal := s.refused(c.code, c.actor, c.command)
			require.Equal(t, c.field, refusal.Field)
			if c.reason != nil {
				require.ErrorIs(t, refusal, c.reason)
			}
		})
	}
}

// TestAssignCourse_at_the_assignment: the page showed one free licence, and two admins assigned
// it. The number counts at the assignment, and the refusal has it.
func TestAssignCourse_at_the_assignment(t *testing.T) {
	s := academy(t, 1)
	plan, err := seats.Preview(s.rows, s.request(owner, seats.AssignCourse{User: "bob", Pool: "go"}))
	require.NoError(t, err)
	require.Nil(t, plan.Steps[0].Outcome.Refusal)
	s.do(users.As("ada"), seats.AssignCourse{User: "cleo", Pool: "go"})
	refusal := s.refused(seats.ErrNoSeats, owner, seats.AssignCourse{User: "bob", Pool: "go"})
	require.Equal(t, [4]any{seats.PoolID("go"), seats.Of(1), int64(1), int64(1)}, [4]any{refusal.Pool, refusal.Total, refusal.Held, refusal.Asked})
	require.EqualError(t, refusal, "seats: no free licence of this course: 1 is assigned and 0 used, of 1")
	_, err = plan.Decide(s.rows, s.request(owner, plan.Commands()...))
	require.ErrorIs(t, err, seats.ErrPlanOutdated)
	s.do(users.As("cleo"), seats.StartCourse{User: "cleo", Pool: "go"})
	require.EqualError(t, s.refused(seats.ErrNoSeats, owner, seats.AssignCourse{User: "bob", Pool: "go"}),
		"seats: no free licence of this course: 0 are assigned and 1 used, of 1", "spent for good")
}

func TestUnassignCourse(t *testing.T) {
	s := academy(t, 2)
	s.same(owner, seats.UnassignCourse{User: "bob", Pool: "go"})
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "bob", Pool: "sql"})
	require.Equal(t, int64(-1), s.do(owner, seats.UnassignCourse{User: "bob", Pool: "go"})[0].SeatsDelta)
	require.Equal(t, [2]int64{0, 0}, s.numbers("go"))
	require.Equal(t, [2]int64{1, 0}, s.numbers("sql"))
	require.Equal(t, []users.LicenceState{users.LicenceReturned, users.LicenceAssigned}, s.states("bob"))
	require.Equal(t, seats.EventCourseUnassigned, s.lastEvent().Kind)
	s.same(owner, seats.UnassignCourse{User: "bob", Pool: "go"})

	s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "sql"})
	began := s.now
	s.now = s.now.Add(time.Hour)
	refusal := s.refused(seats.ErrSeatSpent, owner, seats.UnassignCourse{User: "bob", Pool: "sql"})
	require.Equal(t, began, refusal.Since)
	require.Equal(t, seats.PoolID("sql"), refusal.Pool)
	require.EqualError(t, refusal, "seats: the course has been used since 2026-03-01 12:00 UTC, and its licence is spent")
	s.do(owner, seats.Archive{User: "bob"})
	s.same(owner, seats.UnassignCourse{User: "bob", Pool: "sql"})
}

func TestStartCourse(t *testing.T) {
	s := academy(t, 1)
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"})
	s.now = s.now.Add(time.Hour)
	require.Equal(t, int64(-1), s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})[0].SeatsDelta)
	require.Equal(t, [2]int64{0, 1}, s.numbers("go"))
	require.Equal(t, s.now, s.record("bob")[0].Started)
	e := s.lastEvent()
	require.Equal(t, [4]any{seats.EventCourseStarted, int64(-1), int64(0), int64(1)}, [4]any{e.Kind, e.Delta, e.Held, e.Spent})
	s.same(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	s.same(system, seats.StartCourse{User: "bob", Pool: "go"})
	s.do(support, seats.SetTotal{Pool: "go", Total: seats.Of(3)})
	s.do(owner, seats.Invite{Profile: profile("new")}, seats.AssignCourse{User: "new", Pool: "go"})
	s.do(system, seats.SetPolicy{Policy: seats.AccuEdConnect()})
	s.do(system, seats.StartCourse{User: "new", Pool: "go"})
	require.Equal(t, [2]int64{0, 2}, s.numbers("go"), "shown as active")
}

// TestArchiveActivity is the pop-up of the users page: the old course activity goes away, the user
// stays active, and a new course is assigned.
func TestArchiveActivity(t *testing.T) {
	s := academy(t, 2)
	s.same(owner, seats.ArchiveActivity{User: "bob"})
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "bob", Pool: "sql"})
	s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	r := s.request(owner, seats.ArchiveActivity{User: "bob"})
	r.Key, r.Digest = "k", seats.Digest(r.Actor, r.Channel, r.Commands)
	d, err := seats.Decide(s.rows, r)
	require.NoError(t, err)
	require.Equal(t, int64(-1), d.Outcomes[0].SeatsDelta)
	require.Len(t, d.Change.Events, 2)
	s.write(d.Change)
	require.Equal(t, []users.LicenceState{users.LicenceArchived, users.LicenceReturned}, s.states("bob"))
	require.Equal(t, [2]int64{0, 1}, s.numbers("go"))
	require.Equal(t, [2]int64{0, 0}, s.numbers("sql"))
	require.Equal(t, users.Active, s.user("bob").Status)
	s.rows.Past = d.Change.Events
	again, err := seats.Decide(s.rows, r)
	require.NoError(t, err)
	require.Equal(t, d.Outcomes, again.Outcomes, "the same by the events")
	s.rows.Past = nil

	s.same(owner, seats.ArchiveActivity{User: "bob"})
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"})
	require.Equal(t, [2]int64{1, 1}, s.numbers("go"))
	require.Equal(t, int64(2), s.record("bob")[1].Number, "a new licence")
	s.refused(seats.ErrNoSeats, owner, seats.AssignCourse{User: "cleo", Pool: "go"})
	s.do(owner, seats.AssignCourse{User: "cleo", Pool: "sql"}, seats.AssignCourse{User: "bob", Pool: "sql"}, seats.ArchiveActivity{User: "bob", Pool: "sql"})
	require.Equal(t, [2]int64{1, 1}, s.numbers("go"), "of one course alone")
	s.do(owner, seats.Deactivate{User: "bob"}, seats.ArchiveActivity{User: "bob", Pool: "go"}, seats.Delete{User: "bob"})
	s.same(owner, seats.ArchiveActivity{User: "bob"})
}

// TestArchiveActivity_used: a course ended and its licence was still shown as used, so that the
// person could not take it again. Archived activity counts as used, and blocks nothing.
func TestArchiveActivity_used(t *testing.T) {
	s := academy(t, 2)
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"})
	s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	s.do(owner, seats.ArchiveActivity{User: "bob"}, seats.AssignCourse{User: "bob", Pool: "go"})
	require.Equal(t, [2]int64{1, 1}, s.numbers("go"))
	s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	require.Equal(t, [2]int64{0, 2}, s.numbers("go"))
}

// TestAssignCourse_holder: a licence given again to its holder counted twice.
func TestAssignCourse_holder(t *testing.T) {
	s := academy(t, 5)
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "bob", Pool: "go"})
	for range 3 {
		s.same(owner, seats.AssignCourse{User: "bob", Pool: "go"})
	}
	require.Equal(t, [2]int64{1, 0}, s.numbers("go"))
	s.do(owner, seats.UnassignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "bob", Pool: "go"})
	require.Equal(t, [2]int64{1, 0}, s.numbers("go"))
	require.Len(t, s.record("bob"), 2, "the record of the first one stays")
}

// TestRestore_licences: an archived user's unstarted licences are back in the pools, the started
// ones are spent, and the record of both is there before and after.
func TestRestore_licences(t *testing.T) {
	for name, c := range map[string]struct {
		leave seats.Command
		want  [][2]int64 // held and spent of go and sql
		state users.LicenceState
	}{
		"archive":    {seats.Archive{User: "bob"}, [][2]int64{{0, 1}, {0, 0}}, users.LicenceReturned},
		"delete":     {seats.Delete{User: "bob"}, [][2]int64{{0, 1}, {0, 0}}, users.LicenceReturned},
		"deactivate": {seats.Deactivate{User: "bob"}, [][2]int64{{0, 1}, {1, 0}}, users.LicenceAssigned},
	} {
		t.Run(name, func(t *testing.T) {
			s := academy(t, 2)
			s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "bob", Pool: "sql"})
			s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
			s.do(owner, c.leave)
			require.Equal(t, c.want, [][2]int64{s.numbers("go"), s.numbers("sql")})
			require.Equal(t, []users.LicenceState{users.LicenceStarted, c.state}, s.states("bob"))
			kept := s.record("bob")
			if name != "delete" {
				s.do(owner, seats.Restore{User: "bob"}, seats.Reactivate{User: "bob"})
			}
			require.Equal(t, kept, s.record("bob"))
			require.Equal(t, c.want, [][2]int64{s.numbers("go"), s.numbers("sql")})
		})
	}
}

func TestSetDueDate(t *testing.T) {
	s := academy(t, 1)
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"})
	require.Zero(t, s.do(owner, seats.SetDueDate{User: "bob", Pool: "go", DueDate: "2026-06-30"})[0].SeatsDelta)
	require.Equal(t, users.Date("2026-06-30"), s.record("bob")[0].DueDate)
	require.Equal(t, users.Date("2026-06-30"), s.lastEvent().Date)
	s.same(owner, seats.SetDueDate{User: "bob", Pool: "go", DueDate: "2026-06-30"})
	s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	s.do(owner, seats.SetDueDate{User: "bob", Pool: "go"})
	require.Empty(t, s.record("bob")[0].DueDate)
	require.Equal(t, [2]int64{0, 1}, s.numbers("go"))
}

// TestStartCourse_term: a term was counted from the assignment where it should be from the first
// access, so that people were shut out before they began.
func TestStartCourse_term(t *testing.T) {
	for name, c := range map[string]struct {
		from                  seats.TermStart
		endsAssigned, endsRun time.Time
	}{
		"assignment":   {seats.FromAssignment, time.Date(2026, 3, 31, 11, 0, 0, 0, time.UTC), time.Date(2026, 3, 31, 11, 0, 0, 0, time.UTC)},
		"first access": {seats.FromFirstAccess, time.Time{}, time.Date(2026, 4, 10, 11, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			s := academy(t, 2)
			s.do(owner, seats.EditAccount{Zone: new("Europe/Berlin")}) // the clock goes forward on 29 March
			s.do(support, seats.EditPool{Pool: "go", Term: &seats.LicenceTerm{Days: 30, From: c.from}})
			s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"})
			require.Equal(t, c.endsAssigned, s.record("bob")[0].Ends)
			require.Equal(t, c.endsAssigned, s.record("bob")[0].Due)
			s.now = s.now.AddDate(0, 0, 10)
			s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
			require.Equal(t, c.endsRun, s.record("bob")[0].Ends)
			require.Zero(t, s.record("bob")[0].Due, "a started one ends by the clock alone")
			s.same(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
			s.now = c.endsRun.Add(-time.Microsecond)
			s.same(owner, seats.AssignCourse{User: "bob", Pool: "go"})
			s.now = c.endsRun
			require.Empty(t, s.settle())
			s.refused(seats.ErrPoolEnded, users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
			s.refused(seats.ErrNotAssigned, owner, seats.SetDueDate{User: "bob", Pool: "go", DueDate: "2027-01-01"})
			s.refused(seats.ErrSeatSpent, owner, seats.UnassignCourse{User: "bob", Pool: "go"})
			s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"})
			require.Equal(t, [2]int64{1, 1}, s.numbers("go"), "the old one stays used")
			require.Equal(t, []users.LicenceState{users.LicenceStarted, users.LicenceAssigned}, s.states("bob"))
			s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
			s.do(owner, seats.ArchiveActivity{User: "bob", Pool: "go"})
			require.Equal(t, []users.LicenceState{users.LicenceArchived, users.LicenceArchived}, s.states("bob"))
		})
	}
}

// TestAssignCourse_term: expired licences were still given out, and unstarted ones held for ever.
func TestAssignCourse_term(t *testing.T) {
	s := academy(t, 1)
	s.do(support, seats.EditPool{Pool: "go", Term: &seats.LicenceTerm{Days: 14}})
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"})
	s.do(support, seats.EditPool{Pool: "go", Term: &seats.LicenceTerm{}})
	s.now = start.AddDate(0, 0, 14)
	events := s.settle()
	require.Len(t, events, 1)
	require.Equal(t, [3]any{seats.EventLicenceEnded, seats.PoolID("go"), int64(-1)}, [3]any{events[0].Kind, events[0].Pool, events[0].Delta})
	require.Equal(t, users.LicenceReturned, s.record("bob")[0].State())
	require.Equal(t, [2]int64{0, 0}, s.numbers("go"))
	require.Empty(t, s.settle(), "once")
	s.refused(seats.ErrNotAssigned, users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	s.do(owner, seats.AssignCourse{User: "cleo", Pool: "go"})
	require.Zero(t, s.record("cleo")[0].Ends, "the term is gone")
}

func TestEditPool(t *testing.T) {
	s := academy(t, 2)
	s.do(owner, seats.EditAccount{Zone: new("Pacific/Auckland")})
	last := users.Date("2026-03-31")
	s.do(support, seats.EditPool{Pool: "go", Name: new("  Go for beginners "), LastDay: &last, Term: &seats.LicenceTerm{Days: 3660, From: seats.FromFirstAccess}})
	p := s.rows.Pools[1]
	require.Equal(t, "Go for beginners", p.Name)
	require.Equal(t, seats.PoolEnd{LastDay: last, At: time.Date(2026, 3, 31, 11, 0, 0, 0, time.UTC)}, p.Ends)
	require.Equal(t, seats.LicenceTerm{Days: 3660, From: seats.FromFirstAccess}, p.Term)
	require.Equal(t, []string{"name", "last-day", "term"}, s.lastEvent().Fields)
	require.Equal(t, seats.EventPoolEdited, s.lastEvent().Kind)
	s.same(support, seats.EditPool{Pool: "go", Name: new("Go for beginners"), LastDay: &last, Term: &p.Term})
	s.same(support, seats.EditPool{Pool: "go"})

	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "cleo", Pool: "go"})
	s.do(users.As("cleo"), seats.StartCourse{User: "cleo", Pool: "go"})
	s.now = p.Ends.At.Add(-time.Microsecond)
	s.same(owner, seats.AssignCourse{User: "bob", Pool: "go"})
	s.now = p.Ends.At
	refusal := s.refused(seats.ErrPoolEnded, users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	require.Equal(t, seats.PoolID("go"), refusal.Pool)
	s.same(users.As("cleo"), seats.StartCourse{User: "cleo", Pool: "go"})
	s.do(owner, seats.UnassignCourse{User: "bob", Pool: "go"})
	s.refused(seats.ErrPoolEnded, owner, seats.AssignCourse{User: "bob", Pool: "go"})
	s.do(owner, seats.EditAccount{Zone: new("America/New_York")})
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"}) // the last day goes on there
	s.do(support, seats.EditPool{Pool: "go", LastDay: new(users.Date(""))})
	require.Zero(t, s.rows.Pools[1].Ends)
	require.Equal(t, []string{"last-day"}, s.lastEvent().Fields)

	for name, c := range map[string]struct {
		command seats.EditPool
		field   string
	}{
		"site":         {seats.EditPool{Name: new("x")}, "pool"},
		"unknown":      {seats.EditPool{Pool: "rust", Name: new("x")}, "pool"},
		"name":         {seats.EditPool{Pool: "go", Name: new("a\x00")}, "name"},
		"day":          {seats.EditPool{Pool: "go", LastDay: new(users.Date("2026-02-30"))}, "last-day"},
		"long term":    {seats.EditPool{Pool: "go", Term: &seats.LicenceTerm{Days: 3661}}, "term"},
		"back":         {seats.EditPool{Pool: "go", Term: &seats.LicenceTerm{Days: -1}}, "term"},
		"no days":      {seats.EditPool{Pool: "go", Term: &seats.LicenceTerm{From: seats.FromFirstAccess}}, "term"},
		"unknown from": {seats.EditPool{Pool: "go", Term: &seats.LicenceTerm{Days: 1, From: 2}}, "term"},
	} {
		require.Equal(t, c.field, s.refused(seats.ErrBadInput, support, c.command).Field, name)
	}
	s.do(support, seats.SetTotal{Pool: "go", Total: seats.Of(3)})
	s.rows.Account.Zone = "Moon/Base" // which this machine does not know
	for _, c := range []seats.Command{seats.EditPool{Pool: "go", LastDay: &last}, seats.AssignCourse{User: "ada", Pool: "go"}} {
		if _, err := s.try(support, c); c.Action() == users.ActionAssignCourse {
			require.NoError(t, err, "it asks for no day")
			continue
		}
		require.Equal(t, "zone", s.refused(seats.ErrBadInput, support, c).Field)
	}
	s.rows.Pools[1].Term = seats.LicenceTerm{Days: 1}
	require.Equal(t, "zone", s.refused(seats.ErrBadInput, support, seats.AssignCourse{User: "ada", Pool: "go"}).Field)
}
