package users_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestReadJSON(t *testing.T) {
	for wrong, want := range map[string]string{
		``:                                   `users: JSON: the text ends inside the document`,
		`{`:                                  `users: JSON: the text ends inside the document`,
		`{"id":"a"} {}`:                      `users: JSON: text follows the document`,
		`{"id":"a","nick":"b"}`:              `users: JSON: a key is unknown: "nick"`,
		`{"source":{"nick":"b"}}`:            `users: JSON: a key is unknown: "nick"`,
		`{"ID":"a"}`:                         `users: JSON: a key is not in snake_case`,
		`{"ſtatus":"active"}`:                `users: JSON: a key is not in snake_case`,
		`{"source":{"a@b.example":1}}`:       `users: JSON: a key is not in snake_case`,
		`{"id":"a","id":"b"}`:                `users: JSON: a key stands twice in an object`,
		`{"licences":[{"pool":1,"pool":2}]}`: `users: JSON: a key stands twice in an object`,
		`null`:                               `users: JSON: null is not accepted: leave the key out`,
		`{"groups":null}`:                    `users: JSON: null is not accepted: leave the key out`,
		`{"groups":["a",null]}`:              `users: JSON: null is not accepted: leave the key out`,
		"{\"id\":\"\xff\"}":                  `users: JSON: the text is not valid UTF-8`,
		`{"created":"Ada"}`:                  `users: JSON: a time is not in the form of RFC 3339`,
		`{"notification_count":1e999}`:       `users: JSON: "notification_count" can't be of type number`,
		`{"status":"Ada"}`:                   `users.Status: unknown name; the names are invited, active, inactive, archived, deleted`,
		`{"status":2}`:                       `users: JSON: "status" can't be of type number`,
	} {
		u := users.User{NotificationCount: 7}
		require.EqualError(t, u.UnmarshalJSON([]byte(wrong)), want, wrong)
		require.Equal(t, users.User{NotificationCount: 7}, u, "unchanged")
	}
	var filter struct {
		Role users.Set[users.Role] `json:"role"`
	}
	require.EqualError(t, users.ReadJSON([]byte(`{"role":{}}`), &filter), "users: JSON: the document can't be of type object", "of a list inside the document")
	for _, wrong := range []string{`{"created":7}`, `{"created":"2026-13-01T00:00:00Z"}`} {
		u := users.User{}
		require.EqualError(t, u.UnmarshalJSON([]byte(wrong)), "users: JSON: a time is not in the form of RFC 3339")
	}
	u := users.User{NotificationCount: 7, Profile: users.Profile{ID: "b"}}
	require.NoError(t, json.Unmarshal([]byte(` {"first_name":"Ada","status":"active"} `), &u))
	require.Equal(t, users.User{Profile: users.Profile{FirstName: "Ada"}, Status: users.Active}, u, "of the present value only")
}

func TestUser_MarshalJSON(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)
	u := users.User{
		Profile:  users.Profile{ID: "u7", Email: "ada@acme.example", Source: users.Source{Kind: users.SourceSync, Name: "hr"}},
		Status:   users.Invited,
		Created:  at,
		Schedule: users.Schedule{Leave: users.Until("2026-04-01"), At: at, By: users.As("u1")},
	}
	text, err := json.Marshal(u)
	require.NoError(t, err)
	require.Equal(t, `{"id":"u7","email":"ada@acme.example","source":{"kind":"sync","name":"hr"},`+
		`"role":"member","status":"invited","created":"2026-03-01T12:00:00.000001Z",`+
		`"schedule":{"date":"2026-04-01","as":"last-day","at":"2026-03-01T12:00:00.000001Z","by":{"kind":"user","user":"u1"}}}`, string(text))
	var read users.User
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, u, read)
}

func TestSet_MarshalJSON(t *testing.T) {
	for text, s := range map[string]users.Set[users.Role]{
		`[]`:                 0,
		`["member","owner"]`: users.In(users.Owner, users.Member),
	} {
		written, err := json.Marshal(s)
		require.NoError(t, err)
		require.Equal(t, text, string(written))
		read := users.In(users.Admin)
		require.NoError(t, json.Unmarshal(written, &read))
		require.Equal(t, s, read)
	}
	read := users.In(users.Admin)
	for _, wrong := range []string{`["boss"]`, `"AwA="`, `[3]`, `8`, `{}`, `[null]`, `[["member"]]`} {
		require.Error(t, json.Unmarshal([]byte(wrong), &read), wrong)
		require.Equal(t, users.In(users.Admin), read)
	}
	require.NoError(t, json.Unmarshal([]byte(`["owner","member"]`), &read), "in any order")
	require.Equal(t, users.In(users.Owner, users.Member), read)
	_, err := json.Marshal(users.In(users.Role(9)))
	require.Error(t, err)
}

func TestTally_MarshalJSON(t *testing.T) {
	var tally users.Tally
	requireTally := func(want string) {
		t.Helper()
		text, err := json.Marshal(tally)
		require.NoError(t, err)
		require.Equal(t, want, string(text))
		read := users.Tally{}
		read.Move(users.Segment{}, users.Segment{Status: users.Deleted})
		require.NoError(t, json.Unmarshal(text, &read))
		require.Equal(t, tally, read)
	}
	requireTally(`[]`)
	synced := users.Segment{Status: users.Active, Role: users.Member, Synced: true}
	tally.Move(users.Segment{}, users.Segment{Status: users.Active, Role: users.Owner})
	tally.Move(users.Segment{}, synced)
	tally.Move(users.Segment{}, synced)
	requireTally(`[{"status":"active","role":"member","synced":true,"count":2},{"status":"active","role":"owner","count":1}]`)

	read := tally
	for _, wrong := range []string{
		`[{"status":"active","role":"owner","count":0}]`,
		`[{"status":"active","role":"owner"}]`,
		`[{"status":"active","role":"owner","unsent":true,"count":1}]`,
		`[{"role":"owner","count":1}]`,
		`[{"status":"","role":"owner","count":1}]`,
		`[{"status":"active","role":"boss","count":1}]`,
		`[{"status":"active","role":"owner","count":1},{"status":"active","role":"owner","synced":false,"count":1}]`,
		`[{"status":"active","role":"owner","count":1,"more":1}]`,
		`[{"status":"active","role":"owner","count":1}] []`,
		`null`,
	} {
		require.Error(t, read.UnmarshalJSON([]byte(wrong)), wrong)
		require.Equal(t, tally, read)
	}
	tally.Move(users.Segment{Status: users.Archived}, users.Segment{})
	requireTally(`[{"status":"active","role":"member","synced":true,"count":2},{"status":"active","role":"owner","count":1},{"status":"archived","role":"member","count":-1}]`)
	tally = users.Tally{}
	tally.Add(users.Segment{Status: users.Invited, Synced: true, Unsent: true}, 2)
	requireTally(`[{"status":"invited","role":"member","synced":true,"unsent":true,"count":2}]`)
	tally = users.Tally{}
	tally[users.Active][users.Owner][0] = math.MaxInt32
	requireTally(`[{"status":"active","role":"owner","count":2147483647}]`)
	require.Error(t, tally.UnmarshalJSON([]byte(`[{"status":"active","role":"owner","count":2147483648}]`)))
}

func TestPatch_MarshalJSON(t *testing.T) {
	for text, d := range map[string]users.Patch{
		`{}`:                               {},
		`{"first_name":"","groups":[]}`:    {FirstName: new(""), Groups: &[]string{}},
		`{"last_name":"L","groups":["a"]}`: {LastName: new("L"), Groups: &[]string{"a"}},
	} {
		written, err := json.Marshal(d)
		require.NoError(t, err)
		require.Equal(t, text, string(written))
		var read users.Patch
		require.NoError(t, users.ReadJSON(written, &read))
		require.Equal(t, d, read)
	}
	text, err := json.Marshal(users.Patch{Groups: new([]string)})
	require.NoError(t, err)
	require.Equal(t, `{"groups":[]}`, string(text))
}

// TestReadJSON_characters has escapes of half characters.
func TestReadJSON_characters(t *testing.T) {
	for _, wrong := range []string{
		`\ud800`, `\udfff`, `a\uD800b`, `\ud800\ud800`, `\ud800\u0041`, `\ud800\n`, `\udc00\ud800`, `\ud83d\ude`, `\ud83d\`,
		"\xff", "\xed\xa0\x80", `\u12`, `\x41`, "\n", `\u00g0`,
	} {
		var p users.Profile
		require.Error(t, users.ReadJSON([]byte(`{"id":"`+wrong+`"}`), &p), wrong)
		require.Error(t, users.ReadJSON([]byte(`{"`+wrong+`":"a"}`), &p), wrong)
		require.Error(t, users.ReadJSON([]byte(`{"groups":["a","`+wrong+`"]}`), &p), wrong)
		require.Zero(t, p)
	}
	for text, want := range map[string]string{
		`\ud83d\ude80`: "\U0001F680", `\uD83D\uDE80`: "\U0001F680", `\ufffd`: "\ufffd", "\ufffd": "\ufffd", `\u0041\/\"\\`: `A/"\`,
	} {
		var p users.Profile
		require.NoError(t, users.ReadJSON([]byte(`{"id":"`+text+`"}`), &p), text)
		require.Equal(t, users.ID(want), p.ID)
	}
}

// TestReadJSON_broken has texts cut short, and each with a wrong character more.
func TestReadJSON_broken(t *testing.T) {
	for text, more := range map[string]string{
		``: `x`, `{`: `1`, `{"id"`: `;`, `{"id":`: `}`, `{"id":1`: `;`, `[`: `,`, `[1`: `}`, `[1 `: `2`, `{"a":1,`: `}`, `[1,`: `]`,
		`"a`: "\n", `"\`: `x`, `"\u12`: `g`, `"\u`: `"`, `-`: `-`, `1.`: `.`, `-0.`: `e`, `1e`: `e`, `2.5E+`: `-`, `1e-`: `.`,
	} {
		var whole any
		require.EqualError(t, users.ReadJSON([]byte(text), &whole), "users: JSON: the text ends inside the document", text)
		require.EqualError(t, users.ReadJSON([]byte(text+more), &whole), "users: JSON: the text is not JSON", text+more)
	}
	for text, want := range map[string]float64{`-0`: 0, `-2.50`: -2.5, `12e2`: 1200, `1.5E+3`: 1500, `25e-1 `: 2.5} {
		var read float64
		require.NoError(t, users.ReadJSON([]byte(text), &read), text)
		require.Equal(t, want, read)
	}
}

func TestDocumentError_Unwrap(t *testing.T) {
	var p users.Profile
	require.ErrorIs(t, users.ReadJSON([]byte("\"\xff\""), &p), users.ErrNotUTF8)
	require.NotErrorIs(t, users.ReadJSON([]byte(`"`), &p), users.ErrNotUTF8)
}

// A counted counts the decoded values of its type.
type counted struct {
	Inner []counted `json:"inner"`
}

var decoded int

func (c *counted) UnmarshalJSON(text []byte) error {
	decoded++
	type plain counted
	return users.ReadJSON(text, (*plain)(c))
}

// TestReadJSON_bounds counts the values decoded from short documents of large values.
func TestReadJSON_bounds(t *testing.T) {
	list := func(n int, element string) string { return "[" + strings.Repeat(element+",", n-1) + element + "]" }
	members := func(n int) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, `"k%s":{},`, strings.Repeat("_", i))
		}
		return "{" + strings.TrimSuffix(text.String(), ",") + "}"
	}
	for name, c := range map[string]struct {
		text string
		fits bool
	}{
		"list":              {list(users.MaxJSONElements, "{}"), true},
		"list too long":     {list(users.MaxJSONElements+1, "{}"), false},
		"list far too long": {list(1_000_000, "{}"), false},
		"lists in lists":    {list(1000, `{"inner":`+list(1000, "{}")+`}`), false},
		"too many members":  {"[" + members(users.MaxJSONElements+1) + "]", false},
		"too deep":          {strings.Repeat(`[{"inner":`, users.MaxJSONDepth/2) + "[]" + strings.Repeat("}]", users.MaxJSONDepth/2), false},
		"far too deep":      {strings.Repeat(`[{"inner":`, 100_000), false},
		"deepest":           {strings.Repeat(`[{"inner":`, users.MaxJSONDepth/2-1) + "[{}]" + strings.Repeat("}]", users.MaxJSONDepth/2-1), true},
	} {
		decoded = 0
		var into []counted
		err := users.ReadJSON([]byte(c.text), &into)
		require.Equal(t, c.fits, err == nil, "%s: %v", name, err)
		require.Equal(t, c.fits, decoded > 0, name)
	}
}

// TestReadJSON_syntax compares with the standard decoder.
func TestReadJSON_syntax(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
			"{", "}", "[", "]", ",", ":", `"a"`, `"b"`, `"\\"`, `"\u0041"`, `"`, "0", "-", "12", "0.5", ".", "1e9", "E+", "e", "01", "true", "false", "tru", " ", "\n", "\x00", "x",
		}), 0, 9).Draw(t, "pieces")
		text := strings.Join(pieces, "")
		var whole any
		err := users.ReadJSON([]byte(text), &whole)
		if !json.Valid([]byte(text)) {
			require.Error(t, err, text)
			var own *users.DocumentError
			require.ErrorAs(t, err, &own, text)
		} else if err != nil && json.Unmarshal([]byte(text), new(any)) == nil { // which fails for 1e912
			require.ErrorContains(t, err, "a key", text) // repeated or malformed
		}
	})
}
