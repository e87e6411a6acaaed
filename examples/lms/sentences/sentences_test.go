package sentences_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/examples/lms/sentences"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var teller = sentences.Teller{
	Names: func(id users.ID) string { return map[users.ID]string{"u1": "Olive Owen", "u2": "Ada Byron"}[id] },
	Pools: func(id seats.PoolID) string { return "the course " + string(id) },
	Day:   func(d users.Date) string { return string(d) },
}

// TestTeller_Of says some events as people read them.
func TestTeller_Of(t *testing.T) {
	member := users.Segment{Status: users.Active, Role: users.Admin}
	for want, e := range map[string]seats.Event{
		"Olive Owen invited Ada Byron; the message is held back":              {Kind: seats.EventInvited, Actor: users.As("u1"), User: "u2"},
		"Olive Owen made Ada Byron inactive (left)":                           {Kind: seats.EventDeactivated, Actor: users.As("u1"), User: "u2", Reason: "left"},
		"Ada Byron became inactive on the date that was set":                  {Kind: seats.EventDeactivated, Channel: seats.ByClock, User: "u2"},
		"The sync hr changed first name, last name of Ada Byron":              {Kind: seats.EventEdited, Actor: users.Sync("hr"), User: "u2", Fields: []string{"first-name", "last-name"}},
		"Olive Owen bought 10 seats: there are 20 now":                        {Kind: seats.EventSeatsBought, Actor: users.As("u1"), Count: 10, Total: seats.Of(20)},
		"The vendor's support (R1) made Ada Byron an admin":                   {Kind: seats.EventRoleChanged, Actor: users.Support("R1"), User: "u2", After: member},
		"Olive Owen set a date for Ada Byron: last day 2026-03-31":            {Kind: seats.EventScheduled, Actor: users.As("u1"), User: "u2", Date: "2026-03-31", DateAs: users.LastDay},
		"Olive Owen deleted Ada Byron; the work goes to Olive Owen":           {Kind: seats.EventDeleted, Actor: users.As("u1"), User: "u2", Successor: "u1"},
		"The system: something new":                                           {Kind: "something-new"},
		"Olive Owen assigned the course fire to Ada Byron":                    {Kind: seats.EventCourseAssigned, Actor: users.As("u1"), User: "u2", Pool: "fire"},
		"The system set the licenses of the course fire to 20":                {Kind: seats.EventTotalSet, Pool: "fire", Total: seats.Of(20)},
		"Olive Owen gave 2 licenses of the course fire back: there are 3 now": {Kind: seats.EventSeatsReturned, Actor: users.As("u1"), Pool: "fire", Count: 2, Total: seats.Of(3)},
		"No license of the course fire is left of 20":                         {Kind: seats.EventSeatsFull, Pool: "fire", Total: seats.Of(20)},
		"4 seats are held for a join code":                                    {Kind: seats.EventSeatsReserved, Pool: "code", Count: 4},
	} {
		require.Equal(t, want, teller.Of(e))
	}
	require.Equal(t, "The licenses of the course fire become 5, as set by Olive Owen", teller.Coming(seats.CalendarEntry{Kind: seats.EventTotalSet, Pool: "fire", Total: seats.Of(5), By: users.As("u1")}))
	require.Equal(t, "Ada Byron becomes inactive, as set by Olive Owen", teller.Coming(seats.CalendarEntry{Kind: seats.EventDeactivated, User: "u2", By: users.As("u1")}))
}

// TestTeller_kinds: there is a sentence for every kind of event of the library.
func TestTeller_kinds(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../../seats/event.go", nil, 0)
	require.NoError(t, err)
	kinds := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, is := n.(*ast.ValueSpec)
		if !is || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Event") {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		require.True(t, sentences.Kinds(seats.EventKind(value)), value)
		kinds++
		return true
	})
	require.Greater(t, kinds, 60)
}
