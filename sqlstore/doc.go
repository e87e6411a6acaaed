// Package sqlstore keeps accounts in the host's database, through database/sql: SQLite,
// PostgreSQL, MariaDB (alone or as a Galera cluster) and MySQL. It imports no driver; the host
// opens the database with its own, and the library's tables live beside the host's.
//
//	db, err := sql.Open("pgx", "postgres://app@db.example/shop")
//	st, err := sqlstore.New(db, sqlstore.Postgres, sqlstore.Options{})
//	err = st.Migrate(ctx) // or st.Verify(ctx) after a migration tool
//	keeper, err := seatkeeper.New(st, seatkeeper.Options{})
//	result, err := keeper.Open(ctx, seats.Opening{Account: "acme", ...})
//
// The README of this package has the settings, the guarantees and the tables of each database.
//
// # The host's part
//
// The host calls [Store.Migrate] or [Store.Verify] at its start, and sizes the pool of its
// *sql.DB. The pool keeps at most 200 prepared statements of lists, besides a few dozen of
// loads and commits, and closes them itself.
//
// # The cost of a call
//
// Keeper.Do takes one load and one commit for any number of commands and users. Keeper.DoEach
// takes as much for every 500 commands, and Keeper.Import for every 2,000 users. Reading the usage
// of an account, or a user, is one load.
//
//   - PostgreSQL: one round trip for a load and one for a commit, each of one statement. The
//     first on a connection takes one more for the preparation.
//   - MariaDB: one and one. A commit is one compound statement. A Store first asks the server
//     and the driver four questions. The first commit of each kind on a connection takes two
//     more, since the connection then keeps its text.
//   - MySQL, MariaDB with sql_mode ORACLE, and a commit beyond 1 MiB or 100 accounts: one round trip for a load;
//     BEGIN, COMMIT and one per statement for a commit, three statements for an invitation.
//   - SQLite: none. A commit is one transaction and waits for the disk once.
//
// A list is one round trip a page. A commit that a unique key refuses takes one more load to
// find the holder. Loads and commits find their rows by keys, at the same cost in a large
// account; the load for an order also reads up to a thousand owners and admins. [Store.Tally]
// reads every row of an account, a list with a filter also the rows in between, and
// [Store.Pending] every account.
//
// # In a host's transaction
//
// [Store.InTx] runs a function in a transaction with the store bound to it, for Keeper.InTx: the
// host's rows and the account's are written together. It runs the function again after a conflict.
// [Store.Bind] binds a transaction that the host or its ORM begins, and [Store.Repeat] runs that one
// again. A commit is several statements between a savepoint and its release, so that a refusal
// leaves the transaction as it was.
//
// # An existing table of users
//
// Keeper.Import takes existing users over with status, role, dates and licences. It may be
// interrupted and called again.
//
//	report, err := keeper.Import(ctx, "acme", rows) // an iter.Seq2[seats.Import, error]
//
// A query behind rows needs a connection of its own: with a pool of one the call waits for
// itself.
//
// # Errors
//
// A commit that the engine wants tried again (deadlock, serialization failure, certification
// failure) is [store.ErrConflict], and the Keeper repeats it; a read is repeated a few times, also after a lost
// connection. A taken key is [store.ErrKeyTaken]. A CHECK constraint is [store.ErrBroken], a bug. An account
// without its last event, after a bad restore, is [store.ErrSequence].
//
// [store.ErrUnknown] means that the connection or the context ended during the commit: the
// change is written as a whole or not at all. The Keeper looks for the ID of the change in the
// events; the host sees the error only if that fails. After any other error nothing was
// written. [Classify] tells the errors of drivers apart; a host may replace it, and may use it
// for its own COMMIT. The text of an error contains no values; the wrapped error of the driver
// may.
//
// # Concurrency
//
// Any number of goroutines and processes may use a store. Two commits to an account meet at its
// row: the second waits for the first, finds another revision and is a conflict. A commit to
// several accounts locks them in the order of their IDs, so commits never wait in a circle.
// Only a host's transaction holds locks during a decision. Readers never wait (on SQLite in WAL
// mode). On SQLite the writers of one Store take turns; those of several wait for busy_timeout.
package sqlstore
