package orm_test

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"testing"

	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
	gormpostgres "gorm.io/driver/postgres"
	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/examples/orm"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// An engine is a database with what each library has for it.
type engine struct {
	name, driver string
	dialect      sqlstore.Dialect
	source       func(*testing.T) string
	gorm         func(*sql.DB) gorm.Dialector
	bun          func() schema.Dialect
}

var engines = []engine{
	{
		"sqlite3", "sqlite", sqlstore.SQLite,
		func(t *testing.T) string {
			return "file:" + filepath.Join(t.TempDir(), "host.db") + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)"
		},
		func(db *sql.DB) gorm.Dialector { return gormsqlite.New(gormsqlite.Config{Conn: db}) },
		func() schema.Dialect { return sqlitedialect.New() },
	},
	{
		"postgres", "pgx", sqlstore.Postgres,
		func(t *testing.T) string {
			name := fnv.New64a()
			_, _ = name.Write([]byte(t.Name()))
			return servers.Postgres(t).Database(t, fmt.Sprintf("orm%x", name.Sum64()))
		},
		func(db *sql.DB) gorm.Dialector { return gormpostgres.New(gormpostgres.Config{Conn: db}) },
		func() schema.Dialect { return pgdialect.New() },
	},
}

// enrol is the transaction of the host.
type enrol func(orm.Host, context.Context, users.Profile, orm.Badge) error

// recipes return it with each library.
var recipes = map[string]func(*testing.T, engine, *sql.DB) enrol{
	"gorm": func(t *testing.T, e engine, pool *sql.DB) enrol {
		db, err := gorm.Open(e.gorm(pool), &gorm.Config{Logger: logger.Discard})
		require.NoError(t, err)
		return func(h orm.Host, ctx context.Context, p users.Profile, b orm.Badge) error {
			return h.WithGORM(ctx, db, p, b)
		}
	},
	"gorm, prepared": func(t *testing.T, e engine, pool *sql.DB) enrol {
		db, err := gorm.Open(e.gorm(pool), &gorm.Config{Logger: logger.Discard, PrepareStmt: true})
		require.NoError(t, err)
		return func(h orm.Host, ctx context.Context, p users.Profile, b orm.Badge) error {
			return h.WithGORM(ctx, db, p, b)
		}
	},
	"sqlx": func(_ *testing.T, e engine, pool *sql.DB) enrol {
		db := sqlx.NewDb(pool, e.driver)
		return func(h orm.Host, ctx context.Context, p users.Profile, b orm.Badge) error {
			return h.WithSQLX(ctx, db, p, b)
		}
	},
	"bun": func(_ *testing.T, e engine, pool *sql.DB) enrol {
		db := bun.NewDB(pool, e.bun())
		return func(h orm.Host, ctx context.Context, p users.Profile, b orm.Badge) error {
			return h.WithBun(ctx, db, p, b)
		}
	},
	"ent": func(_ *testing.T, e engine, pool *sql.DB) enrol {
		driver := entsql.OpenDB(e.name, pool)
		return func(h orm.Host, ctx context.Context, p users.Profile, b orm.Badge) error {
			return h.WithEnt(ctx, driver, p, b)
		}
	},
	"sqlc": func(_ *testing.T, _ engine, pool *sql.DB) enrol {
		q := orm.NewQueries(pool)
		return func(h orm.Host, ctx context.Context, p users.Profile, b orm.Badge) error {
			return h.WithSQLC(ctx, q, p, b)
		}
	},
}

// before does something once between the load and the commit.
type before struct {
	store.Store
	do func()
}

func (b *before) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	if do := b.do; do != nil {
		b.do = nil
		do()
	}
	return b.Store.Commit(ctx, changes...)
}

func profile(id users.ID) users.Profile {
	return users.Profile{ID: id, Email: string(id) + "@acme.example"}
}

// TestHost: the seat and the host's row are written together, taken back together, and tried again
// together after a conflict.
func TestHost(t *testing.T) {
	for _, e := range engines {
		for name, recipe := range recipes {
			t.Run(e.name+"/"+name, func(t *testing.T) {
				ctx := t.Context()
				db, err := sql.Open(e.driver, e.source(t))
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, db.Close()) })
				st, err := sqlstore.New(db, e.dialect, sqlstore.Options{})
				require.NoError(t, err)
				require.NoError(t, st.Migrate(ctx))
				_, err = db.ExecContext(ctx, "CREATE TABLE badges (id INTEGER NOT NULL PRIMARY KEY)")
				require.NoError(t, err)
				k, err := seatkeeper.New(st, seatkeeper.Options{})
				require.NoError(t, err)
				_, err = k.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(4), Owner: profile("olive")})
				require.NoError(t, err)
				enrol := recipe(t, e, db)
				is := func(badges int, ids ...users.ID) {
					t.Helper()
					var n int
					require.NoError(t, db.QueryRowContext(ctx, "SELECT COUNT(*) FROM badges").Scan(&n))
					require.Equal(t, badges, n)
					var got []users.ID
					for u, err := range k.Users(ctx, "acme", users.Filter{}) {
						require.NoError(t, err)
						got = append(got, u.ID)
					}
					require.Equal(t, ids, got)
				}
				h := orm.Host{Store: st, InTx: k.InTx}
				require.NoError(t, enrol(h, ctx, profile("ada"), orm.Badge{ID: 1}))
				is(1, "ada", "olive")
				require.Error(t, enrol(h, ctx, profile("bob"), orm.Badge{ID: 1}), "the badge is there")
				is(1, "ada", "olive")

				runs, wanted := 0, 2
				rival := func() {
					_, err := k.Do(ctx, "acme", users.System(), seats.Invite{Profile: profile("cleo")})
					require.NoError(t, err)
				}
				if e.dialect == sqlstore.SQLite && name == "sqlc" { // InTx has no rivals there
					rival()
					rival, wanted = nil, 1
				}
				h.InTx = func(b store.Bound) *seatkeeper.Keeper {
					runs++
					s := &before{Store: b, do: rival}
					rival = nil
					return k.InTx(storetest.Bound(s))
				}
				require.NoError(t, enrol(h, ctx, profile("bob"), orm.Badge{ID: 2}))
				require.Equal(t, wanted, runs)
				is(2, "ada", "bob", "cleo", "olive")

				require.ErrorIs(t, enrol(h, ctx, profile("dan"), orm.Badge{ID: 3}), seats.ErrNoSeats)
				is(2, "ada", "bob", "cleo", "olive")
				drift, err := k.Audit(ctx, "acme")
				require.NoError(t, err)
				require.Empty(t, drift)
			})
		}
	}
}
