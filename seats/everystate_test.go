package seats_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestDecide_every_state visits every state that an account of three people and 0 to 3
// seats can get into, under every preset, and asserts in each what always holds.
// The people are an owner and two more, who can be admins and members (a manager
// is a member as far as seats go); no user is new after a deletion. Closing and reopening,
// in which no switch has a part, are tried under one preset.
func TestDecide_every_state(t *testing.T) {
	for _, preset := range seats.Presets() {
		if !long.On() && preset.Name != "Standard" {
			continue
		}
		t.Run(preset.Name, func(t *testing.T) {
			t.Parallel()
			w := walk{
				t: t, actors: []users.Actor{owner, users.As("ada"), users.As("bob"), support, system},
				commands: peopleCommands(long.On() && preset.Name == "Standard"),
				waits:    []time.Duration{15 * 24 * time.Hour}, state: node.people,
				within: func(n node) bool {
					total, _ := n.rows.Pools[0].Total.Number()
					return total <= 3
				},
			}
			for total := range int64(3) {
				s := open(t, seats.Of(total+1), preset.Policy)
				w.visit(node{s.rows, s.now})
			}
			w.everywhere()
		})
	}
}

type node struct {
	rows seats.Snapshot
	now  time.Time
}

// A walk visits every state that it finds within its bounds.
type walk struct {
	t        *testing.T
	actors   []users.Actor
	commands []seats.Command
	waits    []time.Duration
	state    func(node) string // describes a node as far as it matters to any command
	within   func(node) bool   // the bounds
	check    func(node)        // asserts what holds in every state, besides requireSound; nil: nothing

	seen                    map[string]bool
	queue                   []node
	done, refused, remedies int
}

// everywhere goes on until every state is visited.
func (w *walk) everywhere() {
	for len(w.queue) > 0 {
		n := w.queue[0]
		w.queue = w.queue[1:]
		w.leave(n)
	}
	w.t.Logf("%d states, %d commands carried out, %d refused, %d remedies tried",
		len(w.seen), w.done, w.refused, w.remedies)
	if w.done == 0 || w.refused == 0 || w.remedies == 0 {
		w.t.Fatal("the walk went nowhere")
	}
}

var three = []users.ID{"owner", "ada", "bob"}

// people describes the users of a node and the site pool. The three people are
// interchangeable, and so are the states in which they have changed places.
func (n node) people() string {
	var b strings.Builder
	people := make([]string, 0, len(n.rows.Users))
	for _, u := range n.rows.Users {
		end := "-"
		if !u.Expires.IsZero() {
			end = fmt.Sprint(n.now.Before(u.Expires))
		}
		people = append(people, fmt.Sprint(u.Status, u.Role, u.LeftAs, u.ArchivedAs, u.FirstSignIn.IsZero(), end))
	}
	slices.Sort(people)
	fmt.Fprint(&b, n.rows.Account.Closed.IsZero(), people, n.rows.Pools[0].Total, n.rows.Pools[0].OverLimit)
	return b.String()
}

// seated counts who holds a seat, or would if the account were open.
func (n node) seated() (seated int) {
	for _, u := range n.rows.Users {
		if users.In(users.Invited, users.Active).Has(u.Status) && !n.rows.Account.Policy.Exempt.Has(u.Role) {
			seated++
		}
	}
	return seated
}

// occupied counts the seats of the site pool, or the unstarted licences of a course.
func (n node) occupied(id seats.PoolID) int {
	if id == seats.Site {
		return n.seated()
	}
	held := 0
	for _, l := range n.rows.Licences {
		if l.Pool == string(id) && l.State() == users.LicenceAssigned {
			held++
		}
	}
	return held
}

func (w *walk) visit(n node) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	if state := w.state(n); w.within(n) && !w.seen[state] {
		w.seen[state] = true
		requireSound(w.t, n.rows)
		if w.check != nil {
			w.check(n)
		}
		w.queue = append(w.queue, n)
	}
}

// leave goes every way out of a state: every command by every actor, and the
// passing of time.
func (w *walk) leave(n node) {
	for _, actor := range w.actors {
		for _, c := range w.commands {
			w.try(n, actor, c)
		}
	}
	for _, d := range w.waits {
		w.visit(w.settled(node{n.rows, n.now.Add(d)}))
	}
}

// settled lets happen what is due.
func (w *walk) settled(n node) node {
	for turns := 0; n.rows.Account.IsDue(n.now); turns++ {
		c := seats.Settle(n.rows, seats.Request{Actor: system, At: n.now, Change: "c", Channel: seats.ByClock, Zones: keptZone})
		requireTrueEvents(w.t, n.rows, c)
		if n.rows = n.rows.Apply(c); turns == 9 {
			w.t.Fatalf("%s: it is due for ever", w.state(n))
		}
		n.rows.Past = nil
	}
	return n
}

// peopleCommands are the commands about three people, their roles and seats.
func peopleCommands(closes bool) []seats.Command {
	var all []seats.Command
	for _, id := range three {
		all = append(all,
			seats.Accept{User: id}, seats.Approve{User: id}, seats.Notify{User: id},
			seats.Deactivate{User: id}, seats.Reactivate{User: id}, seats.Archive{User: id}, seats.Restore{User: id},
			seats.Delete{User: id}, seats.Erase{User: id}, seats.HandOver{User: id, Successor: "owner"}, seats.Edit{User: id, Set: users.Patch{Title: new("x")}},
			seats.ChangeRole{User: id, Role: users.Admin}, seats.ChangeRole{User: id}, seats.GrantOwnership{User: id}, seats.EndOwnership{User: id},
			seats.Invite{Profile: profile(id), Role: users.Admin}, seats.Invite{Profile: profile(id), Role: users.Admin, Later: true},
			seats.Add{Profile: profile(id), Role: users.Admin}, seats.Import{User: importedUser(id, nil)},
		)
	}
	for total := range int64(4) {
		all = append(all, seats.SetTotal{Total: seats.Of(total)})
	}
	if closes {
		all = append(all, seats.Close{}, seats.Reopen{})
	}
	return append(all, seats.BuySeats{Quantity: 1}, seats.ReturnSeats{Quantity: 1})
}

var keptZones sync.Map

// keptZone looks a zone up, and reads its file once.
func keptZone(name string) (*time.Location, error) {
	if in, ok := keptZones.Load(name); ok {
		return in.(*time.Location), nil
	}
	in, err := time.LoadLocation(name)
	if err == nil {
		keptZones.Store(name, in)
	}
	return in, err
}

func (w *walk) decide(n node, actor users.Actor, commands ...seats.Command) (node, *seats.Refusal) {
	d, err := seats.Decide(n.rows, seats.Request{Actor: actor, Commands: commands, At: n.now, Change: "c", Channel: seats.ByCall, Zones: keptZone})
	if err != nil {
		var refusal *seats.Refusal
		errors.As(err, &refusal)
		return n, refusal
	}
	requireTrueEvents(w.t, n.rows, d.Change)
	requireNewKeys(w.t, n.rows, d.Change)
	rows := n.rows.Apply(d.Change)
	rows.Past = nil
	return w.settled(node{rows, n.now}), nil
}

func (w *walk) try(n node, actor users.Actor, c seats.Command) {
	next, refusal := w.decide(n, actor, c)
	if refusal == nil {
		w.done++
		w.visit(next)
		return
	}
	w.refused++
	for _, r := range refusal.Remedies {
		w.remedies++
		if !w.helps(n, actor, []seats.Command{c}, r, three) {
			w.t.Fatalf("%s: %#v by %v is refused (%v), and it does not help to %v", w.state(n), c, actor, refusal, r)
		}
	}
}

// helps reports whether the refused call passes once the remedy was carried out. Where a
// step says only how many, it is the first of the users that fit.
func (w *walk) helps(n node, actor users.Actor, call []seats.Command, r seats.Remedy, people []users.ID) bool {
	named := n.named(actor, call)
	for _, c := range call {
		if set, ok := c.(seats.SetPolicy); ok {
			for _, u := range n.rows.Users {
				named[u.ID] = named[u.ID] || set.Policy.Exempt.Has(u.Role)
			}
		}
	}
	var edits []seats.Edit // in whose place another person is invited
	var rest []seats.Command
	for i, c := range call {
		if edit, ok := c.(seats.Edit); ok && slices.Contains(r.Replaces, i) {
			edits = append(edits, edit)
		}
		if !slices.Contains(r.Replaces, i) {
			rest = append(rest, c)
		}
	}
	leavers := users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionUnassignCourse)
	for _, step := range r.Steps {
		doer, left, candidates := actor, int64(1), []users.ID{step.User}
		if step.Vendor {
			doer = support
		}
		leaver := step.User == "" && leavers.Has(step.Action)
		if leaver || step.Action == users.ActionGrantOwnership {
			left = step.Count
			candidates = slices.DeleteFunc(slices.Clone(people), func(id users.ID) bool { return named[id] })
		}
		for _, id := range candidates {
			named := step
			named.User = id
			c, _ := named.Command()
			switch step.Action {
			case users.ActionInvite:
				other, _, err := edits[0].Set.Apply(users.Profile{ID: "other-" + edits[0].User})
				require.NoError(w.t, err)
				c = seats.Invite{Profile: other, Role: find(w.t, n.rows, edits[0].User).Role}
				edits = edits[1:]
			case users.ActionEdit:
				if step.Vendor { // the replaced one
					c, edits = edits[0], edits[1:]
				}
			case users.ActionHandOver:
				c = seats.HandOver{User: id, Successor: "other-" + id}
			}
			next, refusal := w.decide(n, doer, c)
			if left == 0 || refusal != nil || leaver && next.occupied(step.Pool) == n.occupied(step.Pool) {
				continue
			}
			n, left = next, left-1
		}
		if left > 0 {
			return false
		}
	}
	_, refusal := w.decide(n, actor, rest...)
	return refusal == nil
}

// named returns the actor and the users that the call names, by ID or by key.
func (n node) named(actor users.Actor, call []seats.Command) map[users.ID]bool {
	need := seats.Needs("acme", actor, call...)
	named := map[users.ID]bool{}
	for _, u := range n.rows.Users {
		named[u.ID] = slices.Contains(need.Users, u.ID) || slices.ContainsFunc(need.Keys, u.Has)
	}
	return named
}
