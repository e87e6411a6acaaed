// Package seatkeeper keeps the bought seats of a product's accounts: each user's status,
// the seat that follows from it, and the limit of each account. Under any concurrency, on
// any store, a user gets a seat only if one is free.
//
// A host application builds one [Keeper] on a store and sends every change through it, as
// commands of package seats:
//
//	keeper, err := seatkeeper.New(memstore.New(), seatkeeper.Options{})
//	_, err = keeper.Open(ctx, seats.Opening{
//		Account: "acme", Total: seats.Of(10), Policy: seats.AccuEdConnect(),
//		Owner: users.Profile{ID: "u1", FirstName: "Olive", LastName: "Owen", Email: "olive@acme.example"},
//	})
//	result, err := keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: ada})
//
// # One way for every change
//
// Every call has a snapshot of the account, loaded or remembered, decides in package seats, and
// commits the change on condition that the account still has the revision it was decided on. After
// a conflict it starts again with a load, as it does before any refusal. Calls that wait for the
// same account, and accounts that are busy at the same time, share commits. Rows and events are
// written in the same commit. Anything due by then, such as an invitation's expiry, takes effect
// first.
//
// A refusal is a [*seats.Refusal]: a code, the numbers, and remedies open to this actor.
// It changes nothing. All other errors are those of package store, such as
// [store.ErrNotFound] for an unknown account, and of the context. Every method is safe for
// concurrent use.
//
// # Methods by purpose
//
// To change: [Keeper.Open], [Keeper.Do], [Keeper.DoEach], [Keeper.DoAll] for all users of a filter, [Keeper.Import] for the users
// that a host has already, [Keeper.Sync] for a complete roster, [Keeper.EraseAccount]. A call with a request key, see [Call],
// happens once. [Keeper.InTx] joins the host's transaction. [Keeper.Undo] puts back what a call
// changed, after a look by [Keeper.PreviewUndo].
//
// To look ahead: [Keeper.Preview] and [Keeper.Apply] for a plan, [Keeper.PreviewAll] and
// [Keeper.ApplyAll] for a large file, [Keeper.PreviewSync], [Keeper.May] for a button, [Keeper.Allowed] for those of a list,
// [Keeper.Calendar] and [Keeper.PreviewOn] for a day to come.
//
// To read: [Keeper.Usage], [Keeper.UsageOf], [Keeper.Account], [Keeper.Accounts], [Keeper.AccountsOf],
// [Keeper.User], [Keeper.Find], [Keeper.Users]; [Keeper.Page] and [Keeper.Count] for a screen, with the filter in its
// URL by [users.ParseFilter]; [Keeper.LastSeen]; [Keeper.Pool], [Keeper.Pools],
// [Keeper.UsageOfPool] and [Keeper.Licences] for courses.
//
// The past: [Keeper.Events], [Keeper.UsageAt], [Keeper.Period] for a bill, [Keeper.Explain],
// [Keeper.Replay] and [Keeper.Audit].
//
// All the time: [Keeper.Consume] hands the events to a [Consumer], such as the code that sends the mails;
// [Keeper.SetAside] lists the ones set aside, for [Keeper.RetryEvents] and [Keeper.DropEvents]. Every few
// minutes: [Keeper.RunDue] for dates. Every night, for each of [Keeper.Accounts]: [Keeper.Audit], and
// [Keeper.FreeUnseen] where a policy frees the seats of users who were last seen long ago. The loop of
// a host logs an error and goes on, since the next run makes up for this one; examples/host has it.
//
// Texts for screens are [seats.Messages], and package httpstatus has a status code for
// each error. [Options] Observe feeds a host's metrics.
//
// # Policies
//
// A policy is data, stored with the account: how users get in, what a full account does, the
// buyers of seats, the ends of an ownership. [seats.Standard] is the zero value; five presets
// follow the help pages of real products. A host may change single switches; contradictory
// ones are refused. A full account refuses, creates an inactive user, or grows by itself
// ([seats.Growth]), and tells its admins once when seats run out ([seats.Thresholds]). A [Keeper.Preview] of [seats.SetPolicy] shows the effect of another
// policy on an account in use.
//
// # Dates
//
// A leave ([seats.Schedule]), a start ([seats.Invite]), a total to come ([seats.BookTotal]) and the
// end of a course ([seats.EditPool]) have a date: a calendar day in the time zone of the account
// ([seats.EditAccount]). The day is stored as a day, so that every viewer sees the same one. A leave
// says which day it is, the last day with access or the first day without; an import, a file and
// a policy say it too. Show the text of [users.Leave].
//
// Every call sees the account as of now: the leave of a user takes effect at its instant,
// whether or not a program ran in the night. [Keeper.RunDue] carries out what is due in all
// accounts, so that events, and the mails made of them, are in time. Run it from any scheduler
// every few minutes, in any number of processes at once: what one settles is done for the others,
// a run that was late or killed is made up for by the next, and each event has the instant of its
// date. Schedule it by an interval or in UTC: in a zone whose clocks change, the schedules of some
// libraries pause for an hour, and those of go-quartz v0.15.2 can end (findings/go-quartz-gronx-clock-changes.sh).
//
// The instant of a day follows from the rules of its zone, which governments change, at times with
// weeks of notice. An instant more than a day away is provisional: the account is looked at a day
// before it, and the day resolved again by the rules of then, as [Options] Zones has them. The
// default, [time.LoadLocation], has those of the machine. A program may bring its own by importing
// time/tzdata, and is built anew for newer ones. All processes of a host should have the same rules.
// Without rules for the zone of an account, a command with a date is refused, and a day keeps the
// instant that it has. All days to come follow when the account moves to another zone.
//
// A mistyped year can make a whole company leave. [seats.Policy] MostLeavers holds back a day with
// unusually many leavers until an admin confirms ([seats.ConfirmLeave]); LeaveNotice writes an event
// some days before each leave. [Keeper.Calendar] puts together what is dated: the free seats of each
// day, and the first day on which something does not fit.
//
// # Queues for seats and courses
//
// Under [seats.Wait] a full account gives new users, and those who come back, a place in a queue: the commit
// that frees a seat gives it to the next, by [seats.EventSeated], and a call of several commands, or a run of a sync, takes its
// own freed seats first, but for places that have waited for [seats.LongWait]. [seats.Queue] moves a place, sets its deadline,
// and approves the requests that users make for themselves; [seats.Unqueue] ends it, and so does every way of leaving. A priority
// is a head start of days, so that no later place goes before it for ever. [Keeper.Pool] has the queue of [seats.Site] in order, [Keeper.Explain] the position of a user.
//
// Each course has a queue of its own, by the same rules: [seats.AssignCourse] on a full course gives a place there, and users ask for
// the course by [seats.Queue] with its pool. The user is active or invited meanwhile, and loses the places by leaving.
//
// # Sign-on
//
// The host checks the identity of a person, by a password or a directory. Then [seats.SignIn], by [users.System],
// lets them into an account: an invited user becomes active, an active one goes on, an inactive one is refused with
// words for their screen. Under [seats.Policy] AddsAtSignIn an unknown person is added. [Keeper.AccountsOf] has the
// accounts of an address, for a person to choose one. During a session the host looks at May of [Keeper.User] in each
// request, with a MaxAge of its [Call], and tells of long sessions by [Keeper.Seen]. The link of an invitation
// leads to [seats.Accept], with the number of the invitation by [seats.Event.Invitation].
//
// # Ownership
//
// [seats.OfferOwnership] is an offer to an active user, who becomes an owner by [seats.AcceptOwnership]; as a transfer
// it ends the ownership of the one who made it. [seats.GrantOwnership] does it at once, and [seats.EndOwnership] after
// it, in one Do, is the transfer. An open offer ends by [seats.EndOffer], on its day, and with the ownership behind it.
//
// # Course licences
//
// A course is a pool of its own, made by [seats.SetTotal] with the ID of the course.
// [seats.AssignCourse] takes a licence for a user, [seats.StartCourse] spends it at the first access.
// Until then [seats.UnassignCourse] returns it, and so do the archiving and the deletion of the
// user. A course may end on a day, and its licences may have a term. Each licence is a
// [users.Licence], a row apart from the user's: [Keeper.Licences] lists the holders of a course and
// the courses of a user, past ones included.
//
// # Join codes
//
// A join code ([seats.SetCode]) lets people in by themselves: it has a most of uses, a last
// day, domains of addresses and a role, and may hold its seats in advance. It is a pool of uses, counted
// as seats are. [seats.Join] is for the person at the door, whose address the host has
// verified; the host bounds how often a visitor may guess. [Keeper.JoinCodes] lists them with their
// texts.
//
// # Clocks and torn histories
//
// Time is the host's, by [Options] Now. A clock further from the database's than
// [Options] MaxSkew ends each call with [store.ErrClockSkew], and the call changes nothing.
//
// Events are numbered from 1, in sequence. If the last ones are missing after a partial
// restore, or there are more of them than the account counts, reads of the past are
// [seats.ErrHistory] and changes, those by the clock included, [store.ErrSequence]. If
// earlier ones are missing, a read that needs them is [seats.ErrHistory]. [Keeper.Audit]
// lists their numbers.
//
// # What stays the same
//
// From the first release on, a host may store, log and compare all of the following. Each
// is kept as given here, and a change of it has one way.
//
//   - Rows of a store. The columns of sqlstore change by a new numbered migration, which
//     the host runs with Migrate before it starts the new version. Old rows stay readable,
//     and a new column has a default.
//   - Comparison keys. Addresses and usernames are compared as [users.Fold] gives them, by
//     a table in this library. A new table has a new [users.FoldVersion], and RenewKeys of
//     a store rewrites the stored keys.
//   - Dates. A stored day keeps its meaning through every change of policy, zone or zone
//     rules; its instant follows the rules of the zone. A licence keeps its end when the term of
//     its pool changes.
//   - JSON of commands, plans, policies, events, changes, users and licences. Keys and values
//     keep name and meaning. New keys are optional, and their absence means what it meant
//     before. A reader refuses keys it does not know, so that readers are updated first.
//   - Event kinds and actions. A kind keeps its name and its numbers for as long as events
//     exist, since [Keeper.Replay] reads them all. New behaviour gets a new kind, and a
//     host must expect kinds from newer releases.
//   - Refusal codes, their fields and reasons. A code keeps its name and cause. A new cause
//     gets a new code, with a text in English; a host's [seats.Messages] shows English for
//     codes it lacks, and Check lists them.
//   - Policies. A stored policy has the version of its format and keeps its effect. A new
//     switch is off at its zero value. A preset may follow its product's new rules in a new
//     release; accounts opened before keep the values stored with them.
//   - Request keys and digests. A key used under one release is recognized by the next, so
//     that the digest of a command may change by an added version alone.
//
// English texts of errors and refusals, the order of unordered results, and the timing of
// settlement may change in any release. CHANGELOG.md lists every change of the above.
//
// # Packages
//
// In reading order: users (status, roles, profiles), seats (pools, policies, commands, the
// decision), store (the contract), memstore, and this one.
package seatkeeper
