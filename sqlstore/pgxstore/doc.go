// Package pgxstore keeps accounts in PostgreSQL through a pool of pgx, for hosts without
// database/sql. It is a module of its own: the library itself imports no driver.
//
//	pool, err := pgxpool.New(ctx, "postgres://app@db.example/shop")
//	st, err := pgxstore.New(pool, pgxstore.Options{})
//	err = st.Migrate(ctx)
//	keeper, err := seatkeeper.New(st, seatkeeper.Options{})
//
//	err = st.InTx(ctx, func(tx pgx.Tx, bound store.Bound) error {
//		if _, err := keeper.InTx(bound).Do(ctx, "acme", olive, seats.Deactivate{User: "u7"}); err != nil {
//			return err
//		}
//		_, err := tx.Exec(ctx, "UPDATE people SET ...")
//		return err
//	})
//
// A Store is the [sqlstore.Store] of PostgreSQL: its tables, guarantees and errors are those of
// package sqlstore, and both may use the same tables at once.
package pgxstore
