package sqltest_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// dueRunner names the variable with the order of a process that runs RunDue.
const dueRunner = "SEATKEEPER_DUE_RUNNER"

// A dueOrder is what a runner is told.
type dueOrder struct {
	Dialect sqlstore.Dialect
	Driver  string
	Source  string
	Now     time.Time
	KillAt  int // events after which it kills itself, in the middle of what it does; 0: none
}

// runDue is a process of its own: it settles what is due, tells each step in a line, and ends.
func runDue(text string) error {
	var o dueOrder
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	db, err := sql.Open(o.Driver, o.Source)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	st, err := sqlstore.New(db, o.Dialect, sqlstore.Options{})
	if err != nil {
		return err
	}
	k, err := ways.New(st, seatkeeper.Options{Now: func() time.Time { return o.Now }})
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	tell := func(p seatkeeper.DueProgress) {
		p.Err = nil
		_ = out.Encode(p)
		if o.KillAt > 0 && p.Events >= o.KillAt {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // other accounts are under way
		}
	}
	done, err := k.RunDue(context.Background(), seatkeeper.DueRun{Progress: tell})
	tell(done)
	return err
}

// A runner is a process under way.
type runner struct {
	cmd   *exec.Cmd
	steps chan seatkeeper.DueProgress // closed at its end
	said  strings.Builder             // its errors
}

func startRunner(t *testing.T, o dueOrder) *runner {
	t.Helper()
	r := &runner{steps: make(chan seatkeeper.DueProgress, 100_000)}
	r.cmd = child(t, dueRunner, o, &r.said)
	out, err := r.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, r.cmd.Start())
	go func() {
		defer close(r.steps)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var p seatkeeper.DueProgress
			if json.Unmarshal(lines.Bytes(), &p) == nil {
				r.steps <- p
			}
		}
	}()
	return r
}

// until reads the steps until enough is done, or to the end of the process.
func (r *runner) until(enough func(seatkeeper.DueProgress) bool) (last seatkeeper.DueProgress) {
	for p := range r.steps {
		if last = p; enough(p) {
			return last
		}
	}
	return last
}

// A fact is what should happen: an event of a user or a pool at an instant.
type fact struct {
	Time time.Time
	Kind seats.EventKind
	User users.ID
	Pool seats.PoolID
}

const dueCourse seats.PoolID = "course"

// dueAccount opens an account with ten facts: four scheduled leaves, three invitations that
// lapse, two licences that end and a booked total of the site. It returns what should happen, in
// order, and the number of its last event.
func dueAccount(ctx context.Context, k *seatkeeper.Keeper, account users.AccountID, from time.Time) (facts []fact, last uint64, err error) {
	const day = 24 * time.Hour
	profile := func(id users.ID) users.Profile {
		return users.Profile{ID: id, Email: string(id) + "@" + string(account) + ".example"}
	}
	policy := seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: 3*day + time.Hour}
	if _, err := k.Open(ctx, seats.Opening{Account: account, Total: seats.Of(20), Policy: policy, Owner: profile(owner)}); err != nil {
		return nil, 0, err
	}
	date := func(days int) users.Date { return users.DateOf(from.AddDate(0, 0, days)) }
	midnight := func(days int) time.Time { return date(days).Start(time.UTC) }
	commands := []seats.Command{seats.SetTotal{Pool: dueCourse, Total: seats.Of(5)}}
	for i := range 4 {
		id := users.ID(fmt.Sprint("leaver", i))
		commands = append(commands, seats.Add{Profile: profile(id)}, seats.Schedule{User: id, Leave: users.From(date(2 + i))})
		facts = append(facts, fact{midnight(2 + i), seats.EventDeactivated, id, seats.Site})
	}
	for i := range 3 {
		id := users.ID(fmt.Sprint("guest", i))
		commands = append(commands, seats.Invite{Profile: profile(id)})
		facts = append(facts, fact{from.Add(policy.Term), seats.EventLapsed, id, seats.Site})
	}
	for i := range 2 {
		id := users.ID(fmt.Sprint("learner", i))
		ends := from.Add(4*day + time.Duration(i)*time.Hour)
		commands = append(commands, seats.Import{
			User:     users.User{Profile: profile(id), Status: users.Active, Created: from, StatusSince: from},
			Licences: []users.Licence{{Pool: string(dueCourse), Assigned: from, Ends: ends}},
		})
		facts = append(facts, fact{ends, seats.EventLicenceEnded, id, dueCourse})
	}
	commands = append(commands, seats.BookTotal{Date: date(5), Total: seats.Of(2)})
	facts = append(facts, fact{midnight(5), seats.EventTotalSet, "", seats.Site})
	done, err := k.DoEach(ctx, account, users.System(), commands...)
	for _, o := range done.Outcomes {
		if o.Refusal != nil {
			err = errors.Join(err, o.Refusal)
		}
	}
	if err != nil {
		return nil, 0, err
	}
	rank := []seats.EventKind{seats.EventDeactivated, seats.EventLapsed, seats.EventLicenceEnded, seats.EventTotalSet}
	slices.SortStableFunc(facts, func(x, y fact) int {
		if c := x.Time.Compare(y.Time); c != 0 {
			return c
		}
		return slices.Index(rank, x.Kind) - slices.Index(rank, y.Kind)
	})
	a, err := k.Account(ctx, account)
	return facts, a.Sequence, err
}

// dueAccounts are many accounts, and what should happen in each.
type dueAccounts struct {
	mutex sync.Mutex
	facts map[users.AccountID][]fact
	last  map[users.AccountID]uint64
	count int
}

// openDue opens them.
func openDue(t testing.TB, k *seatkeeper.Keeper, prefix string, accounts int, from time.Time) *dueAccounts {
	t.Helper()
	all := &dueAccounts{facts: map[users.AccountID][]fact{}, last: map[users.AccountID]uint64{}}
	numbers := make(chan int)
	var workers sync.WaitGroup
	var failed error
	for range 4 {
		workers.Go(func() {
			for i := range numbers {
				id := users.AccountID(fmt.Sprintf("%s%04d", prefix, i))
				facts, last, err := dueAccount(t.Context(), k, id, from)
				all.mutex.Lock()
				all.facts[id], all.last[id], failed = facts, last, errors.Join(failed, err)
				all.count += len(facts)
				all.mutex.Unlock()
			}
		})
	}
	for i := range accounts {
		numbers <- i
	}
	close(numbers)
	workers.Wait()
	require.NoError(t, failed)
	return all
}

// requireOnce asserts that each fact has happened once, in order, and that nothing is due.
func (d *dueAccounts) requireOnce(t *testing.T, k *seatkeeper.Keeper, st store.Store, now time.Time) {
	t.Helper()
	ctx := t.Context()
	for id, want := range d.facts {
		var happened []fact
		for e, err := range k.Events(ctx, id, seats.EventFilter{After: d.last[id]}) {
			require.NoError(t, err)
			require.Equal(t, seats.ByClock, e.Channel)
			happened = append(happened, fact{e.Time, e.Kind, e.User, e.Pool})
		}
		require.Equal(t, want, happened, id)
		for u, err := range k.Users(ctx, id, users.Filter{}) {
			require.NoError(t, err)
			left := strings.HasPrefix(string(u.ID), "leaver") || strings.HasPrefix(string(u.ID), "guest")
			require.Equal(t, left, u.Status == users.Inactive, "%s of %s", u.ID, id)
		}
		licences, err := st.Licences(ctx, id, users.LicenceFilter{State: users.In(users.LicenceReturned)}, 9)
		require.NoError(t, err)
		require.Len(t, licences, 2)
		usage, err := k.Usage(ctx, id)
		require.NoError(t, err)
		require.Equal(t, seats.Of(2), usage.Total)
		require.EqualValues(t, 3, usage.Held)
		drift, err := k.Audit(ctx, id)
		require.NoError(t, err)
		require.Empty(t, drift, id)
	}
	due, err := st.Due(ctx, now.AddDate(100, 0, 0), "", 1)
	require.NoError(t, err)
	require.Empty(t, due)
	done, err := k.RunDue(ctx, seatkeeper.DueRun{})
	require.NoError(t, err)
	require.Zero(t, done, "a run after all finds nothing")
}

// TestKeeper_RunDue_killed has two processes run what is due, one of which is killed in the middle
// with signal 9. Each fact happens once.
func TestKeeper_RunDue_killed(t *testing.T) {
	accounts := 300 // more than four commits settle, which may be under way
	if long.On() {
		accounts = 1000
	}
	on(t, inTurn, func(t *testing.T, e engine) {
		driver, sources := e.dsn(t, database(t))
		s := &site{engine: e, dbs: e.connect(t, driver, sources)}
		s.migrate(t)
		from := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		now, st := from, s.store()
		k, err := ways.New(st, seatkeeper.Options{Now: func() time.Time { return now }})
		require.NoError(t, err)
		all := openDue(t, k, "a", accounts, from)
		require.Equal(t, 10*accounts, all.count)
		now = from.AddDate(0, 2, 0)

		order := dueOrder{Dialect: e.dialect, Driver: driver, Source: sources[0], Now: now}
		began := time.Now()
		order.KillAt = all.count / 4
		killed := startRunner(t, order)
		killed.until(func(seatkeeper.DueProgress) bool { return true })
		order.KillAt = 0
		survivor := startRunner(t, order)
		told := killed.until(func(seatkeeper.DueProgress) bool { return false })
		_ = killed.cmd.Wait()
		require.Equal(t, "signal: killed", killed.cmd.ProcessState.String(), "it was in the middle")
		last := survivor.until(func(seatkeeper.DueProgress) bool { return false })
		require.NoError(t, survivor.cmd.Wait(), survivor.said.String())
		t.Logf("%d facts in %d accounts: %d by the process that was killed, %d by the other, in %v",
			all.count, accounts, told.Events, last.Events, time.Since(began))
		require.Zero(t, last.Failed, survivor.said.String())
		require.Positive(t, last.Events)
		require.LessOrEqual(t, told.Events+last.Events, all.count, "none twice")
		all.requireOnce(t, k, st, now)
	})
}

// BenchmarkKeeper_RunDue has the time of a fact beside that of one plain UPDATE for a person, by
// as many clients, in turns: the medians.
func BenchmarkKeeper_RunDue(b *testing.B) {
	for _, clients := range []int{1, 4} {
		b.Run(fmt.Sprint(clients, " at a time"), func(b *testing.B) { benchmarkDue(b, clients) })
	}
}

func benchmarkDue(b *testing.B, clients int) {
	const accounts = 50
	s := postgres.open(b)
	from := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := from
	k, err := ways.New(s.store(), seatkeeper.Options{Now: func() time.Time { return now }})
	require.NoError(b, err)
	execAll(b, s.dbs[0], "CREATE TABLE plain (id BIGINT PRIMARY KEY, status TEXT NOT NULL, since BIGINT NOT NULL)")
	people := 0
	var due, plain []float64 // microseconds each
	for b.Loop() {
		b.StopTimer()
		now = from
		all := openDue(b, k, fmt.Sprint("r", len(due), "a"), accounts, from)
		execAll(b, s.dbs[0], fmt.Sprintf("INSERT INTO plain SELECT n, 'active', 0 FROM generate_series(%d, %d) n", people, people+all.count-1), "ANALYZE")
		now = from.AddDate(0, 2, 0)
		b.StartTimer()
		began := time.Now()
		done, err := k.RunDue(b.Context(), seatkeeper.DueRun{Parallel: clients})
		due = append(due, float64(time.Since(began).Microseconds())/float64(all.count))
		b.StopTimer()
		require.NoError(b, err)
		require.Equal(b, all.count, done.Events)
		began = time.Now()
		var workers sync.WaitGroup
		for c := range clients {
			workers.Go(func() {
				for i := c; i < all.count; i += clients {
					if _, err := s.dbs[0].Exec("UPDATE plain SET status = 'inactive', since = $1 WHERE id = $2", now.UnixMicro(), people+i); err != nil {
						b.Error(err)
					}
				}
			})
		}
		workers.Wait()
		plain = append(plain, float64(time.Since(began).Microseconds())/float64(all.count))
		people += all.count
		b.StartTimer()
	}
	median := func(all []float64) float64 {
		slices.Sort(all)
		return all[len(all)/2]
	}
	b.ReportMetric(median(due), "us/fact")
	b.ReportMetric(median(plain), "us/update")
	b.ReportMetric(median(due)/median(plain), "ratio")
}
