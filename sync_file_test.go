package seatkeeper_test

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A fileRow is the row of a worker in a nightly file: number, address, name, role, status and groups.
type fileRow struct {
	worker int
	cells  []string
	fault  string // its kind; empty: none
}

// rowFaults are kinds of faulty rows.
var rowFaults = map[string]func(cells []string) string{
	"role":      func(c []string) string { c[3] = "nonsense"; return strings.Join(c, ",") },
	"status":    func(c []string) string { c[4] = "nonsense"; return strings.Join(c, ",") },
	"name":      func(c []string) string { c[2] = strings.Repeat("x", 300); return strings.Join(c, ",") },
	"number":    func(c []string) string { c[0] = "#N/A"; return strings.Join(c, ",") },
	"address":   func(c []string) string { c[1] = "no address"; return strings.Join(c, ",") },
	"both keys": func(c []string) string { c[0], c[1] = "", "no address"; return strings.Join(c, ",") },
	"no key":    func(c []string) string { c[0], c[1] = "", ""; return strings.Join(c, ",") },
	"a comma":   func(c []string) string { c[1] = "Berg," + c[1]; return strings.Join(c, ",") },
	"a quote":   func(c []string) string { c[1] += `"x`; return strings.Join(c, ",") },
	"twice":     func(c []string) string { return strings.Join(c, ",") },
}

// nightlyFile draws a file of some of twelve workers, and makes some of its rows faulty.
func nightlyFile(r *rapid.T) (rows []fileRow, text string) {
	kinds := make([]string, 0, len(rowFaults))
	for kind := range rowFaults {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	lines, last := []string{"External ID,Email,First name,Role,Status,Groups"}, []string{}
	for n := range 12 {
		if rapid.IntRange(0, 3).Draw(r, "missing") == 0 {
			continue
		}
		p := worker(n).Profile
		row := fileRow{worker: n, cells: []string{
			p.ExternalID, p.Email, rapid.SampledFrom([]string{p.FirstName, p.FirstName, "Renamed"}).Draw(r, "name"),
			rapid.SampledFrom([]string{"member", "member", "manager"}).Draw(r, "role"),
			rapid.SampledFrom([]string{"", "active", "active", "inactive"}).Draw(r, "status"), rapid.SampledFrom([]string{"", "Crew", "Crew; Deck"}).Draw(r, "groups"),
		}}
		if rapid.IntRange(0, 9).Draw(r, "moved") == 0 {
			row.cells[1] = fmt.Sprintf("new%d@acme.example", n)
		}
		line := strings.Join(row.cells, ",")
		if rapid.IntRange(0, 4).Draw(r, "faulty") == 0 {
			row.fault = rapid.SampledFrom(kinds).Draw(r, "fault")
			line = rowFaults[row.fault](slices.Clone(row.cells))
		}
		if row.fault == "twice" {
			cells := slices.Clone(row.cells)
			cells[4] = rapid.SampledFrom([]string{"active", "inactive"}).Draw(r, "other status")
			last = append(last, strings.Join(cells, ","))
		}
		rows, lines = append(rows, row), append(lines, line)
	}
	lines = append(append(lines, last...), "1099,w99@acme.example,Last,member,,")
	return rows, strings.Join(lines, "\n") + "\n"
}

// readers are the ways to read a nightly file, and the fields of its columns.
var readers = map[string]func(text string) (iter.Seq2[users.Entry, error], error){
	"scan": func(text string) (iter.Seq2[users.Entry, error], error) {
		return users.Complete(users.ScanRoster(strings.NewReader(text), users.RosterOptions{}).People()), nil
	},
	"read": func(text string) (iter.Seq2[users.Entry, error], error) {
		r, err := users.ReadRoster(strings.NewReader(text), users.RosterOptions{SkipFaulty: true})
		return r.Complete(), err
	},
}

// TestKeeper_Sync_file_random: random faults in random rows of nightly files leave the users of these rows as they are, put no user
// out, and stop nothing else. The same file once more changes nothing.
func TestKeeper_Sync_file_random(t *testing.T) {
	ctx := t.Context()
	rapid.Check(t, func(r *rapid.T) {
		k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
		do(t, k, system, unguarded)
		way := readers[rapid.SampledFrom([]string{"read", "scan"}).Draw(r, "way")]
		for range rapid.IntRange(1, 4).Draw(r, "nights") {
			rows, text := nightlyFile(r)
			was := people(r, ctx, k)
			var digests []string
			for _, read := range readers {
				roster, err := read(text)
				require.NoError(r, err)
				plan, err := k.PreviewSync(ctx, "acme", full, roster)
				require.NoError(r, err)
				digests = append(digests, fmt.Sprint(plan.Differences, plan.Differences.Digest))
			}
			require.Equal(r, digests[0], digests[1], text)
			roster, _ := way(text)
			result, err := k.Sync(ctx, "acme", full, roster, nil)
			require.NoError(r, err)
			requireFaults(r, rows, result.Differences, text)
			requireKept(r, rows, was, people(r, ctx, k), result.Differences, text)
			roster, _ = way(text)
			again, err := k.Sync(ctx, "acme", full, roster, nil)
			require.NoError(r, err)
			require.Empty(r, again.Receipt.Commits, "%s%v; then %v", text, result.Differences, again.Differences)
		}
		requireNoDrift(t, k)
	})
}

// requireFaults requires that each faulty row is told by its line.
func requireFaults(t require.TestingT, rows []fileRow, d seats.Differences, text string) {
	var want, told []int
	twice := 0
	for i, row := range rows {
		switch row.fault {
		case "":
		case "twice":
			want = append(want, len(rows)+2+twice) // the second row
			twice++
		default:
			want = append(want, i+2)
		}
	}
	for _, u := range d.Untouched {
		if u.Refusal.Code == seats.ErrBadInput {
			told = append(told, u.Row)
		}
	}
	slices.Sort(want)
	slices.Sort(told)
	require.Equal(t, want, told, text)
}

// requireKept requires that users of faulty rows are as before, and that the others are as their rows say.
func requireKept(t require.TestingT, rows []fileRow, was, is []users.User, d seats.Differences, text string) {
	find := func(list []users.User, number string) *users.User {
		if i := slices.IndexFunc(list, func(u users.User) bool { return u.ExternalID == number }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	for n := range 12 {
		number := worker(n).Profile.ExternalID
		before, after := find(was, number), find(is, number)
		i := slices.IndexFunc(rows, func(row fileRow) bool { return row.worker == n })
		in := after != nil && (after.Status == users.Active || after.Status == users.Invited)
		switch {
		case i < 0 && d.Unreadable > 0:
			require.Equal(t, before, after, "%s%d may be in an unreadable row", text, n)
		case i < 0:
			require.False(t, in, "%s%d is missing", text, n)
		case rows[i].fault != "" && (before != nil || rows[i].fault != "twice"):
			require.Equal(t, before, after, "%s%d has a faulty row", text, n)
		case rows[i].fault != "":
		case rows[i].cells[4] == "inactive":
			require.False(t, in, "%s%d has left", text, n)
		default:
			require.True(t, in, "%s%d is in", text, n)
			require.Equal(t, []string{rows[i].cells[1], rows[i].cells[2], rows[i].cells[3]}, []string{after.Email, after.FirstName, after.Role.String()}, "%s%d", text, n)
		}
	}
}

// TestKeeper_Sync_file: a file with faulty rows goes on; a fault of the file as a whole stops the run.
func TestKeeper_Sync_file(t *testing.T) {
	const header = "External ID,Email,First name\n"
	row := func(n int) string {
		p := worker(n).Profile
		return p.ExternalID + "," + p.Email + "," + p.FirstName + "\n"
	}
	all := func(from, to int) (text string) {
		for n := range numbers(from, to) {
			text += row(from + n)
		}
		return text
	}
	for name, c := range map[string]struct {
		file string
		want string // empty: the run stops
		told string
	}{
		"an address":       {header + all(2, 30) + "1001,w1@@acme.example,Worker 1\n" + row(30), "30 rows: 28 as before, 1 joins, 1 leaves, 1 left as it is: bad-input", "row 30: seats: not valid: email is not an email address"},
		"a number":         {header + "1.23457E+12,w1@acme.example,Worker 1\n" + all(2, 30), "29 rows: 28 as before, 1 leaves, 1 left as it is: bad-input", "row 2: seats: not valid: external ID is an error or a rounded number of a spreadsheet: give the value as a text, or leave the cell empty"},
		"no key":           {header + ",,Worker 1\n" + all(2, 31), "30 rows: 28 as before, 1 joins, 2 are missing, 1 left as it is: bad-input; no missing user leaves, since 1 row has no readable key", "row 2: seats: not valid: the row has no email, username or external ID: give one of them"},
		"cells moved":      {header + "1001,Berg,w1@acme.example,Worker 1\n" + all(2, 31), "30 rows: 28 as before, 1 joins, 2 are missing, 1 left as it is: bad-input; no missing user leaves, since 1 row has no readable key", "row 2: seats: not valid: the row has more cells than the header"},
		"a row of quotes":  {header + "1001,w1@acme.example,\"Worker\" 1\n" + all(2, 30), "29 rows: 28 as before, 2 are missing, 1 left as it is: bad-input; no missing user leaves, since 1 row has no readable key", "row 2: seats: not valid: the row has a misplaced or unclosed quotation mark"},
		"cut":              {header + all(1, 20) + "1020,\"w20@acme", "", "users: roster: row 21 has a misplaced or unclosed quotation mark"},
		"another encoding": {header + all(1, 20) + "1020,w20@acme.example,Bj\xf6rn\n", "", "users: roster: row 21 is not in UTF-8: save the file as CSV UTF-8"},
		"no header":        {all(1, 20), "", "users: roster: the file has no header: none of its first rows, with a comma, semicolon, tab, |, ^ or : between the cells, names a column"},
		"faulty rows only": {header + "1001,no address,Worker 1\n1002,no address,Worker 2\n", "", "mail is not an email address"},
	} {
		for way, read := range readers {
			t.Run(name+", "+way, func(t *testing.T) {
				k := staffed(t, seats.Standard(), true, numbers(0, 30)...)
				was := people(t, t.Context(), k)
				roster, err := read(c.file)
				if err == nil {
					var result seatkeeper.SyncResult
					result, err = k.Sync(t.Context(), "acme", nightly, roster, nil)
					if c.want != "" {
						require.NoError(t, err)
						require.Equal(t, c.want, result.Differences.String())
						u := result.Differences.Untouched[0]
						require.Equal(t, c.told, fmt.Sprintf("row %d: %v", u.Row, u.Refusal))
						require.Equal(t, users.Active, of(t, k, "1001").Status)
						return
					}
				}
				require.Empty(t, c.want)
				require.ErrorContains(t, err, c.told)
				require.NotErrorIs(t, err, io.EOF)
				require.Equal(t, was, people(t, t.Context(), k))
			})
		}
	}
}
