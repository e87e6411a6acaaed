package users_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// BenchmarkScanRoster reads and checks a file of a million rows, beside encoding/csv reading it alone.
func BenchmarkScanRoster(b *testing.B) {
	const rows = 1_000_000
	file := []byte("Email,External ID,First name,Last name,Title\n")
	for n := range rows {
		file = fmt.Appendf(file, "person%d@fjord.example,E-%d,Nora,Quist,%s\n", n, n, strings.Repeat("x", 60))
	}
	for _, reader := range []struct {
		name string
		read func(io.Reader) (rows int, err error)
	}{
		{"scan", func(r io.Reader) (rows int, err error) {
			for _, err := range users.ScanRoster(r, users.RosterOptions{}).People() {
				if err != nil {
					return 0, err
				}
				rows++
			}
			return rows, nil
		}},
		{"encoding/csv", func(r io.Reader) (int, error) { return countRecords(r, false) }},
		{"encoding/csv, reused record", func(r io.Reader) (int, error) { return countRecords(r, true) }},
	} {
		b.Run(reader.name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				n, err := reader.read(bytes.NewReader(file))
				require.NoError(b, err)
				require.Equal(b, rows, n)
			}
		})
	}
}

// countRecords counts the records below the header.
func countRecords(r io.Reader, reuse bool) (rows int, err error) {
	records := csv.NewReader(r)
	records.ReuseRecord = reuse
	for {
		if _, err := records.Read(); err == io.EOF {
			return rows - 1, nil
		} else if err != nil {
			return 0, err
		}
		rows++
	}
}
