package sqlstore

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var aText = rapid.OneOf(
	rapid.SampledFrom([]string{"", "call", `"`, `\`, `\"`, `{"h":1}`, "a,b", "}", "\x00", "\u2028", "<&>", "é\n\t"}), rapid.String(),
)

func drawText[T ~string](t *rapid.T) T { return T(aText.Draw(t, "text")) }

// drawEvent has any value in any field.
func drawEvent(t *rapid.T) seats.Event {
	number := func() int64 { return rapid.Int64().Draw(t, "number") }
	segment := func() users.Segment {
		return rapid.SampledFrom(append(users.Segments(), users.Segment{}, users.Segment{Role: users.Owner})).Draw(t, "segment")
	}
	e := seats.Event{
		Account: "acme", Sequence: 1, Kind: drawText[seats.EventKind](t), Change: drawText[seats.ChangeID](t), Time: time.UnixMicro(rapid.Int64Range(-1<<40, 1<<50).Draw(t, "time")).UTC(),
		Actor: users.Actor{Kind: users.ActorKind(rapid.IntRange(0, 4).Draw(t, "kind")), User: drawText[users.ID](t), Name: drawText[string](t)}, Channel: drawText[seats.Channel](t),
		Key: drawText[string](t), Index: rapid.IntRange(0, 99).Draw(t, "index"), Digest: drawText[string](t), Correlation: drawText[string](t), Reason: drawText[string](t),
		User: drawText[users.ID](t), Before: segment(), After: segment(), Successor: drawText[users.ID](t), Count: number(),
		Date: drawText[users.Date](t), DateAs: users.LeaveDay(rapid.IntRange(0, 2).Draw(t, "leave day")), Pool: drawText[seats.PoolID](t), Delta: number(),
		Total: rapid.SampledFrom([]seats.Count{{}, seats.Of(0), seats.Of(7), seats.Of(seats.MaxSeats), seats.Unlimited()}).Draw(t, "total"), Held: number(), Spent: number(),
	}
	for range rapid.IntRange(0, 3).Draw(t, "receivers") {
		e.Receivers, e.Fields = append(e.Receivers, drawText[users.ID](t)), append(e.Fields, drawText[string](t))
	}
	for range rapid.IntRange(0, 5).Draw(t, "segments") {
		e.Tally.Add(segment(), number())
	}
	if rapid.Bool().Draw(t, "with a policy") {
		policies := []seats.Policy{seats.Standard(), seats.AccuEdConnect(), seats.HowNow(), seats.ISpringLearn(), seats.UsersPage(), seats.BigContacts()}
		e.Policy = new(rapid.SampledFrom(policies).Draw(t, "policy"))
	}
	return e
}

// read returns a row as the columns read what they have written.
func read[R any](t require.TestingT, columns []column[R], row *R) (back R) {
	for _, c := range columns {
		v, err := c.get(row)
		require.NoError(t, err, c.name)
		var stored cell
		switch v := v.(type) {
		case int64:
			stored.number.Int64, stored.number.Valid = v, true
		case string:
			stored.text.String, stored.text.Valid = v, true
		}
		if c.set != nil {
			require.NoError(t, c.set(&back, stored), "%s %v", c.name, v)
		}
	}
	return back
}

func TestEventColumns_round_trip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEvent(t)
		got := read(t, eventColumns, &e)
		got.Account = e.Account // a reader knows it
		require.Equal(t, e, got)
	})
}

// TestEventColumns_invited: the usual segment after an invitation is left out, any other and none are
// kept.
func TestEventColumns_invited(t *testing.T) {
	for _, after := range append(users.Segments(), users.Segment{}) {
		e := seats.Event{Kind: seats.EventInvited, Actor: users.As("olive"), Channel: seats.ByCall, Total: seats.Of(9), After: after}
		require.Equal(t, e, read(t, eventColumns, &e))
	}
}

// TestUserColumns_statusSince: the last change of status is NULL where it is the creation, and read as
// that; any other and none are kept.
func TestUserColumns_statusSince(t *testing.T) {
	created := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, since := range []time.Time{created, created.Add(time.Microsecond), {}} {
		u := userRow{User: users.User{Created: created, StatusSince: since}}
		v, err := statusSince.get(&u)
		require.NoError(t, err)
		require.Equal(t, since.Equal(created), v == nil)
		got := read(t, userColumns, &u)
		require.Equal(t, []time.Time{created, since}, []time.Time{got.Created, got.StatusSince})
	}
}

// TestPacked_JSON: the document is JSON for every reader, with each name once.
func TestPacked_JSON(t *testing.T) {
	facts := eventColumns[len(eventColumns)-1]
	require.Equal(t, "facts", facts.name)
	rapid.Check(t, func(t *rapid.T) {
		e := drawEvent(t)
		v, err := facts.get(&e)
		require.NoError(t, err)
		if text, ok := v.(string); ok {
			var read struct {
				Reason string `json:"reason"`
				Held   int64  `json:"h"`
			}
			require.NoError(t, json.Unmarshal([]byte(text), &read), text)
			require.Equal(t, e.Reason, read.Reason)
			require.Equal(t, e.Held, read.Held)
		}
	})
}

// TestPacked_everyday: what an invitation takes.
func TestPacked_everyday(t *testing.T) {
	facts, e := eventColumns[len(eventColumns)-1], seats.Event{
		Kind: seats.EventInvited, Actor: users.As("olive"), Channel: seats.ByCall, After: users.Segment{Status: users.Invited}, Count: 1, Delta: 1, Total: seats.Of(10), Held: 2,
	}
	e.Tally.Add(users.Segment{Status: users.Active, Role: users.Owner}, 1)
	e.Tally.Add(users.Segment{Status: users.Invited, Synced: true}, 2)
	v, err := facts.get(&e)
	require.NoError(t, err)
	require.Equal(t, `{"u":"olive","n":1,"d":1,"t":10,"h":2,"c":"ims2 ao1"}`, v)
	for _, c := range userColumns {
		if c.name == "facts" {
			v, err := c.get(&userRow{})
			require.NoError(t, err)
			require.Nil(t, v, "a user without rare facts has none")
		}
	}
}

// TestPacked_set refuses what this release would lose or misread.
func TestPacked_set(t *testing.T) {
	facts := eventColumns[len(eventColumns)-1]
	for text, want := range map[string]string{
		`{"h":1,"later":2}`:   `column facts: this release does not know the name "later"`,
		`{"later":{"a":[1]}}`: `column facts: this release does not know the name "later"`,
		``:                    "column facts: it is no JSON object as the library writes it",
		`{}`:                  "column facts: it is no JSON object as the library writes it",
		`{"h":1`:              "column facts: it is no JSON object as the library writes it",
		`{"h":}`:              "column facts: it is no JSON object as the library writes it",
		`{h:1}`:               "column facts: it is no JSON object as the library writes it",
		`{"h" :1}`:            "column facts: it is no JSON object as the library writes it",
		`{"h":1}}`:            "column facts: it is no JSON object as the library writes it",
		`{"h":"1"}`:           "column facts: strconv",
		`{"is":"i"}`:          "column facts: it is no segment in letters",
		`{"is":"zm"}`:         "column facts: it is no segment in letters",
		`{"is":"im5"}`:        "column facts: it is no segment in letters",
		`{"c":"im"}`:          "column facts: column c: strconv",
		`{"c":"im5 x"}`:       "column facts: column c: it is no segment in letters",
		`{"by":"robot"}`:      "column facts: column by: ",
		`{"reason":"\x"}`:     "column facts: ", // the rest is a text of Go's, which releases change
		`{"reason":5}`:        "column facts: ",
		`{"reason":55}`:       "column facts: ",
		`{"policy":{"a":1}}`:  "column facts: column policy: ",
	} {
		stored := cell{}
		stored.text.String, stored.text.Valid = text, true
		err := facts.set(new(seats.Event), stored)
		require.Error(t, err, text)
		require.True(t, strings.HasPrefix(err.Error(), want), "%s: %v", text, err)
	}
}

// TestPacked_get refuses what JSON would replace.
func TestPacked_get(t *testing.T) {
	facts := eventColumns[len(eventColumns)-1]
	for _, e := range []seats.Event{{Reason: "\xff"}, {Receivers: []users.ID{"\xff"}}, {Fields: []string{"a", "\xff"}}} {
		_, err := facts.get(&e)
		require.ErrorIs(t, err, users.ErrNotUTF8)
	}
	_, err := facts.get(&seats.Event{Total: seats.Of(-1)})
	require.Error(t, err)
}

// TestSparse: a policy keeps the switches that differ from Standard, and the version of its form.
func TestSparse(t *testing.T) {
	for _, c := range settingsColumns {
		if c.name != "policy" {
			continue
		}
		v, err := c.get(&accountRow{})
		require.NoError(t, err)
		require.Equal(t, `{"version":1}`, v)
		a := accountRow{}
		a.Policy = seats.AccuEdConnect()
		v, err = c.get(&a)
		require.NoError(t, err)
		require.Less(t, len(v.(string)), 450)
		require.Equal(t, a, read(t, settingsColumns, &a))
	}
}
