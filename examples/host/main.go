// Command host is a small product on seatkeeper, to be read and copied from; its README names the parts. The
// webhook and the mails are those of the packages stripe and mails beside it.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"flag"
	"html/template"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/examples/mails"
	"github.com/seatkeeper/seatkeeper/examples/stripe"
	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// A host is the product: its pages, and its work in the background.
type host struct {
	url, secret string // of the pages; of links, sessions and the webhook
	db          *sql.DB
	store       *sqlstore.Store
	keeper      *seatkeeper.Keeper
}

func main() {
	address := flag.String("addr", "127.0.0.1:8080", "the `address` to listen on")
	source := flag.String("db", "host.db", "a SQLite `file` or a postgres:// URL")
	flag.Parse()
	h := &host{url: "http://" + *address, secret: cmp.Or(os.Getenv("HOST_SECRET"), rand.Text())}
	if err := h.run(context.Background(), *address, *source); err != nil {
		slog.Error("ended", "err", err)
		os.Exit(1)
	}
}

// run serves until SIGTERM, and then lets requests and deliveries under way end.
func (h *host) run(ctx context.Context, address, source string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := h.open(ctx, source); err != nil {
		return err
	}
	defer h.db.Close()
	server := &http.Server{Addr: address, Handler: h.pages(), ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute}
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	work.Go(func() { h.clock(ctx) })
	work.Go(func() { failed(ctx, h.keeper.Consume(ctx, mails.Consumer(h.store, h.keeper, h.mails, failed))) })
	work.Go(func() { <-ctx.Done(); failed(ctx, server.Shutdown(context.Background())) })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// open opens the database and makes the tables that are missing, the library's and the host's own.
func (h *host) open(ctx context.Context, source string) (err error) {
	driver, dialect := "pgx", sqlstore.Postgres
	if !strings.HasPrefix(source, "postgres://") {
		driver, dialect = "sqlite", sqlstore.SQLite
		source = "file:" + source + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_txlock=immediate"
	}
	if h.db, err = sql.Open(driver, source); err != nil {
		return err
	}
	if h.store, err = sqlstore.New(h.db, dialect, sqlstore.Options{}); err != nil {
		return err
	}
	if h.keeper, err = seatkeeper.New(h.store, seatkeeper.Options{}); err != nil {
		return err
	}
	if err = h.store.Migrate(ctx); err != nil {
		return err
	}
	_, err = h.db.ExecContext(ctx, mails.Table+"; CREATE TABLE IF NOT EXISTS companies (account TEXT PRIMARY KEY, plan TEXT NOT NULL)")
	return err
}

// clock carries out what is dated every minute, and every night frees the seats of users unseen for long and audits all accounts.
func (h *host) clock(ctx context.Context) {
	for minute := 0; ctx.Err() == nil; minute++ {
		_, err := h.keeper.RunDue(ctx, seatkeeper.DueRun{})
		failed(ctx, err)
		if minute%(24*60) == 0 {
			for account, err := range h.keeper.Accounts(ctx, "") {
				failed(ctx, err)
				_, err = h.keeper.FreeUnseen(ctx, account.ID, seats.Unseen{})
				failed(ctx, err)
				if drift, err := h.keeper.Audit(ctx, account.ID); err != nil || len(drift) > 0 {
					slog.Error("audit", "account", account.ID, "drift", drift, "err", err)
				}
			}
		}
		select {
		case <-time.After(time.Minute):
		case <-ctx.Done():
		}
	}
}

// failed logs an error, if there is one. Those of the library are free of names and addresses.
func failed(ctx context.Context, err error) {
	if err != nil {
		slog.ErrorContext(ctx, "failed", "err", err)
	}
}

// pages returns the handler of all requests. A page answers, or returns the error to show.
func (h *host) pages() http.Handler {
	mux := http.NewServeMux()
	for pattern, page := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /{$}":         h.guard(seats.OpenCourses, h.home),
		"POST /sign-up":    h.signUp,
		"POST /sign-in":    h.signIn,
		"GET /invitation":  h.front,
		"POST /invitation": h.accept,
		"GET /users":       h.guard(seats.ManagePeople, h.users),
		"POST /users":      h.guard(seats.ManagePeople, h.users),
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			err := r.ParseForm()
			if _, large := errors.AsType[*http.MaxBytesError](err); !large {
				err = page(w, r)
			}
			if err != nil {
				show(w, r, err, "refused", cmp.Or(door.Text(err), said[httpstatus.Of(err)], sorry))
			}
		})
	}
	mux.Handle("POST /webhook", stripe.Webhook(h.keeper, h.signed))
	return http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, 1<<20))
}

//go:embed pages.html
var files embed.FS
var templates = template.Must(template.ParseFS(files, "pages.html"))

// show writes a page with the status of an error, or of none. The log has its pattern: URLs have names in them.
func show(w http.ResponseWriter, r *http.Request, err error, name string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store") // the back button asks again
	w.WriteHeader(httpstatus.Of(err))
	slog.Info("page", "pattern", r.Pattern, "status", httpstatus.Of(err), "err", errors.Join(err, templates.ExecuteTemplate(w, name, data)))
}
