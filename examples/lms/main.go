// Command lms is a small LMS on seatkeeper: the admin's pages, the learner's, and the vendor's. Its README shows them.
package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/seatkeeper/seatkeeper/examples/lms/demo"
	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/examples/lms/site"
)

// settings are the flags.
type settings struct {
	address, source, folder string
	demo                    bool
}

func main() {
	var s settings
	flag.StringVar(&s.address, "addr", "127.0.0.1:8080", "the `address` to listen on")
	flag.StringVar(&s.source, "db", "", "a SQLite `file`, a postgres:// URL, or user:password@tcp(host:port)/database of MariaDB; the default is lms.db in -folder")
	flag.StringVar(&s.folder, "folder", filepath.Join(os.TempDir(), "seatkeeper-lms"), "the `folder` of the database, of uploads and mails")
	flag.BoolVar(&s.demo, "demo", false, "open six accounts with a year of history, and let visitors sign in as any person")
	flag.Parse()
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s, log); err != nil {
		log.Error("ended", "err", err)
		os.Exit(1)
	}
}

// run serves until the context ends, and lets requests under way end.
func run(ctx context.Context, s settings, log *slog.Logger) error {
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	defer listener.Close()
	h, err := host.Open(ctx, host.Options{Source: s.source, Folder: s.folder, Log: log, URL: "http://" + listener.Addr().String()})
	if err != nil {
		return err
	}
	defer h.Close()
	if s.demo {
		if err := demo.Fill(ctx, h); err != nil {
			return err
		}
	}
	pages, err := site.New(h, s.demo)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: pages.Handler(), ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	work.Go(func() { h.Clock(ctx) })
	work.Go(func() { h.RunJobs(ctx) })
	work.Go(func() { h.SendMails(ctx) })
	work.Go(func() {
		<-ctx.Done()
		h.Failed(context.WithoutCancel(ctx), "shutdown", server.Shutdown(context.WithoutCancel(ctx)))
	})
	log.Info("serves", "url", h.URL)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
