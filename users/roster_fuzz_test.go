package users_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// FuzzProbeRoster probes any file: what a probe says of a file, the reader finds in it.
func FuzzProbeRoster(f *testing.F) {
	for _, c := range systemFiles {
		text, err := os.ReadFile(filepath.Join("testdata", "rosters", c.file))
		require.NoError(f, err)
		f.Add(text, c.system)
	}
	f.Add([]byte("A list\n\nKto;Adres;Stan;Od\nEwa;e@x.example;active;20260304\n\"Jan;j@x.example\nTotal;;4\n"), "")
	f.Add([]byte(inUTF16(binary.BigEndian, "\uFEFFgroup1\temail\tEmail\tgroup2\na;b\tx@x.example\t\tc\n")), "")
	f.Add([]byte("status|active|inactive|leave|last-day\nGone|yes|no|2026-01-02|\nsep=,\n\xff"), "Canvas")
	f.Add([]byte(";AdreY;\n;AdreY;;\n;e@3"), "")
	f.Fuzz(func(t *testing.T, file []byte, system string) {
		o, _ := users.SystemRoster(system)
		probe, err := users.ProbeRoster(bytes.NewReader(file), o)
		require.NoError(t, err)
		for _, c := range probe.Columns {
			require.Equal(t, c.Field == "", c.Certainty == users.Unknown)
			require.LessOrEqual(t, len(c.Samples), users.MaxProbeSamples)
		}
		o.SkipFaulty = true
		roster, err := users.ReadRoster(bytes.NewReader(file), o)
		if err == nil {
			require.Equal(t, [2]any{roster.Header, roster.Separator}, [2]any{probe.Header, probe.Separator})
			for _, c := range probe.Columns {
				require.True(t, c.Certainty <= users.ByContent || c.Header != "")
			}
		}
		mapping := map[string]string{}
		for _, c := range probe.Columns {
			if c.Header != "" && c.Certainty != users.Unknown {
				mapping[c.Header] = c.Field
			}
		}
		o.Mapping = mapping
		mapped, err := users.ReadRoster(bytes.NewReader(file), o)
		if err != nil {
			require.ErrorAs(t, err, new(users.Faults))
			return
		}
		require.LessOrEqual(t, mapped.Header, probe.Header) // a row before may have the mapped names too
	})
}
