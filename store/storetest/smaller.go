package storetest

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
	"github.com/seatkeeper/seatkeeper/users"
)

// A script is a sequence as it is drawn.
type script struct {
	opening seats.Opening
	steps   []step
}

// GoString is short, since rapid prints what it drew, and a failure says it all.
func (s script) GoString() string { return fmt.Sprintf("an opening and %d steps", len(s.steps)) }

// A failure is what went wrong with a script, and the calls up to there.
type failure struct {
	what  string
	calls []call
}

func (f *failure) String() string {
	var b strings.Builder
	b.WriteString(f.what + "\nthe script:\n")
	for i, c := range f.calls {
		fmt.Fprintf(&b, "%3d  %v\n", i, c)
	}
	return b.String()
}

// Errorf, FailNow and Helper let the assertions of a script report to a failure
// rather than to a test, so that it can be tried again with less in it.

func (f *failure) Errorf(format string, args ...any) {
	f.what += trace.ReplaceAllString(fmt.Sprintf(format, args...), "$1")
}
func (f *failure) FailNow() { panic(f) }
func (f *failure) Helper()  {}

// trace is where an assertion stands, which says nothing of the store.
var trace = regexp.MustCompile(`(?s)\tError Trace:.*?\n(\s*Error:)`)

// check draws scripts and plays them.
func check(t *testing.T, draw *rapid.Generator[script], play player) {
	// Scripts know better than rapid what can be left out of them.
	shrinktime := flag.Lookup("rapid.shrinktime")
	given := shrinktime.Value.String()
	require.NoError(t, shrinktime.Value.Set("0s"))
	defer func() { require.NoError(t, shrinktime.Value.Set(given)) }()
	limit, err := time.ParseDuration(given)
	require.NoError(t, err)
	rapid.Check(t, failing(draw, play, limit))
}

// failing is the property of one script that is drawn and played. One that fails is
// made smaller for some time.
func failing(draw *rapid.Generator[script], play player, limit time.Duration) func(*rapid.T) {
	var least *failure
	return func(t *rapid.T) {
		s := draw.Draw(t, "script")
		failed := s.attempt(play)
		if failed == nil {
			return
		}
		if least == nil { // rapid asks again and again
			least = s.smaller(play, failed, limit)
		}
		t.Fatal(least)
	}
}

// A player plays a script from its beginning, and reports to the failure.
type player func(*failure, script)

// attempt plays a script and returns what went wrong, if anything.
func (s script) attempt(play player) (failed *failure) {
	f := &failure{}
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p == f:
			failed = f
		default:
			f.what = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
			failed = f
		}
	}()
	play(f, s)
	return nil
}

// pinned returns the script with everybody in it settled as in the failure, so that
// a step stays what it is while others are left out. What came after the failure is.
func (s script) pinned(f *failure) script {
	s.steps = slices.Clone(s.steps[:len(f.calls)-1])
	if s.opening.Owner.ID == "" {
		s.opening.Owner.ID = made(1)
	}
	for i, c := range f.calls[1:] {
		ids := c.ids
		c.commands = seats.Identify(c.commands, func() users.ID { ids++; return made(ids) })
		s.steps[i].pinned = &c
	}
	return s
}

// smaller returns what goes wrong with the least of a script that still fails,
// as far as the time allows.
func (s script) smaller(play player, f *failure, limit time.Duration) *failure {
	end := time.Now().Add(limit)
	try := func(less script) bool {
		if time.Now().After(end) {
			return false
		}
		failed := less.attempt(play)
		if failed == nil {
			return false
		}
		s, f = less, failed
		s.steps = s.steps[:min(len(s.steps), len(f.calls)-1)]
		return true
	}
	try(s.pinned(f))
	for again := true; again; {
		again = false
		for size := len(s.steps); size > 0; size /= 2 { // steps in a row
			for at := 0; at < len(s.steps); {
				if try(script{s.opening, slices.Delete(slices.Clone(s.steps), at, min(at+size, len(s.steps)))}) {
					again = true
				} else {
					at += size
				}
			}
		}
		for at := 0; at < len(s.steps); at++ {
			for _, simpler := range s.steps[at].simpler() {
				less := script{s.opening, slices.Clone(s.steps)}
				less.steps[at] = simpler
				if try(less) {
					again = true
					break
				}
			}
		}
		for _, o := range simplerOpenings(s.opening) {
			again = try(script{o, s.steps}) || again
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
func (s step) simpler() (all []step) {
	if s.fault != None {
		sound := s
		sound.fault, sound.strikes = None, 0
		all = append(all, sound)
	}
	if s.pinned == nil {
		return all
	}
	with := func(commands []seats.Command) {
		less, c := s, *s.pinned
		c.commands = commands
		less.pinned = &c
		all = append(all, less)
	}
	if s.pinned.key != "" {
		less, c := s, *s.pinned
		less.again, c.key = false, ""
		less.pinned = &c
		all = append(all, less)
	}
	for i, command := range s.pinned.commands {
		if len(s.pinned.commands) > 1 {
			with(slices.Delete(slices.Clone(s.pinned.commands), i, i+1))
		}
		if c, ok := command.(seats.Invite); ok {
			if p := bare(c.Profile); !reflect.DeepEqual(p, c.Profile) {
				commands := slices.Clone(s.pinned.commands)
				commands[i] = seats.Invite{Profile: p, Role: c.Role}
				with(commands)
			}
		}
	}
	return all
}

// bare returns a profile without what nobody is known by, but for an address.
func bare(p users.Profile) users.Profile {
	if p.Email != "" {
		return users.Profile{ID: p.ID, Email: p.Email}
	}
	return users.Profile{ID: p.ID, Username: p.Username, ExternalID: p.ExternalID}
}
