package sqltest

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
)

// Replay reads a history that [Linearizable] has written to a file, shows it, and
// judges it again.
func Replay(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	h, err := decode(text)
	require.NoError(t, err)
	for _, line := range h.Faults {
		t.Log(line)
	}
	for _, op := range h.Operations {
		t.Logf("client %d, %d to %d us: %v", op.Client, op.Asked/1000, op.Answered/1000, op)
	}
	if reason := h.judge(); reason != "" {
		t.Fatal(reason)
	}
}

// The form of a history in a file is that of its parts, which the library reads
// strictly.

func encode(h history) ([]byte, error) { return json.MarshalIndent(h, "", "\t") }

// decode reads a history, which may be longer than a document of the library.
func decode(text []byte) (h history, err error) {
	values := json.NewDecoder(bytes.NewReader(text))
	values.DisallowUnknownFields()
	err = values.Decode(&h)
	return h, err
}

// save writes the history to a folder, as a picture and as a file to judge again,
// and says where they are.
func (f *finding) save(t testing.TB, folder string) string {
	t.Helper()
	again, picture := filepath.Join(folder, "history.json"), filepath.Join(folder, "history.html")
	_, info := porcupine.CheckOperationsVerbose(f.model(new(atomic.Int64)), f.judged(), 0)
	require.NoError(t, porcupine.VisualizePath(f.model(new(atomic.Int64)), info, picture))
	text, err := encode(f.history)
	if err != nil {
		return fmt.Sprintf("picture: %s\nnothing to judge again: %v", picture, err)
	}
	require.NoError(t, os.WriteFile(again, text, 0o644))
	return fmt.Sprintf("picture: %s\nagain: go test ./sqlstore/sqltest -run TestReplay -v -replay=%s", picture, again)
}

// lasting returns a folder that is there after the test: its artifacts', or where
// the environment asks for none, a temporary one.
func lasting(t testing.TB) string {
	t.Helper()
	if asked := flag.Lookup("test.artifacts"); asked != nil && asked.Value.String() == "true" {
		return t.ArtifactDir()
	}
	folder, err := os.MkdirTemp("", "linearizable-")
	require.NoError(t, err)
	return folder
}
