// Package httpstatus proposes the status codes of HTTP responses (RFC 9110) for the refusals
// and errors of this library.
package httpstatus

import (
	"context"
	"errors"
	"net/http"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// refusalStatuses has a row for every code. 409 is for a conflict with the state of the account:
// the same request can pass later. 403 is for a request forbidden in every state, 422 for one
// wrong in itself. 404 is for the user alone.
var refusalStatuses = map[seats.Code]int{
	seats.ErrNoSeats:           http.StatusConflict,            // passes with a free seat, see the remedies
	seats.ErrForbidden:         http.StatusForbidden,           // refused to this actor
	seats.ErrNotOffered:        http.StatusForbidden,           // refused to every user of the account
	seats.ErrOwnerProtected:    http.StatusForbidden,           // refused for this user
	seats.ErrLastOwner:         http.StatusConflict,            // passes with another owner
	seats.ErrPayer:             http.StatusConflict,            // passes with another payer
	seats.ErrSourceLocked:      http.StatusForbidden,           // left to the sync
	seats.ErrUnknownUser:       http.StatusNotFound,            // unknown, or hidden from the actor
	seats.ErrWrongStatus:       http.StatusConflict,            // passes in another status
	seats.ErrDuplicate:         http.StatusConflict,            // passes when the key is free
	seats.ErrAmbiguous:         http.StatusConflict,            // passes with a username or an external ID
	seats.ErrExchange:          http.StatusConflict,            // passes before the first sign-in
	seats.ErrNotApproved:       http.StatusConflict,            // passes after the approval
	seats.ErrInvitationExpired: http.StatusConflict,            // passes with a new invitation
	seats.ErrOrderSize:         http.StatusUnprocessableEntity, // outside the sizes of an order
	seats.ErrBadInput:          http.StatusUnprocessableEntity, // well-formed and wrong
	seats.ErrKeyReused:         http.StatusUnprocessableEntity, // as in the IETF draft on idempotency keys
	seats.ErrPlanOutdated:      http.StatusConflict,            // passes as a new plan
	seats.ErrClosed:            http.StatusConflict,            // passes in an open account
	seats.ErrOpen:              http.StatusConflict,            // passes in a closed account
	seats.ErrSeatSpent:         http.StatusConflict,            // the course has been started
	seats.ErrNotAssigned:       http.StatusConflict,            // passes with a licence
	seats.ErrPoolEnded:         http.StatusConflict,            // passes with another end
	seats.ErrVersionReused:     http.StatusConflict,            // passes with another version
	seats.ErrChangedMeanwhile:  http.StatusConflict,            // passes when it is as before
	seats.ErrFinal:             http.StatusForbidden,           // refused for ever
	seats.ErrJoinCode:          http.StatusForbidden,           // refused with this code
	seats.ErrOfferOpen:         http.StatusConflict,            // passes without the other offer
	seats.ErrNoOffer:           http.StatusConflict,            // passes with an open offer
	seats.ErrSourceHeld:        http.StatusConflict,            // passes after a release
}

// errorStatuses has a row for every other error. The first matching row counts.
var errorStatuses = []struct {
	err    error
	status int
}{
	{store.ErrNotFound, http.StatusNotFound},              // the account is unknown
	{store.ErrExists, http.StatusConflict},                // the account exists
	{store.ErrSequence, http.StatusInternalServerError},   // events are lost, until they are restored
	{store.ErrBroken, http.StatusInternalServerError},     // a bug, the same on every retry
	{store.ErrConflict, http.StatusServiceUnavailable},    // unchanged; a retry can pass
	{store.ErrKeyTaken, http.StatusServiceUnavailable},    // the same
	{store.ErrClockSkew, http.StatusServiceUnavailable},   // unchanged; passes with the clock set
	{errors.ErrUnsupported, http.StatusNotImplemented},    // outside this Keeper's calls
	{context.DeadlineExceeded, http.StatusGatewayTimeout}, // the store was too slow
	{context.Canceled, http.StatusServiceUnavailable},     // given up; 499 is unregistered
}

// Of proposes the status code of an HTTP response to a call that ended with this
// error, wrapped or not:
//
//   - 200 for nil, and for the nil Refusal of an outcome.
//   - 500 for [store.ErrUnknown], together with any other error: the change may be committed.
//     503 would make clients and proxies repeat the request, safe only with a request key, see
//     the Call of package seatkeeper.
//   - For a refusal, by its code: 403 for a forbidden request, 404 for an unknown user, 409 for
//     a conflict with the state of the account, 422 for a wrong request, 400 for an unknown
//     code of a later version.
//   - 413 for a roster beyond its bounds and for a body beyond that of [http.MaxBytesReader]. 422 for
//     a roster with faults, a [users.FieldError] and any other [users.Reason].
//   - 404 for [store.ErrNotFound], 409 for [store.ErrExists].
//   - 503 for [store.ErrConflict] and [store.ErrClockSkew]: the account is unchanged, and a
//     retry after a moment (Retry-After) can pass. 503 for a canceled context, too.
//   - 504 for a context beyond its deadline, 501 for [errors.ErrUnsupported].
//   - 500 for anything else. A host must answer an unreadable document, as of
//     [users.ReadJSON], with 400 itself.
//
// A host may differ: one that hides accounts answers 404 for 403.
func Of(err error) int {
	if refusal, ok := err.(*seats.Refusal); err == nil || ok && refusal == nil {
		return http.StatusOK
	}
	if errors.Is(err, store.ErrUnknown) {
		return http.StatusInternalServerError
	}
	if code, ok := errors.AsType[seats.Code](err); ok {
		if status, ok := refusalStatuses[code]; ok {
			return status
		}
		return http.StatusBadRequest
	}
	if errors.Is(err, users.ErrTooLarge) || wraps[*http.MaxBytesError](err) {
		return http.StatusRequestEntityTooLarge
	}
	if isInput(err) {
		return http.StatusUnprocessableEntity
	}
	for _, row := range errorStatuses {
		if errors.Is(err, row.err) {
			return row.status
		}
	}
	return http.StatusInternalServerError
}

// isInput reports whether the error is about an input.
func isInput(err error) bool {
	return wraps[*users.FieldError](err) || wraps[users.Faults](err) || wraps[users.Reason](err)
}

func wraps[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}
