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
	// NoOutbox: the store is no [store.Outbox].
	NoOutbox bool
	// NoContexts: calls do not end with their context.
	NoContexts bool
	// Reopen returns the store anew, as after a restart of the program or the
	// machine. The one that it is given is not used any more. If nil, nothing is asked
	// of a restart.
	Reopen func(testing.TB, store.Store) store.Store
}

// specification is the contract by method or property and case. Every test asks for the store
// once.
var specification = []struct {
	name string
	test func(*tester)
}{
	{"Load/needs_in_order", loadInOrder},
	{"Load/users_by_ID_and_key", loadUsers},
	{"Load/named_pools", loadPools},
	{"Load/owners_and_admins", loadAdmins},
	{"Load/events_of_change_and_key", loadPast},
	{"Load/due_users", loadDue},
	{"Load/unknown_account", loadOfUnknown},
	{"Load/store_time", storeTime},
	{"Load/one_moment", oneMoment},

	{"Commit/result_of_each_change", resultOfEachChange},
	{"Commit/revision", comparesRevision},
	{"Commit/event_numbers", comparesNumbers},
	{"Commit/last_event_missing", findsLastEvent},
	{"Commit/unsound_pool", refusesUnsoundPools},
	{"Commit/taken_key", namesTakenKeys},
	{"Commit/conflict_before_taken_key", conflictBeforeTakenKey},
	{"Commit/refused_writes_nothing", refusedWritesNothing},
	{"Commit/key_given_up_in_the_change", keyGivenUp},
	{"Commit/rows_replace_rows", rowsReplaceRows},
	{"Commit/unknown_account", unknownAccount},

	{"Bytes/accounts", accountsByBytes},
	{"Bytes/users", usersByBytes},
	{"Bytes/keys", keysByBytes},
	{"Bytes/pools", poolsByBytes},
	{"Bytes/changes_and_request_keys", callsByBytes},
	{"Bytes/filters", filtersByBytes},
	{"Bytes/consumers", consumersByBytes},

	{"Values/accounts_and_pools", accountsAsWritten},
	{"Values/users", usersAsWritten},
	{"Values/events", eventsAsWritten},
	{"Values/instants", instantsAsWritten},
	{"Values/copies", copies},

	{"Users/filter", filtersUsers},
	{"Users/unknown_account", usersOfUnknown},
	{"Tally/unknown_account", tallyOfUnknown},
	{"Events/filter", filtersEvents},
	{"Events/unknown_account", eventsOfUnknown},
	{"Pools/pages", poolPages},
	{"Pools/unknown_account", poolsOfUnknown},
	{"Accounts/pages", accountPages},
	{"Accounts/unknown_account", accountsWithoutUnknown},
	{"Due/accounts", dueAccounts},
	{"Due/unknown_account", dueWithoutUnknown},
	{"Lists/pages", readsPages},
	{"Lists/pages_while_rows_change", pagesWhileRowsChange},

	{"Pending/from_the_beginning", pendingFromBeginning},
	{"Pending/unknown_account", pendingWithoutUnknown},
	{"Advance/compares_progress", comparesProgress},
	{"Advance/one_of_several", oneAdvances},
	{"Advance/leaves_the_account", leavesAccountAlone},
	{"Advance/unknown_account", advanceInUnknown},

	{"Context/ended_before", endsWithContext},
	{"Context/commit_whole_or_nothing", commitEndsWhole},
	{"Reopen/acknowledged", outlivesRestart},

	{"Race/last_seat", lastSeat.run},
	{"Race/same_user", sameUser.run},
	{"Race/last_owner", lastOwner.run},
	{"Race/refusal_on_the_present", refusesOnPresent},
	{"Race/hundred_for_one_seat", hundredForOneSeat},
	{"Race/commit_results", commitResults},
}

// Run tests a store against the specification: it is [Specify], the fault runs and
// [Sequences]. It asks for the store once for each test and may be given the same one
// every time, one that is in use, too: each test has accounts of its own.
func Run(t *testing.T, open func(testing.TB) store.Store, o Options) {
	Specify(t, open, o)
	harness.FaultRuns(t, open, harness.FaultOptions{NoOutbox: o.NoOutbox, NoContexts: o.NoContexts})
	t.Run("Sequences", func(t *testing.T) { harness.Sequences(t, open) })
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
