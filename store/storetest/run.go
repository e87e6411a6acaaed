// Package storetest has the tests of a [store.Store]: the contract of package store sentence
// by sentence, random sequences of calls to a Keeper on the store, held against an
// independent model of the rules, and the same calls to two stores in lockstep. The test of
// an adapter calls [Run] and [Lockstep]. Package faults makes a store fail on purpose.
package storetest

import (
	"testing"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/store"
)

// Options are the exceptions of a store, and the means to try the rest. The zero value
// asks for the whole contract except durability.
type Options struct {
	// NoOutbox: the store is no [store.Outbox].
	NoOutbox bool
	// NoLastSeen: the store is no [store.LastSeen].
	NoLastSeen bool
	// NoMisses: the store is no [store.Misses].
	NoMisses bool
	// NoContexts: calls do not end with their context.
	NoContexts bool
	// Reopen opens the store again, as after a restart of the program or the machine. The
	// given store is finished then. If nil, durability is left out.
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
	{"Load/users_of_many_accounts", loadAccountsOf},
	{"Load/named_pools", loadPools},
	{"Load/join_codes", loadCodes},
	{"Load/queues", loadQueues},
	{"Load/owners_and_admins", loadAdmins},
	{"Load/more_admins_than_receivers", loadManyAdmins},
	{"Load/licences_of_users", loadLicences},
	{"Load/events_by_number_and_key", loadPast},
	{"Load/due_users", loadDue},
	{"Load/due_pools", loadDuePools},
	{"Load/due_licences", loadDueLicences},
	{"Load/unknown_account", loadUnknown},
	{"Load/store_time", storeTime},
	{"Load/one_moment", oneMoment},

	{"Commit/result_of_each_change", resultOfEachChange},
	{"Commit/conflicts_among_others", conflictsAmongOthers},
	{"Commit/revision", comparesRevision},
	{"Commit/event_numbers", comparesNumbers},
	{"Commit/last_event_missing", findsLastEvent},
	{"Commit/unsound_pool", refusesUnsoundPools},
	{"Commit/taken_key", namesTakenKeys},
	{"Commit/shared_address", sharesAddresses},
	{"Commit/conflict_before_taken_key", conflictBeforeTakenKey},
	{"Commit/refused_writes_nothing", refusedWritesNothing},
	{"Commit/key_given_up_in_the_change", keyGivenUp},
	{"Commit/rows_replace_rows", rowsReplaceRows},
	{"Commit/unknown_account", commitUnknown},

	{"Bytes/accounts", accountsByBytes},
	{"Bytes/users", usersByBytes},
	{"Bytes/keys", keysByBytes},
	{"Bytes/pools", poolsByBytes},
	{"Bytes/licences", licencesByBytes},
	{"Bytes/changes_and_request_keys", callsByBytes},
	{"Bytes/filters", filtersByBytes},
	{"Bytes/consumers", consumersByBytes},

	{"Values/accounts_and_pools", accountsAsWritten},
	{"Values/users", usersAsWritten},
	{"Values/licences", licencesAsWritten},
	{"Values/events", eventsAsWritten},
	{"Values/instants", instantsAsWritten},
	{"Values/copies", copies},

	{"Users/filter", filtersUsers},
	{"Users/pages", pages("Users")},
	{"Users/pages_by_name", pagesByName},
	{"Users/pages_back", pages("Users back by name")},
	{"Users/pages_back_by_ID", pages("Users back by ID")},
	{"Users/pages_by_status", pages("Users by status")},
	{"Users/pages_by_role", pages("Users by role")},
	{"Users/pages_by_change", pages("Users by change")},
	{"Users/unknown_account", unknown("Users")},
	{"Tally/unknown_account", tallyUnknown},
	{"Events/filter", filtersEvents},
	{"Events/pages", pages("Events")},
	{"Events/pages_back", pages("Events back")},
	{"Events/unknown_account", unknown("Events")},
	{"Pools/pages", pages("Pools")},
	{"Pools/unknown_account", unknown("Pools")},
	{"Licences/filter", filtersLicences},
	{"Licences/pages", pages("Licences")},
	{"Licences/unknown_account", unknown("Licences")},
	{"Accounts/pages", pages("Accounts")},
	{"Accounts/unknown_account", unknown("Accounts")},
	{"Due/pages", pages("Due")},
	{"Due/unknown_account", unknown("Due")},
	{"Lists/pages_after_unknown_rows", pagesAfterUnknown},
	{"Lists/pages_while_rows_change", pagesWhileRowsChange},

	{"Begin/passes_all_events", beginPasses},
	{"Begin/once", beginsOnce},
	{"Begin/one_of_several", oneBegins},
	{"SetAside/pages", pages("SetAside")},
	{"SetAside/retried_is_pending", retriedIsPending},
	{"Pending/pages", pages("Pending")},
	{"Pending/from_the_beginning", pendingFromBeginning},
	{"Pending/unknown_account", unknown("Pending")},
	{"Advance/compares_progress", comparesProgress},
	{"Advance/compares_attempts", comparesAttempts},
	{"Advance/one_of_several", oneAdvances},
	{"Advance/leaves_the_account", leavesAccountAlone},
	{"Advance/unknown_account", advanceUnknown},

	{"Seen/in_order", seenInOrder},
	{"SetSeen/latest_is_kept", seenLatest},
	{"SetSeen/bytes_and_instants", seenByBytes},
	{"SetSeen/leaves_the_account", seenBeside},
	{"SetSeen/many_and_several_at_once", seenByMany},
	{"ForgetSeen/of_the_named_users", seenForgotten},

	{"Missing/pages", missingPages},
	{"SetMissing/by_source_and_user", missingKept},
	{"SetMissing/bytes_and_instants", missingByBytes},
	{"SetMissing/leaves_the_account", missingBeside},
	{"SetMissing/many_and_several_at_once", missingByMany},
	{"ForgetMissing/of_the_named_users", missingForgotten},

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

// Run tests a store: [Specify], runs of a host's year with a fault at every call, and random
// sequences against the model. It takes about a minute in memory. open is called once for
// each test and may return the same store every time, even one in use: each test has
// accounts of its own.
func Run(t *testing.T, open func(testing.TB) store.Store, o Options) {
	Specify(t, open, o)
	harness.FaultRuns(t, open, harness.FaultOptions{NoOutbox: o.NoOutbox, NoContexts: o.NoContexts})
	t.Run("Sequences", func(t *testing.T) { harness.Sequences(t, open) })
}

// Specify tests the contract sentence by sentence, and forced races. It is the quick part of
// [Run]: for the days while a store is written, and for further ways to open a store that
// passes Run.
func Specify(t *testing.T, open func(testing.TB) store.Store, o Options) {
	for _, s := range specification {
		t.Run(s.name, func(t *testing.T) { s.test(newTester(t, open(t), o)) })
	}
}

// Lockstep plays random sequences of commands, free of faults, on the store and on one in
// memory at once. Both must give the same outcomes, refusals and remedies, the same rows,
// events and numbers to the last field, and the same pages of every list. The flags
// rapid.checks and rapid.steps set the number and the mean length of the sequences. A failing
// one is made smaller within rapid.shrinktime and logged as the calls of a host.
func Lockstep(t *testing.T, open func(testing.TB) store.Store) { harness.Lockstep(t, open) }
