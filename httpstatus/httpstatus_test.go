package httpstatus_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestOf_codes has the status of every code, none of them a fault of the server.
func TestOf_codes(t *testing.T) {
	statuses := map[seats.Code]int{
		seats.ErrNoSeats: 409, seats.ErrForbidden: 403, seats.ErrNotOffered: 403, seats.ErrOwnerProtected: 403,
		seats.ErrLastOwner: 409, seats.ErrSourceLocked: 403, seats.ErrUnknownUser: 404, seats.ErrWrongStatus: 409,
		seats.ErrDuplicate: 409, seats.ErrAmbiguous: 409, seats.ErrExchange: 409, seats.ErrNotApproved: 409, seats.ErrInvitationExpired: 409,
		seats.ErrOrderSize: 422, seats.ErrBadInput: 422, seats.ErrKeyReused: 422, seats.ErrPlanOutdated: 409,
		seats.ErrPayer: 409, seats.ErrClosed: 409, seats.ErrOpen: 409, seats.ErrSeatSpent: 409, seats.ErrNotAssigned: 409,
		seats.ErrPoolEnded: 409, seats.ErrVersionReused: 409, seats.ErrChangedMeanwhile: 409, seats.ErrFinal: 403, seats.ErrJoinCode: 403, seats.ErrOfferOpen: 409, seats.ErrNoOffer: 409, seats.ErrSourceHeld: 409,
	}
	for _, code := range seats.Codes() {
		require.Contains(t, statuses, code)
		for _, err := range []error{
			code, &seats.Refusal{Code: code}, &seats.Refusal{Code: code, Reason: users.ErrTooLarge},
			fmt.Errorf("a host: %w", &seats.Refusal{Code: code}), errors.Join(context.Canceled, &seats.Refusal{Code: code}),
		} {
			require.Equal(t, statuses[code], httpstatus.Of(err), code)
		}
	}
	require.Equal(t, 400, httpstatus.Of(&seats.Refusal{Code: "of a later version"}))
}

func TestOf_errors(t *testing.T) {
	_, hasher := users.ReadRoster(strings.NewReader("Email,Code\na@x.example,secret\n"), users.RosterOptions{
		Columns:  []users.Column{{Header: "Email", Field: "email"}, {Header: "Code", Field: "password"}},
		Password: func(int, users.Profile, string) error { return context.DeadlineExceeded },
	})
	for _, c := range []struct {
		err    error
		status int
	}{
		{nil, 200},
		{seats.Outcome{}.Refusal, 200},
		{store.ErrNotFound, 404},
		{store.ErrExists, 409},
		{store.ErrConflict, 503},
		{store.ErrKeyTaken, 503},
		{store.ErrBroken, 500},
		{store.ErrSequence, 500},
		{store.ErrUnknown, 500},
		{fmt.Errorf("%w: %w", store.ErrUnknown, context.Canceled), 500},
		{fmt.Errorf("%w: %w", store.ErrUnknown, context.DeadlineExceeded), 500},
		{fmt.Errorf("gave up: %w", fmt.Errorf("%w: %w", store.ErrUnknown, store.ErrConflict)), 500},
		{errors.Join(store.ErrConflict, store.ErrBroken), 500},
		{errors.Join(&seats.Refusal{Code: seats.ErrForbidden}, store.ErrUnknown), 500},
		{&store.ClockSkewError{}, 503},
		{fmt.Errorf("%w: %w", store.ErrUnknown, &store.ClockSkewError{}), 500},
		{context.Canceled, 503},
		{context.DeadlineExceeded, 504},
		{fmt.Errorf("seatkeeper: Drain in a transaction: %w", errors.ErrUnsupported), 501},
		{seats.ErrHistory, 500},
		{errors.New("down"), 500},
		{users.Faults{{Problem: users.ErrTooLarge}}, 413},
		{&http.MaxBytesError{Limit: 9}, 413},
		{fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 9}), 413},
		{users.Faults{{Row: 2, Problem: users.ErrDuplicateRow}}, 422},
		{users.Faults{{Problem: users.Unlisted(3)}}, 422},
		{users.Faults{{Row: 2, Problem: errors.New("host")}}, 422},
		{hasher, 422},
		{&users.FieldError{Field: "x", Reason: users.ErrTooLate}, 422},
		{&users.FieldError{Field: "x", Reason: errors.New("host")}, 422},
		{users.ErrEmpty, 422},
		{seats.Policy{Term: 1}.Check(), 422},
	} {
		require.Equal(t, c.status, httpstatus.Of(c.err), "%v", c.err)
	}
}
