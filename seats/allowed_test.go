package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestAsk_open has the actions with a value still to come.
func TestAsk_open(t *testing.T) {
	s := open(t, seats.Of(9), seats.HowNow())
	s.invite("ada", "bob")
	s.do(hr, seats.Invite{Profile: profile("syd")})
	s.do(owner, seats.Delete{User: "bob"})
	ask := func(actor users.Actor, id users.ID) seats.Allowed {
		r := s.request(actor, seats.Questions(id)...)
		list := seats.Ask(s.rows, r, id)
		require.Len(t, list, 1)
		return list[0]
	}
	open := users.In(users.ActionHandOver, users.ActionSchedule, users.ActionEdit, users.ActionChangeRole)
	require.Equal(t, open, ask(owner, "ada").Actions&open)
	require.Equal(t, users.In(users.ActionHandOver), ask(owner, "bob").Actions&open)
	require.Equal(t, seats.ErrSourceLocked, ask(owner, "syd").Refusal(users.ActionEdit).Code)
	require.Zero(t, ask(users.As("ada"), "bob").Actions, "members change nothing")
	require.Nil(t, ask(owner, "ada").Refusal(users.ActionEdit))
}

// TestQuestions has every action on a user, but for those on a course.
func TestQuestions(t *testing.T) {
	asked := seats.Actions(seats.Questions("ada"))
	ofCourse := users.In(users.ActionAssignCourse, users.ActionUnassignCourse, users.ActionStartCourse, users.ActionArchiveActivity, users.ActionSetDueDate)
	for _, a := range users.Actions() {
		require.Equal(t, a.OnUser() && !ofCourse.Has(a), asked.Has(a), a)
	}
}
