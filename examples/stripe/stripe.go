// Package stripe keeps the bought seats of an account equal to the quantity of its subscription at Stripe,
// by the events of a webhook, and reports the peak of held seats before an invoice.
//
// Stripe delivers an event late, twice, or after a newer one. So the total that it brings has a
// version: the second in which the event was made, and the event's ID for ties. Two events of one
// second are in the order of their IDs on every delivery, which need not be the order in which they
// happened: Reconcile, which a host runs every night, mends that.
//
// An account has one subscription, the one that was made last and paid for. An upgrade by a new
// subscription takes over with its first event, and what comes of the older one, such as its late
// cancellation, is stale: the version begins with the second in which the subscription was made.
package stripe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Subscription is what is read of one. The host has put the account's ID into its metadata.
type Subscription struct {
	ID      string `json:"id"`
	Created int64  `json:"created"` // in Unix seconds
	Status  string `json:"status"`
	Items   struct {
		Data []struct {
			Quantity int64 `json:"quantity"`
		} `json:"data"`
	} `json:"items"`
	Metadata struct {
		Account users.AccountID `json:"account"`
	} `json:"metadata"`
}

// Seats is the quantity that is paid for, or expected to be: none once a subscription has ended.
func (s Subscription) Seats() seats.Count {
	quantity := int64(0)
	switch s.Status {
	case "trialing", "active", "past_due":
		for _, item := range s.Items.Data {
			quantity += item.Quantity
		}
	}
	return seats.Of(quantity)
}

// unpaid reports whether the first payment has not come yet, or never came: an older subscription goes on.
func (s Subscription) unpaid() bool {
	return s.Status == "incomplete" || s.Status == "incomplete_expired"
}

// version orders what is said of the subscriptions of an account: by the subscription, by the second, and
// by the ID of the event.
func (s Subscription) version(second int64, id string) seats.Version {
	return seats.Version{At: time.Unix(s.Created, 0), ID: fmt.Sprintf("%s %012d %s", s.ID, second, id)}
}

// An event is what is read of one.
type event struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Created int64  `json:"created"` // in Unix seconds
	Data    struct {
		Object Subscription `json:"object"`
	} `json:"data"`
}

// Webhook returns the handler of the events. It answers 200 once the total is stored, is there already or
// is older than the stored one, for a subscription without a first payment, and for all other types of event. After any other answer Stripe delivers
// the event again.
//
// Checking the signature is the host's: signed reports whether the header of a request has Stripe's signature
// of this body, as webhook.ConstructEvent of Stripe's library does.
func Webhook(keeper *seatkeeper.Keeper, signed func(header http.Header, body []byte) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e event
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "the event can't be read", httpstatus.Of(err)) // 413 if it is too large
			return
		}
		if !signed(r.Header, body) || json.Unmarshal(body, &e) != nil {
			http.Error(w, "not an event", http.StatusBadRequest)
			return
		}
		switch e.Type {
		case "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted":
			s := e.Data.Object
			if err := set(r.Context(), keeper, s, s.version(e.Created, e.ID), e.ID); err != nil {
				http.Error(w, err.Error(), httpstatus.Of(err))
			}
		}
	})
}

// set takes over the quantity of a subscription. The event's ID is the correlation, not a request key:
// the version says what is new, and an event that was refused may be delivered again. So is the newest one
// to take back a total that was set by hand.
func set(ctx context.Context, keeper *seatkeeper.Keeper, s Subscription, version seats.Version, why string) error {
	if s.unpaid() {
		return nil
	}
	_, err := keeper.With(seatkeeper.Call{Correlation: why, Reason: "subscription " + s.Status}).
		Do(ctx, s.Metadata.Account, users.System(), seats.SetTotal{Total: s.Seats(), Version: version})
	return err
}

// Reconcile takes over the account's newest paid subscription as Stripe has it, asked for at that moment. A
// webhook of a later second goes first.
func Reconcile(ctx context.Context, keeper *seatkeeper.Keeper, s Subscription, asked time.Time) error {
	return set(ctx, keeper, s, s.version(asked.Unix(), "~reconciled"), "reconcile") // after every evt_ of that second
}

// Peak is the usage to report before an invoice is made, for a price by the most seats held at once
// in the period of the invoice: at the event invoice.upcoming, and anew at invoice.created, when the
// period is over and its number no longer moves.
func Peak(ctx context.Context, keeper *seatkeeper.Keeper, account users.AccountID, start, end int64) (int64, error) {
	period, err := keeper.Period(ctx, account, seats.Site, time.Unix(start, 0), time.Unix(end, 0))
	if err != nil {
		return 0, fmt.Errorf("peak of %s: %w", account, err)
	}
	return period.Peak, nil
}
