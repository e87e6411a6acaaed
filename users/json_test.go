package users_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestADocumentIsReadWholeOrNotAtAll(t *testing.T) {
	for wrong, want := range map[string]string{
		``:                                   `unexpected end of JSON input`,
		`{`:                                  `unexpected end of JSON input`,
		`{"id":"a"} {}`:                      `invalid character '{' after top-level value`,
		`{"id":"a","nick":"b"}`:              `json: unknown field "nick"`,
		`{"source":{"nick":"b"}}`:            `json: unknown field "nick"`,
		`{"ID":"a"}`:                         `users: JSON: a key is not in snake_case`,
		`{"ſtatus":"active"}`:                `users: JSON: a key is not in snake_case`,
		`{"source":{"a@b.example":1}}`:       `users: JSON: a key is not in snake_case`,
		`{"id":"a","id":"b"}`:                `users: JSON: a key stands twice in an object`,
		`{"licences":[{"pool":1,"pool":2}]}`: `users: JSON: a key stands twice in an object`,
		`null`:                               `users: JSON: null stands for nothing here; what is not there is left out`,
		`{"groups":null}`:                    `users: JSON: null stands for nothing here; what is not there is left out`,
		`{"groups":["a",null]}`:              `users: JSON: null stands for nothing here; what is not there is left out`,
		"{\"id\":\"\xff\"}":                  `users: JSON: is not valid UTF-8`,
		`{"created":"Ada"}`:                  `users: JSON: a time is not one of RFC 3339`,
		`{"notices":1e999}`:                  `json: cannot unmarshal number 1e999 into Go struct field plain.notices of type int64`,
		`{"status":"Ada"}`:                   `users.Status: unknown name`,
		`{"status":2}`:                       `json: cannot unmarshal number into Go struct field plain.status of type users.Status`,
	} {
		u := users.User{Notices: 7}
		require.EqualError(t, u.UnmarshalJSON([]byte(wrong)), want, wrong)
		require.Equal(t, users.User{Notices: 7}, u, "as it was")
	}
	u := users.User{Notices: 7, Profile: users.Profile{ID: "b"}}
	require.NoError(t, json.Unmarshal([]byte(` {"first":"Ada","status":"active"} `), &u))
	require.Equal(t, users.User{Profile: users.Profile{First: "Ada"}, Status: users.Active}, u, "nothing stays of what was there")
}

func TestAUserAsADocument(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)
	u := users.User{
		Profile:  users.Profile{ID: "u7", Email: "ada@acme.example", Source: users.Source{Kind: users.SourceSync, Name: "hr"}},
		Status:   users.Invited,
		Created:  at,
		Schedule: users.Schedule{Date: "2026-04-01", At: at},
		Licences: []users.Licence{{Pool: "go", Assigned: at}},
	}
	text, err := json.Marshal(u)
	require.NoError(t, err)
	require.Equal(t, `{"id":"u7","email":"ada@acme.example","source":{"kind":"sync","name":"hr"},`+
		`"role":"member","status":"invited","created":"2026-03-01T12:00:00.000001Z",`+
		`"schedule":{"date":"2026-04-01","at":"2026-03-01T12:00:00.000001Z"},`+
		`"licences":[{"pool":"go","assigned":"2026-03-01T12:00:00.000001Z"}]}`, string(text))
	var read users.User
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, u, read)
}

func TestASetIsAListOfNames(t *testing.T) {
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

func TestATallyIsAListOfRows(t *testing.T) {
	var tally users.Tally
	requireTally := func(want string) {
		t.Helper()
		text, err := json.Marshal(tally)
		require.NoError(t, err)
		require.Equal(t, want, string(text))
		read := users.Tally{}
		read.Move(users.Standing{}, users.Standing{Status: users.Deleted})
		require.NoError(t, json.Unmarshal(text, &read))
		require.Equal(t, tally, read)
	}
	requireTally(`[]`)
	synced := users.Standing{Status: users.Active, Role: users.Member, Synced: true}
	tally.Move(users.Standing{}, users.Standing{Status: users.Active, Role: users.Owner})
	tally.Move(users.Standing{}, synced)
	tally.Move(users.Standing{}, synced)
	requireTally(`[{"status":"active","role":"member","synced":true,"count":2},{"status":"active","role":"owner","count":1}]`)

	read := tally
	for _, wrong := range []string{
		`[{"status":"active","role":"owner","count":0}]`,
		`[{"status":"active","role":"owner"}]`,
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
	tally.Move(users.Standing{Status: users.Archived}, users.Standing{})
	requireTally(`[{"status":"active","role":"member","synced":true,"count":2},{"status":"active","role":"owner","count":1},{"status":"archived","role":"member","count":-1}]`)
	tally = users.Tally{}
	tally[users.Active][users.Owner][0] = math.MaxInt64
	requireTally(`[{"status":"active","role":"owner","count":9223372036854775807}]`)
}

func TestAPatchTellsNoGroupsFromNoChange(t *testing.T) {
	for text, d := range map[string]users.Patch{
		`{}`:                          {},
		`{"first":"","groups":[]}`:    {First: new(""), Groups: &[]string{}},
		`{"last":"L","groups":["a"]}`: {Last: new("L"), Groups: &[]string{"a"}},
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
