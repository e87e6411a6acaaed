package store

import (
	"errors"
	"fmt"
	"time"
)

// ErrClockSkew: the Keeper's clock and the store's are too far apart. Nothing was
// changed, and nothing decided. The error is a [*ClockSkewError].
var ErrClockSkew = errors.New("store: the clock is wrong")

// A ClockSkewError is an [ErrClockSkew]. An event is never earlier than the one before
// it: a single call by a clock that is ahead would give its time to all later events of
// the account, and hide what happens from bills and history until then.
//
// Either clock may be the wrong one. Set it right: the next call works.
type ClockSkewError struct {
	Now       time.Time     // by the Keeper's clock, before the load
	StoreTime time.Time     // by the store, during the load
	Load      time.Duration // how long the load took
	MaxSkew   time.Duration // the MaxSkew of the Keeper's Options
}

func (e *ClockSkewError) Error() string {
	return fmt.Sprintf("%v: it is %s here and %s in the store, more than %v apart",
		ErrClockSkew, e.Now.Format(time.RFC3339Nano), e.StoreTime.Format(time.RFC3339Nano), e.MaxSkew)
}

// Unwrap returns [ErrClockSkew].
func (e *ClockSkewError) Unwrap() error { return ErrClockSkew }
