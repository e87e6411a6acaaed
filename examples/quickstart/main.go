// Command quickstart does the main job of seatkeeper on a real roster: it reads the file and
// prints its faults, opens an account, fills it to the last seat, makes room, and prints the
// account.
//
// The account is in a SQLite file or the database of -db. Every step may be repeated: a second
// run meets the same users.
package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

//go:embed roster.csv
var sample []byte

var products = map[string]func() seats.Policy{
	"accuedconnect": seats.AccuEdConnect,
	"standard":      seats.Standard,
}

func main() {
	err := run(context.Background(), os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var total seats.Count
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	where := flags.String("db", defaultFile(), "the store of the account: \"memory\", a SQLite `file`, postgres://user:password@host/database,\nor of MariaDB and MySQL user:password@tcp(host:port)/database")
	fresh := flags.Bool("fresh", false, "start over: drop only the tables of earlier runs, "+prefix+"...")
	file := flags.String("roster", "", "the roster to read, a CSV `file`; the default is built in")
	product := flags.String("product", "accuedconnect", "the product with the rules: "+strings.Join(slices.Sorted(maps.Keys(products)), " or "))
	flags.TextVar(&total, "seats", seats.Of(10), "the bought seats: a `number`, or \"unlimited\"")
	if err := flags.Parse(args); err != nil {
		return err
	}
	policy, ok := products[strings.ToLower(*product)]
	if !ok {
		return fmt.Errorf("-product: %q is unknown", *product)
	}
	roster, err := readRoster(out, *file)
	if err != nil {
		return err
	}
	place, err := open(ctx, *where, *fresh)
	if err != nil {
		return err
	}
	defer place.close()
	fmt.Fprintf(out, "Accounts are kept in %s.\n", place.name)
	keeper, err := seatkeeper.New(place.store, seatkeeper.Options{})
	if err != nil {
		return err
	}
	s := site{ctx: ctx, keeper: keeper, out: out}
	return s.run(seats.Opening{Total: total, Policy: policy(), Owner: roster.People[0].Profile}, roster.People[1:])
}

// readRoster reads the file, or the built-in roster, and prints its faults.
func readRoster(out io.Writer, file string) (users.Roster, error) {
	options := users.AccuEdRoster()
	options.SkipFaulty = true
	var content io.Reader = bytes.NewReader(sample)
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return users.Roster{}, err
		}
		defer f.Close()
		content = f
	}
	roster, err := users.ReadRoster(content, options)
	var faults users.Faults
	switch {
	case errors.As(err, &faults):
		fmt.Fprintln(out, "The roster has no usable row. Its faults:")
		list(out, faults)
		return users.Roster{}, errors.New("nothing was done")
	case err != nil:
		return users.Roster{}, err
	}
	fmt.Fprintf(out, "Usable rows of the roster: %d. Faults in others: %d.\n",
		len(roster.People), len(roster.Faults))
	list(out, roster.Faults)
	return roster, nil
}

// list prints the first hundred lines and the number of the others.
func list[T any](out io.Writer, lines []T) {
	const most = 100
	for _, line := range lines[:min(most, len(lines))] {
		fmt.Fprintf(out, "  %v\n", line)
	}
	if more := len(lines) - most; more > 0 {
		fmt.Fprintf(out, "  and %d more\n", more)
	}
	fmt.Fprintln(out)
}

// A site is the account of a run.
type site struct {
	ctx     context.Context
	keeper  *seatkeeper.Keeper
	out     io.Writer
	account users.AccountID
	owner   users.Actor
}

// once returns the Keeper for a call that happens once. A later call with the key, of any
// process, gets the first one's result.
func (s *site) once(key string) *seatkeeper.Keeper {
	return s.keeper.With(seatkeeper.Call{Key: key})
}

func (s *site) run(o seats.Opening, others []users.Entry) error {
	s.account = users.AccountID("northwind-" + o.Digest()) // an account for each number of seats and policy
	o.Account = s.account
	opened, err := s.once("open").Open(s.ctx, o)
	if err != nil {
		return err
	}
	s.owner = users.As(opened.Outcomes[0].User)
	if opened.Repeated {
		fmt.Fprint(s.out, "The account is already here; -fresh would start over.")
	} else {
		fmt.Fprint(s.out, "An account is opened.")
	}
	fmt.Fprintf(s.out, " Seats: %v. The owner is the first person of the roster, %s.\n\n", o.Total, name(o.Owner))

	fmt.Fprintf(s.out, "The owner uploads the others: %d.\n", len(others))
	in, waiting, err := s.upload(others)
	if err != nil {
		return err
	}
	leavers := in[:min(4, len(in))]
	if len(waiting) > 0 && len(leavers) > 0 {
		if err := s.makeRoom(leavers, waiting[:min(len(leavers), len(waiting))]); err != nil {
			return err
		}
	}
	return s.show()
}

// upload invites the people one by one. It returns the users of the account, new or not, and
// the refused entries.
func (s *site) upload(people []users.Entry) (in []users.ID, waiting []users.Entry, err error) {
	bulk, err := s.keeper.DoEach(s.ctx, s.account, s.owner, seats.InviteAll(users.Roster{People: people})...)
	if err != nil {
		return nil, nil, err
	}
	var first *seats.Refusal
	fresh, inactive := 0, 0
	for i, o := range bulk.Outcomes {
		switch refusal := o.Refusal; {
		case refusal == nil:
			in = append(in, o.User)
			if !o.Unchanged {
				fresh++
			}
		case refusal.Code == seats.ErrDuplicate && len(refusal.Others) == 1: // an inactive user
			in = append(in, refusal.User)
			inactive++
		default:
			first = cmp.Or(first, refusal)
			waiting = append(waiting, people[i])
		}
	}
	usage, err := s.keeper.Usage(s.ctx, s.account)
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(s.out, "  %d came in", fresh)
	if here := len(in) - fresh; here > 0 {
		fmt.Fprintf(s.out, ", %d are already here, %d of them inactive", here, inactive)
	}
	fmt.Fprintf(s.out, ": with the owner, %d of %v seats are held.", usage.Held, usage.Total)
	if first != nil {
		fmt.Fprintf(s.out, "\n  %d did not, the first of them row %d, %s:\n    %v", len(waiting), waiting[0].Row, name(waiting[0].Profile), first)
		if len(first.Remedies) > 0 {
			fmt.Fprintf(s.out, "\n    remedies: %v", first.Remedies)
		}
	}
	fmt.Fprint(s.out, "\n\n")
	return in, waiting, nil
}

// makeRoom deactivates some users and uploads others into the free seats, once in the life of
// the account.
func (s *site) makeRoom(leavers []users.ID, newcomers []users.Entry) error {
	var commands []seats.Command
	for _, id := range leavers {
		commands = append(commands, seats.Deactivate{User: id, Reason: "makes room"})
	}
	done, err := s.once("make room").Do(s.ctx, s.account, s.owner, commands...)
	switch {
	case done.Repeated || errors.Is(err, seats.ErrKeyReused): // key reused: the roster has changed
		fmt.Fprint(s.out, "Room was made before. The call has a key and happens once.\n\n")
		return nil
	case err != nil:
		return err
	}
	fmt.Fprintf(s.out, "Deactivated: %d. Their seats are free, their records stay. The next %d are uploaded.\n",
		len(leavers), len(newcomers))
	_, _, err = s.upload(newcomers)
	return err
}

// show prints the cards, the people and the last events.
func (s *site) show() error {
	usage, err := s.keeper.Usage(s.ctx, s.account)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "People in the account: %d, of them active: %d.\n\n",
		usage.People.Count(0, 0), usage.People.Count(users.In(users.Active), 0))
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, card := range usage.Cards {
		fmt.Fprintf(table, "  %s\t%v\n", card.Title, card.Count)
	}
	rows := 0
	fmt.Fprint(table, "\n  STATUS\tROLE\tLOCATION AND NAME\n")
	for p, err := range s.keeper.Users(s.ctx, s.account, users.Filter{}) {
		if err != nil {
			return err
		}
		if rows++; rows > 100 {
			fmt.Fprint(table, "  and so on\n")
			break
		}
		fmt.Fprintf(table, "  %v\t%v\t%s, %s\n", p.Shown, p.Role, p.Location, name(p.Profile))
	}
	fmt.Fprint(table, "\n  EVENT\tSEATS HELD\tABOUT\n")
	for e, err := range s.keeper.Events(s.ctx, s.account, seats.EventFilter{After: usage.Sequence - min(usage.Sequence, 8)}) {
		if err != nil {
			return err
		}
		about, err := s.name(e.User)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "  %d %s\t%d of %v\t%s\n", e.Sequence, e.Kind, e.Held, e.Total, about)
	}
	return table.Flush()
}

// name looks up the user of an event, since events have IDs alone.
func (s *site) name(id users.ID) (string, error) {
	p, err := s.keeper.User(s.ctx, s.account, id)
	return name(p.Profile), err
}

func name(p users.Profile) string { return p.FirstName + " " + p.LastName }
