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

// refusalStatuses has a row for every code. What somebody can resolve, to send the same
// again, is a conflict with the state of the account; what he may not do is forbidden,
// whatever the state; what cannot be carried out as it was sent is unprocessable. 404 is
// said of nothing but the user, and 410 and 412 of nothing: the one is for what is gone
// for good, the other for conditions in the header of a request.
var refusalStatuses = map[seats.Code]int{
	seats.ErrNoSeats:           http.StatusConflict,            // it passes once there is a seat; the remedies say how
	seats.ErrForbidden:         http.StatusForbidden,           // understood, and refused to this actor
	seats.ErrNotOffered:        http.StatusForbidden,           // understood, and refused to everybody in the account
	seats.ErrOwnerProtected:    http.StatusForbidden,           // understood, and refused of this user
	seats.ErrLastOwner:         http.StatusConflict,            // it passes once there is another owner
	seats.ErrPayer:             http.StatusConflict,            // it passes once somebody else pays
	seats.ErrSourceLocked:      http.StatusForbidden,           // understood, and left to the sync
	seats.ErrUnknownUser:       http.StatusNotFound,            // there is no such user, or the account won't tell
	seats.ErrWrongStatus:       http.StatusConflict,            // it passes once the user has another status
	seats.ErrDuplicate:         http.StatusConflict,            // somebody has the name at present
	seats.ErrExchange:          http.StatusConflict,            // it would pass if the user had never signed in
	seats.ErrNotApproved:       http.StatusConflict,            // it passes once the user is approved
	seats.ErrInvitationExpired: http.StatusConflict,            // it passes once the invitation is sent again
	seats.ErrOrderSize:         http.StatusUnprocessableEntity, // the number is none that can be ordered
	seats.ErrBadInput:          http.StatusUnprocessableEntity, // well-formed, and wrong
	seats.ErrKeyReused:         http.StatusUnprocessableEntity, // what the IETF's draft on idempotency keys says of another request under one key
	seats.ErrPlanOutdated:      http.StatusConflict,            // it passes as a new plan
	seats.ErrClosed:            http.StatusConflict,            // it passes once the account is open again
	seats.ErrOpen:              http.StatusConflict,            // it passes once the account is closed
}

// errorStatuses are those of other errors. Of an error that wraps several, the first row
// counts.
var errorStatuses = []struct {
	err    error
	status int
}{
	{store.ErrNotFound, http.StatusNotFound},              // there is no such account
	{store.ErrExists, http.StatusConflict},                // there is one already
	{store.ErrSequence, http.StatusInternalServerError},   // events are lost, until they are restored
	{store.ErrBroken, http.StatusInternalServerError},     // a bug; to send it again does not help
	{store.ErrConflict, http.StatusServiceUnavailable},    // nothing was done for the crowd; a while later it may be
	{store.ErrKeyTaken, http.StatusServiceUnavailable},    // the same
	{store.ErrClockSkew, http.StatusServiceUnavailable},   // nothing was done; another process, or this one with its clock set, can
	{errors.ErrUnsupported, http.StatusNotImplemented},    // the call is not for this Keeper
	{context.DeadlineExceeded, http.StatusGatewayTimeout}, // the store did not answer in time
	{context.Canceled, http.StatusServiceUnavailable},     // given up before it was done: 499 is in no register, and where the client has gone nobody reads it
}

// Of proposes the status code of an HTTP response to a call that ended with this
// error, wrapped or not:
//
//   - 200 for nil, and for no refusal, as of an outcome that has none.
//   - 500 where [store.ErrUnknown] says that nobody knows whether it was done, whatever
//     else the error wraps. It is no 503, which clients and proxies answer by sending the
//     same again: that is right with a request key alone, see [Call].
//   - For a refusal what its code means: 403 for what this actor may not do, 404 for a
//     user who is not there, 409 where the state of the account is in the way, 422 for
//     what can't be carried out as it was sent; 400 for a code of a later version.
//   - 413 for a roster that is too large, and 422 for one with faults, for a
//     [users.FieldError] and for any other [users.Reason].
//   - 404 for [store.ErrNotFound], 409 for [store.ErrExists].
//   - 503 for [store.ErrConflict]: nothing was done, and to send it again a moment
//     later, as a Retry-After says, is all there is to do. The same for a canceled
//     context, of which nobody may be there to read the answer.
//   - 503 for [store.ErrClockSkew].
//   - 504 where the context's time ran out, and 501 for [errors.ErrUnsupported].
//   - 500 for anything else. So a document that can't be read, by [users.ReadJSON] for
//     instance, is for the host to answer with 400, before there is a call.
//
// It is a proposal. A host that has accounts of others to hide makes a 404 of a 403.
func Of(err error) int {
	if no, is := err.(*seats.Refusal); err == nil || is && no == nil {
		return http.StatusOK
	}
	if errors.Is(err, store.ErrUnknown) {
		return http.StatusInternalServerError
	}
	if code, is := errors.AsType[seats.Code](err); is {
		if status, known := refusalStatuses[code]; known {
			return status
		}
		return http.StatusBadRequest
	}
	if errors.Is(err, users.ErrTooLarge) {
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

// isInput reports whether the error says what is wrong with something that came in.
func isInput(err error) bool {
	_, field := errors.AsType[*users.FieldError](err)
	_, roster := errors.AsType[users.Faults](err)
	_, reason := errors.AsType[users.Reason](err)
	return field || roster || reason
}
