package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime/metrics"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// upload reads a file of people, previews it as a whole and uploads it, with a tenth of its people here
// before and seats for all but a hundredth. It prints seconds and the most memory of each part beside
// encoding/csv on the same file.
func (r *runner) upload(ctx context.Context, e engine) error {
	s, err := e.open(ctx, r.tidb, 8)
	if err != nil {
		return err
	}
	defer s.close()
	k, st, err := keeperOn(e, s.db, "upload_")
	if err != nil {
		return err
	}
	if err := st.Migrate(ctx); err != nil {
		return err
	}
	acme := users.AccountID(account(1))
	if err := openAccounts(ctx, k, 1, 1, seats.Of(int64(r.people-r.people/100))); err != nil {
		return err
	}
	if _, err := k.Import(ctx, acme, imported(0, r.people/10)); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "upload")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "people.csv")
	size, err := writePeople(path, r.people)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(r.out, "%s: %d people in %d MiB\n", e.name, r.people, size>>20)
	var plan seats.LargePlan
	for _, part := range []struct {
		name string
		do   func(file io.Reader) error
	}{
		{"encoding/csv alone", readAlone},
		{"read and checked", func(file io.Reader) error {
			for _, err := range users.ScanRoster(file, users.RosterOptions{}).People() {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{"previewed", func(file io.Reader) (err error) {
			plan, err = k.PreviewAll(ctx, acme, users.As(owner), invitationsIn(file))
			return err
		}},
		{"uploaded", func(file io.Reader) error {
			done, err := k.With(seatkeeper.Call{Key: "upload"}).ApplyAll(ctx, acme, users.As(owner), plan, invitationsIn(file), nil)
			_, _ = fmt.Fprintln(r.out, plan.Report(done.Totals))
			return err
		}},
	} {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		most := peak()
		began := time.Now()
		err = part.do(file)
		elapsed := time.Since(began)
		_ = file.Close()
		_, _ = fmt.Fprintf(r.out, "%-20s %8.2f s, at most %d MiB in use\n", part.name, elapsed.Seconds(), most()>>20)
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	drift, err := k.Audit(ctx, acme)
	if err == nil && len(drift) > 0 {
		err = fmt.Errorf("the audit finds %v", drift)
	}
	return err
}

func invitationsIn(file io.Reader) iter.Seq2[seats.Command, error] {
	return seats.InviteEach(users.ScanRoster(file, users.RosterOptions{}).People())
}

// writePeople writes a file of so many people, and returns its size.
func writePeople(path string, people int) (int64, error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	_, _ = out.WriteString("First name,Last name,Email,External ID,Department\n")
	for i := range people {
		p := nth(int64(i) + 1)
		_, _ = fmt.Fprintf(out, "%s,%s,%s,E-%07d,Ops %d\n", p.first, p.last, p.email, i, i%40)
	}
	if err := out.Flush(); err != nil {
		return 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func readAlone(file io.Reader) error {
	rows := csv.NewReader(file)
	rows.ReuseRecord = true
	for {
		if _, err := rows.Read(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// peak watches the memory of live and dead objects until the result is called, which returns the most that
// was seen.
func peak() (most func() uint64) {
	highest, end, ended := uint64(0), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			metrics.Read(sample)
			highest = max(highest, sample[0].Value.Uint64())
			select {
			case <-end:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(end)
		<-ended
		return highest
	}
}
