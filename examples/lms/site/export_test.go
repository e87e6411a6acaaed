package site

import (
	"context"
	"iter"
	"net/http"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Patterns has those of all pages.
func Patterns() (patterns []string) {
	for _, r := range routes {
		patterns = append(patterns, r.pattern)
	}
	return patterns
}

// Told says events of an account in sentences, for a visitor who may leave.
func Told(ctx context.Context, s *Site, account users.AccountID, events iter.Seq2[seats.Event, error]) error {
	v := &visit{Site: s, r: (&http.Request{}).WithContext(ctx), account: seats.Account{ID: account}}
	_, err := v.told(events)
	return err
}
