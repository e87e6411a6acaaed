package users_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestWait_Turn(t *testing.T) {
	at := time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	require.Equal(t, at, users.Wait{Since: at}.Turn())
	require.Equal(t, at.AddDate(0, 0, -30), users.Wait{Since: at, Priority: 30}.Turn())
}

func TestUser_Waits(t *testing.T) {
	u := users.User{Wait: &users.Wait{Priority: 1}}
	require.True(t, u.Waits())
	require.False(t, users.User{}.Waits())
	c := u.Clone()
	c.Wait.Priority = 2
	require.Equal(t, 1, u.Wait.Priority, "a deep copy")
}

// TestUser_coursePlaces: places are in order of the courses, one for each, and rows share none.
func TestUser_coursePlaces(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b := users.CoursePlace{Pool: "b", Number: 1, Wait: users.Wait{Since: at, Until: at.Add(time.Hour)}}
	a := users.CoursePlace{Pool: "a", Number: 2, Wait: users.Wait{Since: at}}
	u := users.User{}.WithCoursePlace(b)
	both := u.WithCoursePlace(a)
	require.Equal(t, []users.CoursePlace{a, b}, both.CoursePlaces)
	require.Equal(t, []users.CoursePlace{b}, u.CoursePlaces)
	later := b
	later.Until = at.Add(2 * time.Hour)
	moved := both.WithCoursePlace(later)
	require.Equal(t, []users.CoursePlace{a, later}, moved.CoursePlaces)
	require.Equal(t, []users.CoursePlace{a, b}, both.CoursePlaces)
	found, ok := moved.CoursePlace("b")
	require.Equal(t, []any{later, true}, []any{found, ok})
	_, ok = moved.CoursePlace("c")
	require.False(t, ok)

	next, ok := moved.NextCoursePlace()
	require.Equal(t, []any{later, true}, []any{next, ok})
	a.Until = at.Add(2 * time.Hour)
	next, _ = moved.WithCoursePlace(a).NextCoursePlace()
	require.Equal(t, a, next, "of one instant the first course")
	a.Until = at.Add(3 * time.Hour)
	next, _ = moved.WithCoursePlace(a).NextCoursePlace()
	require.Equal(t, later, next)
	_, ok = users.User{}.NextCoursePlace()
	require.False(t, ok)

	require.Nil(t, u.WithoutCoursePlace("b").CoursePlaces)
	require.Equal(t, u, u.WithoutCoursePlace("c"))
	c := both.Clone()
	c.CoursePlaces[0].Priority = 9
	require.Zero(t, both.CoursePlaces[0].Priority, "a deep copy")
	require.Empty(t, both.Tombstone().CoursePlaces)
}
