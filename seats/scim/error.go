package scim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The values of scimType in use (RFC 7644, 3.12).
const (
	InvalidFilter = "invalidFilter"
	InvalidSyntax = "invalidSyntax"
	InvalidPath   = "invalidPath"
	InvalidValue  = "invalidValue"
	Mutability    = "mutability"
	Uniqueness    = "uniqueness"
	NoTarget      = "noTarget"
)

// An Error is an answer other than success. Its texts have no value of a request and no name.
type Error struct {
	Status     int           // of HTTP
	Type       string        // the scimType; empty: none
	Detail     string        // in English, for the administrator of the provider
	RetryAfter time.Duration // for the header Retry-After; 0: none

	cause error
}

// Error returns the text.
func (e *Error) Error() string { return "scim: " + e.Detail }

// Unwrap returns the refusal or the error that is answered, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Document returns the body of the answer.
func (e *Error) Document() Document {
	d := Document{"schemas": []string{errorSchema}, "status": strconv.Itoa(e.Status), "detail": e.Detail}
	if e.Type != "" {
		d["scimType"] = e.Type
	}
	return d
}

// Errors of a host, besides those of this package's functions.
var (
	ErrNotFound     = &Error{Status: 404, Detail: "there is no such resource"}
	ErrUniqueness   = &Error{Status: 409, Type: Uniqueness, Detail: "a resource with this name, ID or address is already here"}
	ErrUnauthorized = &Error{Status: 401, Detail: "a valid bearer token is needed"}
	ErrTooLarge     = &Error{Status: 413, Detail: fmt.Sprintf("the body has more than %d bytes", MaxBody)}
)

func invalid(scimType, format string, args ...any) *Error {
	return &Error{Status: 400, Type: scimType, Detail: fmt.Sprintf(format, args...)}
}

// wait is the time after which a provider tries again where the account is full. It is short, since providers hold back
// all requests for so long, those of leavers too, whose seats come free.
const wait = time.Minute

// An answer is what a refusal is answered with.
type answer struct {
	status int
	scim   string
	retry  time.Duration
}

// answers has a row for every code of a refusal. 429 makes Okta repeat the request after Retry-After and Entra
// in its next cycle; the request is right, and passes once there is room. 409 uniqueness makes a
// provider look for the user. 403 stays until a person changes something here.
var answers = map[seats.Code]answer{
	seats.ErrNoSeats:           {429, "", wait},
	seats.ErrForbidden:         {403, "", 0},
	seats.ErrNotOffered:        {403, "", 0},
	seats.ErrOwnerProtected:    {403, "", 0},
	seats.ErrLastOwner:         {403, "", 0},
	seats.ErrPayer:             {403, "", 0},
	seats.ErrSourceLocked:      {403, "", 0},
	seats.ErrUnknownUser:       {404, "", 0},
	seats.ErrWrongStatus:       {409, "", 0},
	seats.ErrDuplicate:         {409, Uniqueness, 0},
	seats.ErrAmbiguous:         {409, Uniqueness, 0},
	seats.ErrExchange:          {400, Mutability, 0},
	seats.ErrNotApproved:       {409, "", 0},
	seats.ErrInvitationExpired: {409, "", 0},
	seats.ErrOrderSize:         {400, InvalidValue, 0},
	seats.ErrBadInput:          {400, InvalidValue, 0},
	seats.ErrKeyReused:         {409, "", 0},
	seats.ErrPlanOutdated:      {409, "", 0},
	seats.ErrClosed:            {403, "", 0},
	seats.ErrOpen:              {409, "", 0},
	seats.ErrSeatSpent:         {409, "", 0},
	seats.ErrNotAssigned:       {409, "", 0},
	seats.ErrPoolEnded:         {409, "", 0},
	seats.ErrVersionReused:     {409, "", 0},
	seats.ErrChangedMeanwhile:  {503, "", time.Second},
	seats.ErrFinal:             {403, "", 0},
	seats.ErrJoinCode:          {403, "", 0},
	seats.ErrOfferOpen:         {409, "", 0},
	seats.ErrNoOffer:           {409, "", 0},
	seats.ErrSourceHeld:        {503, "", time.Hour}, // every change by the source waits for an admin
}

// ErrorOf returns the answer to an error: an [*Error] as it is, a [*seats.Refusal] by its code, a
// [*users.FieldError] as 400 invalidValue. A full account is 429, the same each time, with Retry-After. A held source is
// 503 until an admin decides, see [seats.Guard]. Everything else is 503 without the error's text: the store or the time
// failed, and every request of SCIM may be repeated. It is nil for nil.
func ErrorOf(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok || err == nil {
		return e
	}
	if field, ok := errors.AsType[*users.FieldError](err); ok {
		e := invalid(InvalidValue, "%s", strings.TrimPrefix(field.Error(), "users: "))
		e.cause = err
		return e
	}
	refusal, ok := errors.AsType[*seats.Refusal](err)
	if !ok {
		return &Error{Status: 503, Detail: "the service could not answer: the request may be repeated", RetryAfter: time.Minute, cause: err}
	}
	a, ok := answers[refusal.Code]
	switch {
	case errors.Is(refusal, seats.ErrOtherSource): // a sync learns nothing of the users of other sources
		a = answers[seats.ErrUnknownUser]
	case !ok:
		a.status = 400
	}
	return &Error{Status: a.status, Type: a.scim, Detail: strings.TrimPrefix(refusal.Error(), "seats: "), RetryAfter: a.retry, cause: err}
}
