// Package storetest holds the tests that every store has to pass, ours and those
// of hosts: what package store says, sentence by sentence, and random sequences
// that drive a Keeper on the store and hold what comes of it against a model of the
// rules that shares no code with them. An adapter's own test is a call of [Run], and one
// of [Lockstep].
package storetest

import (
	"testing"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/store"
)

// Options are what a store does not do, and what it takes to try the rest. The
// zero value asks for all that package store says, but for what outlives a restart.
type Options struct {
	// NoOutbox: Pending and Advance return [errors.ErrUnsupported].
	NoOutbox bool
	// NoContexts: calls do not end with their context.
	NoContexts bool
	// Reopen returns the store anew, as after a restart of the program or the
	// machine. The one that it is given is not used any more. If nil, nothing is asked
	// of a restart.
	Reopen func(testing.TB, store.Store) store.Store
}

// specification is what a store does. Every test asks for the store once.
var specification = []struct {
	name string
	test func(*tester)
}{
	{"Load answers each need in order", answersInOrder},
	{"Load finds people by ID and by key", findsPeople},
	{"Load brings the pools that are named", bringsPools},
	{"Load brings the owners and admins", bringsAdmins},
	{"Load brings the events of a change and of a request key", bringsThePast},
	{"a snapshot is one moment of its account", oneMoment},

	{"Commit gives each change a verdict of its own", ownVerdicts},
	{"a change is written on the revision it was decided on", guardsTheRevision},
	{"the numbers of events have no gaps", guardsTheSequence},
	{"an account whose last event is missing is not written", guardsTheLastEvent},
	{"a pool that is not sound is refused", guardsThePools},
	{"a taken key is refused", guardsTheKeys},
	{"a conflict comes before a taken key", conflictFirst},
	{"of a refused change nothing is written", allOrNothing},
	{"who gives up a key makes room in the same change", makesRoom},
	{"rows replace rows", replacesRows},

	{"accounts are told apart byte by byte", tellsAccountsApart},
	{"users are told apart byte by byte", tellsUsersApart},
	{"keys are told apart byte by byte and by kind", tellsKeysApart},
	{"pools are told apart byte by byte", tellsPoolsApart},
	{"changes and request keys are told apart byte by byte", tellsCallsApart},
	{"filters compare byte by byte", tellsTextsApart},
	{"consumers are told apart byte by byte", tellsConsumersApart},

	{"accounts and pools come back as they were given", keepsAccounts},
	{"users come back as they were given", keepsUsers},
	{"events come back as they were given", keepsEvents},
	{"instants come back as they were given", keepsInstants},
	{"what comes in and goes out is a copy", copies},

	{"Users and Tally agree with the filter", filtersUsers},
	{"Events agrees with the filter", filtersEvents},
	{"lists come in pages", comesInPages},
	{"pages are right while rows come and go", pagesStayRight},
	{"Accounts lists all accounts in pages", listsAccounts},
	{"a loop over a list may read and write", loopsMayWork},
	{"an unknown account has no lists, and an empty list is none", unknownAccounts},

	{"Load brings who is due", bringsWhoIsDue},
	{"Due lists the accounts that are due", listsWhatIsDue},
	{"the store's own time comes along, or never", bringsItsTime},

	{"a consumer begins behind", beginsBehind},
	{"Advance compares all of the progress", comparesProgress},
	{"one of several who advance wins", oneAdvances},
	{"progress leaves the account alone", leavesTheAccountAlone},

	{"a call whose context has ended has no effect", endsWithItsContext},
	{"a commit whose context ends is there as a whole or not at all", endsAsAWhole},
	{"a list ends with its context", listsEndWithTheirContext},
	{"what was acknowledged outlives a restart", outlivesARestart},

	{"a rival takes the last seat", rivalTakesTheLastSeat},
	{"a rival invites the same person", rivalInvitesTheSamePerson},
	{"two owners end each other", ownersEndEachOther},
	{"a refusal is decided on what is there now", decidesOnThePresent},
	{"a hundred want one last seat", hundredForOneSeat},
	{"verdicts are true", verdictsAreTrue},
}

// Run tests a store against the specification: it is [Specify], the fault runs and
// [Sequences]. It asks for the store once for each test and may be given the same one
// every time, one that is in use, too: each test has accounts of its own.
func Run(t *testing.T, open func(testing.TB) store.Store, o Options) {
	Specify(t, open, o)
	harness.FaultRuns(t, open, harness.FaultOptions{NoOutbox: o.NoOutbox, NoContexts: o.NoContexts})
	t.Run("sequences of commands agree with a model", func(t *testing.T) { harness.Sequences(t, open) })
}

// Specify tests the contract, sentence by sentence, and the forced races: the quick part
// of [Run], for a store that passes all of it and is opened in another way.
func Specify(t *testing.T, open func(testing.TB) store.Store, o Options) {
	for _, s := range specification {
		t.Run(s.name, func(t *testing.T) { s.test(newTester(t, open(t), o)) })
	}
}

// Lockstep plays random sequences of commands, without faults, on the store and on one in
// memory at once, and requires that the two can't be told apart: by outcomes, refusals and
// their remedies, by rows, events and numbers down to the last field, by pages of any list.
// The flag rapid.checks says how many sequences. One that fails is made smaller for as long
// as the flag rapid.shrinktime says, and printed as the calls that a host would make.
func Lockstep(t *testing.T, open func(testing.TB) store.Store) { harness.Lockstep(t, open) }
