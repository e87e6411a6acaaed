package gen

import (
	"flag"
	"fmt"
	"reflect"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Script is a sequence as it is drawn.
type Script struct {
	Opening seats.Opening
	Steps   []Step
}

// GoString is short, since rapid prints what it drew, and a failure says it all.
func (s Script) GoString() string { return fmt.Sprintf("an opening and %d steps", len(s.Steps)) }

// A Failure is what went wrong with a script, and the calls up to there.
type Failure struct {
	What  string
	Calls []Call
}

func (f *Failure) String() string {
	var b strings.Builder
	b.WriteString(f.What + "\nthe script:\n")
	for i, c := range f.Calls {
		fmt.Fprintf(&b, "%3d  %v\n", i, c)
	}
	return b.String()
}

// Errorf notes what went wrong. With FailNow and Helper it lets the assertions of a script
// report to the failure and not to a test, so that a smaller script can be tried.
func (f *Failure) Errorf(format string, args ...any) {
	f.What += trace.ReplaceAllString(fmt.Sprintf(format, args...), "$1")
}

// FailNow ends the attempt.
func (f *Failure) FailNow() { panic(f) }

// Helper does nothing: a failure has no lines of the test to hide.
func (f *Failure) Helper() {}

// trace is where an assertion stands, which says nothing of the store.
var trace = regexp.MustCompile(`(?s)\tError Trace:.*?\n(\s*Error:)`)

// Check draws scripts and plays them.
func Check(t *testing.T, draw *rapid.Generator[Script], play Player) {
	// Scripts know better than rapid what can be left out of them.
	shrinktime := flag.Lookup("rapid.shrinktime")
	given := shrinktime.Value.String()
	require.NoError(t, shrinktime.Value.Set("0s"))
	defer func() { require.NoError(t, shrinktime.Value.Set(given)) }()
	limit, err := time.ParseDuration(given)
	require.NoError(t, err)
	rapid.Check(t, Property(draw, play, limit))
}

// Property is the property of one script that is drawn and played. One that fails is
// made smaller for some time.
func Property(draw *rapid.Generator[Script], play Player, limit time.Duration) func(*rapid.T) {
	var least *Failure
	return func(t *rapid.T) {
		s := draw.Draw(t, "script")
		failed := s.Attempt(play)
		if failed == nil {
			return
		}
		if least == nil { // rapid asks again and again
			least = s.Smaller(play, failed, limit)
		}
		t.Fatal(least)
	}
}

// A Player plays a script from its beginning, and reports to the failure.
type Player func(*Failure, Script)

// Attempt plays a script and returns what went wrong, if anything.
func (s Script) Attempt(play Player) (failed *Failure) {
	f := &Failure{}
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p == f:
			failed = f
		default:
			f.What = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
			failed = f
		}
	}()
	play(f, s)
	return nil
}

// pinned returns the script with the users chosen as in the failure, so that
// a step stays what it is while others are left out. What came after the failure is.
func (s Script) pinned(f *Failure) Script {
	s.Steps = slices.Clone(s.Steps[:len(f.Calls)-1])
	if s.Opening.Owner.ID == "" {
		s.Opening.Owner.ID = NthID(1)
	}
	for i, c := range f.Calls[1:] {
		ids := c.Ids
		c.Commands = seats.Identify(c.Commands, func() users.ID { ids++; return NthID(ids) })
		s.Steps[i].Pinned = &c
	}
	return s
}

// Smaller returns what goes wrong with the least of a script that still fails,
// as far as the time allows.
func (s Script) Smaller(play Player, f *Failure, limit time.Duration) *Failure {
	end := time.Now().Add(limit)
	try := func(less Script) bool {
		if time.Now().After(end) {
			return false
		}
		failed := less.Attempt(play)
		if failed == nil {
			return false
		}
		s, f = less, failed
		s.Steps = s.Steps[:min(len(s.Steps), len(f.Calls)-1)]
		return true
	}
	try(s.pinned(f))
	for again := true; again; {
		again = false
		for size := len(s.Steps); size > 0; size /= 2 { // steps in a row
			for at := 0; at < len(s.Steps); {
				if try(Script{s.Opening, slices.Delete(slices.Clone(s.Steps), at, min(at+size, len(s.Steps)))}) {
					again = true
				} else {
					at += size
				}
			}
		}
		for at := 0; at < len(s.Steps); at++ {
			for _, simpler := range s.Steps[at].simpler() {
				less := Script{s.Opening, slices.Clone(s.Steps)}
				less.Steps[at] = simpler
				if try(less) {
					again = true
					break
				}
			}
		}
		for _, o := range simplerOpenings(s.Opening) {
			again = try(Script{o, s.Steps}) || again
		}
	}
	return f
}

func simplerOpenings(o seats.Opening) (all []seats.Opening) {
	if o.Policy != seats.Standard() {
		plain := o
		plain.Policy = seats.Standard()
		all = append(all, plain)
	}
	if o.Name+o.Zone != "" {
		plain := o
		plain.Name, plain.Zone = "", ""
		all = append(all, plain)
	}
	if p := bare(o.Owner); !reflect.DeepEqual(p, o.Owner) {
		nobody := o
		nobody.Owner = p
		all = append(all, nobody)
	}
	return all
}

// simpler returns the step with one thing less in it, in all the ways there are.
func (s Step) simpler() (all []Step) {
	if s.Fault != faults.None {
		sound := s
		sound.Fault, sound.Strikes = faults.None, 0
		all = append(all, sound)
	}
	if s.Pinned == nil {
		return all
	}
	with := func(commands []seats.Command) {
		less, c := s, *s.Pinned
		c.Commands = commands
		less.Pinned = &c
		all = append(all, less)
	}
	if s.Pinned.Key != "" {
		less, c := s, *s.Pinned
		less.Again, c.Key = false, ""
		less.Pinned = &c
		all = append(all, less)
	}
	for i, command := range s.Pinned.Commands {
		if len(s.Pinned.Commands) > 1 {
			with(slices.Delete(slices.Clone(s.Pinned.Commands), i, i+1))
		}
		if c, ok := command.(seats.Invite); ok {
			if p := bare(c.Profile); !reflect.DeepEqual(p, c.Profile) {
				commands := slices.Clone(s.Pinned.Commands)
				commands[i] = seats.Invite{Profile: p, Role: c.Role}
				with(commands)
			}
		}
	}
	return all
}

// bare returns a profile with no more than the keys, and with an address no more than that.
func bare(p users.Profile) users.Profile {
	if p.Email != "" {
		return users.Profile{ID: p.ID, Email: p.Email}
	}
	return users.Profile{ID: p.ID, Username: p.Username, ExternalID: p.ExternalID}
}
