package scim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestConnection_guard puts out the users of a source one request each: the guard trips at the count at which commands of
// the source trip it, by PATCH, PUT and DELETE, and every later change is answered alike until an admin decides.
func TestConnection_guard(t *testing.T) {
	const n = 80
	company := func() *endpoint {
		e := newEndpoint(t, 2*n, seats.Standard())
		var all []users.User
		for i := range n {
			id := fmt.Sprintf("u%02d", i)
			all = append(all, users.User{Profile: users.Profile{ID: users.ID(id), Username: id}})
		}
		e.given(t, all)
		return e
	}
	passed := func(leave func(id string) bool) (count int) {
		for count < n && leave(fmt.Sprintf("u%02d", count)) {
			count++
		}
		return count
	}
	e := company()
	account, err := e.keeper.Account(ctx, acme)
	require.NoError(t, err)
	want := passed(func(id string) bool {
		_, err := e.keeper.Do(ctx, acme, e.Actor(), seats.Deactivate{User: users.ID(id)})
		return err == nil
	})
	require.Equal(t, n/10, want)
	require.NoError(t, account.Trips(e.Source, seats.Losses{Leavers: int64(want)}, start)) // what a run asks
	require.ErrorIs(t, account.Trips(e.Source, seats.Losses{Leavers: int64(want) + 1}, start), seats.ErrLeaversOfDay)

	for method, body := range map[string]string{
		"PATCH": operations(`{"op":"Replace","path":"active","value":"False"}`), "PUT": `{"active":false}`, "DELETE": "",
	} {
		e := company()
		var answer map[string]any
		require.Equal(t, want, passed(func(id string) bool {
			status, d := e.do(method+" /Users/"+id, body)
			if status >= 300 {
				require.Equal(t, 503, status)
				answer = d
			}
			return status < 300
		}), method)
		require.Contains(t, answer["detail"], "held")
		for _, request := range [][2]string{
			{"POST /Users", `{"userName":"new"}`}, {"PATCH /Users/u79", operations(`{"op":"replace","path":"title","value":"Chief"}`)},
			{"POST /Groups", `{"displayName":"Desk","members":[{"value":"u79"}]}`}, {"DELETE /Users/u79", ""},
		} {
			status, d := e.do(request[0], request[1])
			require.Equal(t, 503, status, "%s: %v", request[0], d)
		}
		status, _ := e.do("GET /Users/u79", "") // is read, and repeated, as before
		require.Equal(t, 200, status)
		status, _ = e.do("PATCH /Users/u79", operations(`{"op":"replace","path":"active","value":true}`))
		require.Equal(t, 200, status)

		_, err := e.keeper.Do(ctx, acme, users.As("olive"), seats.RejectRun{Source: e.Source})
		require.NoError(t, err)
		status, _ = e.do("PATCH /Users/u79", operations(`{"op":"replace","path":"title","value":"Chief"}`))
		require.Equal(t, 200, status)
	}
}

// TestConnection_queue: active=false and DELETE end the place of a user who waits for a seat, and true gives one that is kept.
func TestConnection_queue(t *testing.T) {
	policy := seats.Standard()
	policy.WhenFull = seats.Wait
	e := newEndpoint(t, 1, policy)
	active := func(value bool) {
		status, d := e.do("PATCH /Users/n001", operations(fmt.Sprintf(`{"op":"replace","path":"active","value":%v}`, value)))
		require.Equal(t, []any{200, false}, []any{status, d["active"]}, "no seat is free")
	}
	waits := func() (bool, users.Leaving) {
		u, err := e.keeper.User(ctx, acme, "n001")
		require.NoError(t, err)
		return u.Waits(), u.LeftBy
	}
	require.Equal(t, 201, first(e.do("POST /Users", `{"userName":"ada"}`)))
	require.Equal(t, 409, first(e.do("POST /Users", `{"userName":"ada"}`)))
	was := e.revision(t)
	active(true)
	require.Equal(t, was, e.revision(t), "waiting is as good as active")
	active(false)
	place, left := waits()
	require.Equal(t, []any{false, users.LeftBySync}, []any{place, left})
	active(true)
	place, _ = waits()
	require.True(t, place)
	require.Equal(t, 204, first(e.do("DELETE /Users/n001", "")))
	place, left = waits()
	require.Equal(t, []any{false, users.LeftBySync}, []any{place, left})
}

func first(status int, _ any) int { return status }
