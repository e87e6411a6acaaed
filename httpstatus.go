package seatkeeper

import (
	"context"
	"errors"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// The statuses that are proposed, by the names that RFC 9110 has for them.
const (
	statusOK                   = 200
	statusBadRequest           = 400
	statusForbidden            = 403
	statusNotFound             = 404
	statusConflict             = 409
	statusContentTooLarge      = 413
	statusUnprocessableContent = 422
	statusInternalServerError  = 500
	statusNotImplemented       = 501
	statusServiceUnavailable   = 503
	statusGatewayTimeout       = 504
)

// refusalStatuses has a row for every code. What somebody can resolve, to send the same
// again, is a conflict with the state of the account; what he may not do is forbidden,
// whatever the state; what cannot be carried out as it was sent is unprocessable. 404 is
// said of nothing but the user, and 410 and 412 of nothing: the one is for what is gone
// for good, the other for conditions in the header of a request.
var refusalStatuses = map[seats.Code]int{
	seats.ErrNoSeats:           statusConflict,             // it passes once there is a seat; the remedies say how
	seats.ErrForbidden:         statusForbidden,            // understood, and refused to this actor
	seats.ErrNotOffered:        statusForbidden,            // understood, and refused to everybody in the account
	seats.ErrOwnerProtected:    statusForbidden,            // understood, and refused of this user
	seats.ErrLastOwner:         statusConflict,             // it passes once there is another owner
	seats.ErrPayer:             statusConflict,             // it passes once somebody else pays
	seats.ErrSourceLocked:      statusForbidden,            // understood, and left to the sync
	seats.ErrUnknownUser:       statusNotFound,             // there is no such user, or the account won't tell
	seats.ErrWrongStatus:       statusConflict,             // it passes once the user has another status
	seats.ErrDuplicate:         statusConflict,             // somebody has the name at present
	seats.ErrExchange:          statusConflict,             // it would pass if the user had never signed in
	seats.ErrNotApproved:       statusConflict,             // it passes once the user is approved
	seats.ErrInvitationExpired: statusConflict,             // it passes once the invitation is sent again
	seats.ErrOrderSize:         statusUnprocessableContent, // the number is none that can be ordered
	seats.ErrBadInput:          statusUnprocessableContent, // well-formed, and wrong
	seats.ErrKeyReused:         statusUnprocessableContent, // what the IETF's draft on idempotency keys says of another request under one key
	seats.ErrPlanOutdated:      statusConflict,             // it passes as a new plan
	seats.ErrClosed:            statusConflict,             // it passes once the account is open again
	seats.ErrOpen:              statusConflict,             // it passes once the account is closed
}

// errorStatuses are those of other errors. Of an error that wraps several, the first row
// counts.
var errorStatuses = []struct {
	err    error
	status int
}{
	{store.ErrNotFound, statusNotFound},              // there is no such account
	{store.ErrExists, statusConflict},                // there is one already
	{store.ErrBroken, statusInternalServerError},     // a bug; to send it again does not help
	{store.ErrConflict, statusServiceUnavailable},    // nothing was done for the crowd; a while later it may be
	{store.ErrTaken, statusServiceUnavailable},       // the same
	{errors.ErrUnsupported, statusNotImplemented},    // the call is not for this Keeper
	{context.DeadlineExceeded, statusGatewayTimeout}, // the store did not answer in time
	{context.Canceled, statusServiceUnavailable},     // given up before it was done: 499 is in no register, and where the client has gone nobody reads it
}

// HTTPStatus proposes the status code of an HTTP response to a call that ended with this
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
//   - 504 where the context's time ran out, and 501 for [errors.ErrUnsupported].
//   - 500 for anything else. So a document that can't be read, by [users.ReadJSON] for
//     instance, is for the host to answer with 400, before there is a call.
//
// It is a proposal. A host that has accounts of others to hide makes a 404 of a 403.
func HTTPStatus(err error) int {
	if no, is := err.(*seats.Refusal); err == nil || is && no == nil {
		return statusOK
	}
	if errors.Is(err, store.ErrUnknown) {
		return statusInternalServerError
	}
	if code, is := errors.AsType[seats.Code](err); is {
		if status, known := refusalStatuses[code]; known {
			return status
		}
		return statusBadRequest
	}
	if errors.Is(err, users.ErrTooLarge) {
		return statusContentTooLarge
	}
	if isInput(err) {
		return statusUnprocessableContent
	}
	for _, row := range errorStatuses {
		if errors.Is(err, row.err) {
			return row.status
		}
	}
	return statusInternalServerError
}

// isInput reports whether the error says what is wrong with something that came in.
func isInput(err error) bool {
	_, field := errors.AsType[*users.FieldError](err)
	_, roster := errors.AsType[users.Faults](err)
	_, reason := errors.AsType[users.Reason](err)
	return field || roster || reason
}
