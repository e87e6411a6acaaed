package sqltest_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// The files in testdata/stored are databases as each version has written them: a SQLite file, and
// the statements that make the others, each with the digests of its accounts. A later release
// migrates a copy, reads what is in it, and goes on with it. A release with a migration adds files
// of its own and keeps the earlier ones:
//
//	go test ./sqlstore/sqltest -run TestStored_write -stored v2
var writeStored = flag.String("stored", "", "the version in the names of the stored databases to write")

// storedEngines have databases in the repository.
var storedEngines = []engine{sqlite, postgres, mariadb}

// storedFile returns the path of a stored database.
func storedFile(version string, e engine) string {
	suffix := ".sql"
	if e.dialect == sqlstore.SQLite {
		suffix = ".db"
	}
	return filepath.Join("testdata", "stored", version+"_"+e.dialect.String()+suffix)
}

// storedUntil is the last instant of the stored databases.
var storedUntil = time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)

// The key of a stored call, and its commands.
const storedKey = "stored call"

func storedCall() []seats.Command {
	return []seats.Command{seats.Invite{Profile: users.Profile{ID: "keyed", Email: "keyed@acme.example", FirstName: "Kéyed", LastName: `O'"\`}}}
}

// storedPeople are the users of an account that the commands are about.
func storedPeople() []users.ID {
	return []users.ID{"ada", "ben", "cleo", "dan", "eva", "fay", "gus", "hal", "ida", "jon", "kim", "lea"}
}

// TestStored_write writes the files, with -stored alone.
func TestStored_write(t *testing.T) {
	if *writeStored == "" {
		t.Skip("it writes the stored databases with -stored")
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(storedFile(*writeStored, sqlite)), 0o755))
	for _, e := range storedEngines {
		s := e.open(t)
		lived(t, s.stores[0])
		path := storedFile(*writeStored, e)
		if e.dialect == sqlstore.SQLite {
			_ = os.Remove(path)
			execAll(t, s.dbs[0], "VACUUM INTO '"+path+"'")
		} else {
			require.NoError(t, os.WriteFile(path, []byte(dumped(t, s)), 0o644))
		}
		require.NoError(t, os.WriteFile(path+".digests", []byte(digests(t, s.stores[0])), 0o644))
	}
}

// lived makes accounts with rows of every kind, all dates between March and the last instant.
func lived(t *testing.T, st *sqlstore.Store) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	k, err := ways.New(st, seatkeeper.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	for n, policy := range []seats.Policy{seats.Standard(), seats.AccuEdConnect(), seats.UsersPage(), seats.HowNow()} {
		account := users.AccountID([]string{"acme", "shop", "courses", "gone"}[n])
		_, err := k.Open(t.Context(), seats.Opening{Account: account, Name: "Ácme \"1\"", Total: seats.Of(9), Policy: policy, Zone: "Europe/Berlin", Owner: profile("olive")})
		require.NoError(t, err)
		_, err = k.With(seatkeeper.Call{Key: storedKey, Reason: "a reason; with '\\ signs"}).Do(t.Context(), account, olive, storedCall()...)
		require.NoError(t, err)
		_, err = k.Do(t.Context(), account, users.System(), seats.SetTotal{Pool: gen.Course, Total: seats.Of(5)}, seats.AssignCourse{User: "keyed", Pool: gen.Course})
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(uint64(n), 1))
		for i := range 220 {
			now = now.Add(time.Duration(r.IntN(60)) * time.Minute)
			goOn(t, k, account, r.IntN, i)
		}
		day, late := users.Date("2026-12-31"), seats.AccuEdConnect()
		late.InvitationExpiry, late.Term, late.SharedAddresses = seats.ExpiryFreesSeat, 100*24*time.Hour, seats.SharingAllowed
		late.IdentityChange = seats.IdentityChangeRefused
		late.Growth = seats.Growth{Step: seats.Amount{Number: 1}, Ceiling: 40}
		late.Thresholds.Low[0].Left.Number = 29
		sharing := func(id users.ID) seats.Command {
			p := profile(id)
			p.Username, p.Email = string(id), "Family@acme.example"
			return seats.Invite{Profile: p}
		}
		for _, c := range []seats.Command{
			seats.SetTotal{Total: seats.Of(30)}, seats.SetPolicy{Policy: late}, seats.BookTotal{Date: "2026-12-01", Total: seats.Unlimited()},
			seats.EditPool{Pool: gen.Course, LastDay: &day, Term: &seats.LicenceTerm{Days: 300}},
			seats.Invite{Profile: profile("late"), Leave: users.Until("2026-11-30")}, sharing("mia"), sharing("noah"),
			seats.SetCode{Pool: "stored class", Uses: seats.Of(3), Text: "STORED-2345"}, seats.Add{Profile: profile("pia")},
		} {
			_, err := k.Do(t.Context(), account, users.System(), c)
			require.NoError(t, err, "%T", c)
		}
		for owner, err := range k.Users(t.Context(), account, users.Filter{Role: users.In(users.Owner)}) {
			require.NoError(t, err)
			_, err = k.Do(t.Context(), account, users.As(owner.ID), seats.OfferOwnership{User: "pia"}, seats.Edit{User: "pia", Set: users.Patch{LastName: new("Married")}})
			require.NoError(t, err)
			break
		}
		fed(t, k, account, late)
		now = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	}
	now = storedUntil.Add(-time.Hour)
	_, err = k.RunDue(t.Context(), seatkeeper.DueRun{})
	require.NoError(t, err)
	for _, c := range []seats.Command{seats.Close{}, seats.EraseAccount{}} {
		_, err := k.Do(t.Context(), "gone", users.System(), c)
		require.NoError(t, err)
	}
	n := 0
	_, err = k.Drain(t.Context(), eventwise("mails", func(context.Context, seats.Event) error {
		if n++; n == 90 {
			return fmt.Errorf("enough")
		}
		return nil
	}))
	require.Error(t, err)
}

// goOn makes a call of random commands, some of which are refused.
func goOn(t require.TestingT, k *seatkeeper.Keeper, account users.AccountID, below func(int) int, n int) {
	actor, commands := gen.FromFunc(below, storedPeople()).Request()
	for i, c := range commands {
		switch c.(type) {
		case seats.EraseAccount, seats.Close:
			commands[i] = seats.Reopen{} // else little would happen from then on
		}
	}
	if below(3) == 0 {
		k = k.With(seatkeeper.Call{Key: fmt.Sprint("call ", n), Reason: "é"})
	}
	if below(4) == 0 {
		_, err := k.DoEach(context.Background(), account, actor, commands...)
		require.NoError(t, err)
		return
	}
	_, err := k.Do(context.Background(), account, actor, commands...)
	var refusal *seats.Refusal
	if err != nil {
		require.ErrorAs(t, err, &refusal)
	}
}

// dumped returns the statements that make the database, each ended by a semicolon at the end of a
// line.
func dumped(t *testing.T, s *site) string {
	var all strings.Builder
	for _, text := range statementsOf(s.stores[0]) {
		all.WriteString(text + ";\n")
	}
	for _, table := range []string{"accounts", "pools", "users", "licences", "events", "progress", "seen", "misses"} {
		columns, rows := query(t, s.dbs[0], "SELECT * FROM seats_"+table+" ORDER BY 1, 2")
		for _, row := range rows {
			values := make([]string, len(row))
			for i, v := range row {
				values[i] = s.literal(v)
			}
			fmt.Fprintf(&all, "INSERT INTO seats_%s (%s) VALUES (%s);\n", table, strings.Join(columns, ", "), strings.Join(values, ", "))
		}
	}
	return all.String()
}

// literal returns a value in SQL, on one line.
func (s *site) literal(v sql.NullString) string {
	special := strings.ContainsFunc(v.String, func(c rune) bool { return c < ' ' || c == '\\' || c > '~' })
	switch {
	case !v.Valid:
		return "NULL"
	case special && s.dialect == sqlstore.MySQL:
		return fmt.Sprintf("x'%x'", v.String)
	case special:
		return "E'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`, "\t", `\t`, "\x00", "").Replace(v.String) + "'"
	}
	return "'" + strings.ReplaceAll(v.String, "'", "''") + "'"
}

// asBefore leaves out the switches that are younger than the oldest stored database, where they say
// what was the rule before.
var asBefore = strings.NewReplacer(
	`"shared_addresses":"refused",`, "", `"self_removal":false,`, "", `"adds_at_sign_in":false,`, "",
	`"growth":{"ceiling":0},"course_growth":{"ceiling":0},`, "",
	`"thresholds":{"low":[],"full":false,"over":false},"course_thresholds":{"low":[],"full":false,"over":false},`, "",
)

// digests returns a line for each account: all that is stored of it, as this release reads it.
func digests(t require.TestingT, st store.Store) string {
	ctx := context.Background()
	accounts, err := st.Accounts(ctx, "", 99)
	require.NoError(t, err)
	var lines strings.Builder
	for _, a := range accounts {
		people, err := st.Users(ctx, a.ID, users.Filter{Status: users.In(users.Statuses()...)}, 999)
		require.NoError(t, err)
		licences, err := st.Licences(ctx, a.ID, users.LicenceFilter{}, 999)
		require.NoError(t, err)
		pools, err := st.Pools(ctx, a.ID, "", 999)
		require.NoError(t, err)
		events, err := st.Events(ctx, a.ID, seats.EventFilter{}, 9999)
		require.NoError(t, err)
		site, err := st.Load(ctx, seats.Need{Account: a.ID})
		require.NoError(t, err)
		all := []any{a, site[0].Pools, pools, people, licences, events}
		if misses := missesOf(t, st, a); misses != nil {
			all = append(all, misses)
		}
		text, err := json.Marshal(all)
		require.NoError(t, err)
		digest := sha256.Sum256([]byte(asBefore.Replace(string(text))))
		fmt.Fprintf(&lines, "%s revision %d, %d users, %d licences, %d events, %x\n", a.ID, a.Revision, len(people), len(licences), len(events), digest)
	}
	return lines.String()
}

// copyOf opens a copy of a stored database.
func copyOf(t testing.TB, path string, e engine) *site {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	s := &site{engine: e}
	if e.dialect == sqlstore.SQLite {
		file := filepath.Join(servers.Folder(t), newName())
		require.NoError(t, os.WriteFile(file, text, 0o644))
		s.dbs = e.connect(t, "sqlite", []string{"file:" + file + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)"})
	} else {
		driver, sources := e.dsn(t, newName())
		s.dbs = e.connect(t, driver, sources)
		loader := s.dbs[0]
		if e.dialect == sqlstore.MySQL { // all statements at once are allowed to the loader alone
			loader = e.connect(t, driver, []string{sources[0] + "&multiStatements=true"})[0]
		}
		execAll(t, loader, string(text))
	}
	st, err := sqlstore.New(s.dbs[0], e.dialect, e.options)
	require.NoError(t, err)
	s.stores = []*sqlstore.Store{st}
	return s
}

// TestStored opens a copy of every stored database: it is migrated, read as it was written, and in
// order; calls go on with it, the stored ones are known, and a consumer of events continues.
func TestStored(t *testing.T) {
	on(t, storedEngines, func(t *testing.T, e engine) {
		files, err := filepath.Glob(storedFile("*", e))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, path := range files {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				want, err := os.ReadFile(path + ".digests")
				require.NoError(t, err)
				info, err := os.Stat(path)
				require.NoError(t, err)
				require.Less(t, info.Size(), int64(400_000))
				rapid.Check(t, func(rt *rapid.T) {
					st := copyOf(t, path, e).stores[0]
					require.NoError(rt, st.Migrate(t.Context()))
					require.NoError(rt, st.Verify(t.Context()))
					require.Equal(rt, string(want), digests(rt, st))
					continues(rt, st)
				})
			})
		}
	})
}

// continues goes on with a stored database.
func continues(t *rapid.T, st *sqlstore.Store) {
	now := storedUntil
	k, err := ways.New(st, seatkeeper.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	audited := func() (all []seats.Account) {
		for a, err := range k.Accounts(t.Context(), "") {
			require.NoError(t, err)
			drift, err := k.Audit(t.Context(), a.ID)
			require.NoError(t, err)
			require.Empty(t, drift, "%s", a.ID)
			all = append(all, a)
		}
		return all
	}
	require.Len(t, audited(), 4)
	result, err := k.With(seatkeeper.Call{Key: storedKey, Reason: "a reason; with '\\ signs"}).Do(t.Context(), "acme", olive, storedCall()...)
	require.NoError(t, err)
	require.True(t, result.Repeated, "the stored call was made")
	below := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") }
	for i := range 25 {
		account := rapid.SampledFrom([]users.AccountID{"acme", "shop", "courses"}).Draw(t, "account")
		now = now.Add(time.Duration(below(48)) * time.Hour)
		goOn(t, k, account, below, 1000+i)
		usage, err := k.Usage(t.Context(), account)
		require.NoError(t, err)
		free, _ := usage.Available.Number()
		require.False(t, usage.Excess > 0 && free > 0, "%+v", usage)
	}
	seen := map[users.AccountID]uint64{}
	_, err = k.Drain(t.Context(), eventwise("mails", func(_ context.Context, e seats.Event) error {
		if last, ok := seen[e.Account]; ok {
			require.Equal(t, last+1, e.Sequence)
		}
		seen[e.Account] = e.Sequence
		return nil
	}))
	require.NoError(t, err)
	for _, a := range audited() {
		if last, ok := seen[a.ID]; ok {
			require.Equal(t, a.Sequence, last)
		}
	}
}
