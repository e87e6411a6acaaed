package scim_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A shape is something that a provider sends, as told by its documentation or by reports, with invented people.
type shape struct {
	Shape    string       `json:"shape"`
	Provider string       `json:"provider"`
	Source   string       `json:"source"`
	Does     string       `json:"does"`
	Given    []users.User `json:"given"`
	Steps    []struct {
		Request  string          `json:"request"`
		Body     json.RawMessage `json:"body"`
		Commands json.RawMessage `json:"commands"`
		Status   int             `json:"status"`
		Answer   map[string]any  `json:"answer"` // a part of it
	} `json:"steps"`
}

func TestShapes(t *testing.T) {
	files, err := filepath.Glob("testdata/shapes/*.json")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var s shape
			require.NoError(t, json.Unmarshal(text, &s))
			require.NotEmpty(t, s.Provider)
			require.NotEmpty(t, s.Source)
			seen[s.Shape] = true
			e := newEndpoint(t, 10, seats.Standard())
			e.given(t, s.Given)
			for _, step := range s.Steps {
				status, answer := e.do(step.Request, string(step.Body))
				require.Equal(t, step.Status, status, "%s %s: %v", step.Request, step.Body, answer)
				commands, err := json.Marshal(append(seats.Commands{}, e.commands...))
				require.NoError(t, err)
				require.JSONEq(t, string(step.Commands), string(commands), step.Request)
				read := asJSON(t, answer)
				for name, want := range step.Answer {
					assert.Equal(t, want, read[name], "%s: %s", step.Request, name)
				}
				if strings.HasPrefix(step.Request, "POST") || status > 299 {
					continue
				}
				was := e.revision(t) // the same again writes nothing
				status, again := e.do(step.Request, string(step.Body))
				require.Equal(t, step.Status, status)
				require.Empty(t, e.commands, step.Request)
				require.Equal(t, answer, again)
				require.Equal(t, was, e.revision(t))
			}
		})
	}
	require.Len(t, seen, 24) // S1 to S24
}
