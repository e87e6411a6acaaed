// Package sqlstore keeps accounts in a database of the host's, through database/sql:
// SQLite, PostgreSQL, MariaDB (alone or as a Galera cluster) and MySQL. It imports no
// driver; the host opens the database with the one that it uses already, and the
// library's tables live beside the host's.
//
//	db, err := sql.Open("pgx", "postgres://app@db.example/shop")
//	st, err := sqlstore.New(db, sqlstore.Postgres, sqlstore.Options{})
//	err = st.Migrate(ctx) // or st.Verify(ctx), where somebody else makes the tables
//	keeper, err := seatkeeper.New(st, seatkeeper.Options{})
//	done, err := keeper.Open(ctx, seats.Opening{Account: "acme", ...})
//
// The README of this package says how each database is opened, which settings matter,
// what is guaranteed on which, and what the tables are.
//
// # What the host does
//
// It calls [Store.Migrate] or [Store.Verify] at its start. After that there is nothing
// to run and nothing to close but the *sql.DB, whose pool is the host's to size. The
// statements that are prepared on it, at most 200, go with it.
//
// # What a call costs
//
// A call of Keeper.Do is one load and one commit, however many commands and people it is
// about; of Keeper.DoEach and Keeper.Import 500 commands are. What only reads an account's
// numbers or a person is one load.
//
//   - PostgreSQL: a load is one round trip and a commit is one, both of one statement.
//     The first time on a connection each takes one more, to be prepared.
//   - MariaDB: one and one as well. A commit is one compound statement. A Store asks the
//     server and the driver four times what they are, before all else.
//   - MySQL, and MariaDB with sql_mode ORACLE or with a commit beyond 1 MiB: one for a
//     load; for a commit BEGIN, COMMIT and one for each statement, four for an
//     invitation.
//   - SQLite: none. A commit is one transaction, which waits for the disk once.
//
// A list is one round trip a page, of accounts too. Where a commit is refused by a unique
// key there is one more load, to see whose it is. Loads and commits find their rows by
// keys, so that they cost the same in a large account; the load for an order brings the
// owners and admins as well, at most a thousand of them. [Store.Tally] reads every row of
// an account, a list with a filter those that it leaves out as well, and [Store.Pending]
// every account.
//
// # In a transaction of the host's
//
// [Store.Bind] is the store as seen from within a *sql.Tx, for Keeper.InTx: the host's own
// rows and the account's are written together or not at all. There a commit is some
// statements between a savepoint and its release, so that a refusal leaves the
// transaction as it was. After [store.ErrConflict] the host rolls back and runs the whole
// of his transaction again. He must not go on: MySQL has perhaps ended the transaction,
// and lets him commit what came after that.
//
// # An existing table
//
// A host that has users already brings them in by Keeper.Import, as they are: status,
// role, dates, licences. It may be broken off and called again.
//
//	report, err := keeper.Import(ctx, "acme", rows) // an iter.Seq2[users.User, error]
//
// Where rows reads a query of the host's meanwhile, that query has a connection of its
// own: with a single one the call would wait for itself.
//
// # Errors
//
// What the engine wants tried again, as a deadlock, a serialization or a certification
// failure, is [store.ErrConflict] of a commit, and the Keeper tries again; a reading is
// tried a few times before it is the engine's error. A key that somebody else
// has is [store.ErrKeyTaken]; a CHECK constraint is [store.ErrBroken], a bug. An account
// whose last event is missing, after a bad restore, is [store.ErrSequence]. Of any other
// error it is certain that nothing was written, unless it is [store.ErrUnknown]: the
// connection was lost, or the context ended, while the commit was under way. It has then
// been written as a whole or not at all. The Keeper looks, by the ID that every change
// has in its events, and the host sees the error only if it can't. Errors of drivers are
// told apart by [Classify], which a host may replace or ask about his own COMMIT. The text
// of an error has no values in it, although engines quote them; the driver's own error,
// which is wrapped, may.
//
// # Concurrency
//
// A Store may be used by any number of goroutines and processes at once. Commits to one
// account meet at its row: the second waits for the first, finds another revision, and is
// a conflict. Commits to several accounts lock them in the order of their IDs, so that no
// two wait for each other. No lock is held while something is decided, but in a
// transaction of the host's. Readers wait for nobody (on SQLite in WAL mode). On SQLite
// the writers of one Store take turns; those of several wait as busy_timeout says.
package sqlstore
