package scim_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestErrorOf_codes has every code of the library, so that a new one gets its answer.
func TestErrorOf_codes(t *testing.T) {
	want := map[seats.Code]string{
		seats.ErrNoSeats: "429", seats.ErrUnknownUser: "404", seats.ErrChangedMeanwhile: "503",
		seats.ErrDuplicate: "409 uniqueness", seats.ErrAmbiguous: "409 uniqueness",
		seats.ErrExchange: "400 mutability", seats.ErrBadInput: "400 invalidValue", seats.ErrOrderSize: "400 invalidValue",
		seats.ErrForbidden: "403", seats.ErrNotOffered: "403", seats.ErrOwnerProtected: "403", seats.ErrLastOwner: "403", seats.ErrPayer: "403",
		seats.ErrSourceLocked: "403", seats.ErrClosed: "403", seats.ErrFinal: "403", seats.ErrJoinCode: "403",
		seats.ErrWrongStatus: "409", seats.ErrNotApproved: "409", seats.ErrInvitationExpired: "409", seats.ErrKeyReused: "409",
		seats.ErrPlanOutdated: "409", seats.ErrOpen: "409", seats.ErrSeatSpent: "409", seats.ErrNotAssigned: "409", seats.ErrPoolEnded: "409",
		seats.ErrVersionReused: "409", seats.ErrOfferOpen: "409", seats.ErrNoOffer: "409",
		seats.ErrSourceHeld: "503",
	}
	for _, code := range seats.Codes() {
		require.Contains(t, want, code)
		e := scim.ErrorOf(fmt.Errorf("wrapped: %w", &seats.Refusal{Code: code}))
		got := fmt.Sprint(e.Status)
		if e.Type != "" {
			got += " " + e.Type
		}
		assert.Equal(t, want[code], got, code)
		assert.NotEmpty(t, e.Detail, code)
		assert.ErrorIs(t, e, code)
		assert.Equal(t, e.Status == 429 || e.Status == 503, e.RetryAfter > 0, code)
	}
	assert.Equal(t, 400, scim.ErrorOf(&seats.Refusal{Code: "of a later version"}).Status)
}

func TestErrorOf_others(t *testing.T) {
	assert.Nil(t, scim.ErrorOf(nil))
	assert.Same(t, scim.ErrUniqueness, scim.ErrorOf(fmt.Errorf("wrapped: %w", scim.ErrUniqueness)))

	// The users of other sources are as good as unknown.
	hidden := scim.ErrorOf(&seats.Refusal{Code: seats.ErrForbidden, Reason: seats.ErrOtherSource})
	assert.Equal(t, 404, hidden.Status)

	failed := scim.ErrorOf(errors.Join(errors.New("dial tcp 10.0.0.7"), context.DeadlineExceeded))
	assert.Equal(t, 503, failed.Status)
	assert.NotContains(t, failed.Detail+failed.Error(), "10.0.0.7")
	assert.ErrorIs(t, failed, context.DeadlineExceeded)
	assert.Equal(t, time.Minute, failed.RetryAfter)

	field := scim.ErrorOf(&users.FieldError{Field: "title", Reason: users.ErrTooLong})
	assert.Equal(t, scim.Document{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": "400", "scimType": "invalidValue",
		"detail": field.Detail,
	}, field.Document())
	assert.NotContains(t, field.Detail, "users:")
	assert.NotContains(t, scim.ErrNotFound.Document(), "scimType")
}

// TestErrorOf_full has one answer for a full account, however it is met.
func TestErrorOf_full(t *testing.T) {
	e := newEndpoint(t, 1, seats.Standard())
	e.given(t, []users.User{{Profile: users.Profile{ID: "u1", Username: "ada", ExternalID: "E1"}, Status: users.Inactive}})
	status, created := e.do("POST /Users", `{"userName":"ben"}`)
	require.Equal(t, 429, status)
	_, again := e.do("POST /Users", `{"userName":"ben"}`)
	require.Equal(t, created, again)
	for _, request := range []struct{ request, body string }{
		{"POST /Users", `{"userName":"ada","externalId":"E1"}`},
		{"PUT /Users/u1", `{"userName":"ada","active":true}`},
		{"PATCH /Users/u1", `{"Operations":[{"op":"replace","path":"active","value":"True"}]}`},
	} {
		status, answer := e.do(request.request, request.body)
		require.Equal(t, 429, status)
		require.Equal(t, created, answer)
	}
}

// TestErrorOf_owner has the answer for an owner of the source.
func TestErrorOf_owner(t *testing.T) {
	e := newEndpoint(t, 5, seats.Standard())
	e.given(t, []users.User{{Profile: users.Profile{ID: "u1", Username: "ada"}, Role: users.Owner, FirstSignIn: start}})
	for _, request := range []string{
		`{"Operations":[{"op":"replace","path":"active","value":false}]}`,
		`{"Operations":[{"op":"replace","path":"title","value":"Chief"}]}`,
	} {
		status, answer := e.do("PATCH /Users/u1", request)
		require.Equal(t, 403, status, answer)
	}
	status, _ := e.do("DELETE /Users/u1", "")
	require.Equal(t, 403, status)
	person, err := e.keeper.User(ctx, acme, "u1")
	require.NoError(t, err)
	require.Equal(t, users.Active, person.Status)
}

// TestErrorOf_put_out_by_hand has a provider that wants a user back, put out by an owner.
func TestErrorOf_put_out_by_hand(t *testing.T) {
	e := newEndpoint(t, 5, seats.Standard())
	e.given(t, []users.User{{Profile: users.Profile{ID: "u1", Username: "ada", ExternalID: "E1"}}})
	_, err := e.keeper.Do(ctx, acme, users.As("olive"), seats.Deactivate{User: "u1"})
	require.NoError(t, err)
	for _, request := range []struct{ request, body string }{
		{"POST /Users", `{"userName":"ada","externalId":"E1"}`},
		{"PATCH /Users/u1", `{"Operations":[{"op":"Replace","path":"active","value":"True"}]}`},
	} {
		status, answer := e.do(request.request, request.body)
		require.Equal(t, 403, status)
		require.Contains(t, answer["detail"], "by hand")
	}
	status, answer := e.do("PUT /Users/u1", `{"userName":"ada","title":"Editor"}`)
	require.Equal(t, 200, status)
	require.Equal(t, "Editor", answer["title"])
	require.Equal(t, false, answer["active"])
}
