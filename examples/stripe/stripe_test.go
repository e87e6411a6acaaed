package stripe_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/examples/stripe"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var start = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// body is an event as Stripe sends it, with fields that are not read.
func body(id, status string, after time.Duration, quantity int64) string {
	return bodyOf("sub_1", 0, id, status, after, quantity)
}

// bodyOf is an event of a subscription that was made some time after the start.
func bodyOf(subscription string, made time.Duration, id, status string, after time.Duration, quantity int64) string {
	return fmt.Sprintf(`{"id":%q,"object":"event","api_version":"2026-10-28.acacia","created":%d,"type":"customer.subscription.updated","livemode":true,
		"data":{"object":{"id":%q,"created":%d,"object":"subscription","status":%q,"items":{"object":"list","data":[{"id":"si_1","quantity":%d,"price":{"id":"price_1"}}]},
		"metadata":{"account":"acme"}},"previous_attributes":{"items":{}}}}`, id, start.Add(after).Unix(), subscription, start.Add(made).Unix(), status, quantity)
}

type site struct {
	*seatkeeper.Keeper
	t   *testing.T
	now time.Time
}

func newSite(t *testing.T) *site {
	s := &site{t: t, now: start}
	keeper, err := seatkeeper.New(memstore.New(), seatkeeper.Options{Now: func() time.Time { return s.now }})
	require.NoError(t, err)
	_, err = keeper.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Of(3), Owner: users.Profile{ID: "u1", Email: "olive@acme.example"}})
	require.NoError(t, err)
	s.Keeper = keeper
	return s
}

func (s *site) post(body string) int {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/stripe", strings.NewReader(body))
	r.Header.Set("Stripe-Signature", signature(body))
	stripe.Webhook(s.Keeper, signed).ServeHTTP(w, r)
	return w.Code
}

// signature and signed stand for Stripe's signature and its check.
func signature(body string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte("secret"+body)))
}

func signed(header http.Header, body []byte) bool {
	return header.Get("Stripe-Signature") == signature(string(body))
}

func (s *site) total() seats.Count {
	u, err := s.Usage(s.t.Context(), "acme")
	require.NoError(s.t, err)
	return u.Total
}

// TestWebhook_orders: in any order, with any repetition, the total is that of the newest event of the
// newest subscription.
func TestWebhook_orders(t *testing.T) {
	anyOrder(t, 7,
		body("evt_b", "active", time.Minute, 5), body("evt_a", "active", 2*time.Minute, 10),
		body("evt_d", "active", 3*time.Minute, 7), body("evt_c", "active", 3*time.Minute, 8)) // of one second
	const made = time.Hour
	upgrade := bodyOf("sub_0", made, "evt_b", "active", made+time.Minute, 10)
	anyOrder(t, 10, // the old subscription is cancelled late
		body("evt_c", "active", time.Minute, 5), bodyOf("sub_0", made, "evt_d", "incomplete", made, 10), upgrade,
		body("evt_a", "canceled", 2*made, 5))
	anyOrder(t, 12, body("evt_c", "active", 3*made, 7), upgrade, bodyOf("sub_0", made, "evt_a", "active", made+time.Hour, 12))
	anyOrder(t, 5, body("evt_c", "active", time.Minute, 5), // the upgrade is never paid
		bodyOf("sub_2", made, "evt_d", "incomplete", made, 10), bodyOf("sub_2", made, "evt_e", "incomplete_expired", 24*made, 10))
}

// anyOrder delivers the events in every order, some of them twice.
func anyOrder(t *testing.T, want int64, events ...string) {
	t.Helper()
	var permute func(done, rest []string)
	permute = func(done, rest []string) {
		if len(rest) == 0 {
			s := newSite(t)
			for _, e := range append(done, done[0], done[2]) {
				require.Equal(t, http.StatusOK, s.post(e))
			}
			require.Equal(t, seats.Of(want), s.total(), done)
		}
		for i := range rest {
			others := append(append([]string(nil), rest[:i]...), rest[i+1:]...)
			permute(append(append([]string(nil), done...), rest[i]), others)
		}
	}
	permute(nil, events)
}

func TestWebhook_answers(t *testing.T) {
	s := newSite(t)
	require.Equal(t, http.StatusOK, s.post(`{"id":"evt_x","type":"charge.succeeded","created":1,"data":{"object":{"amount":100}}}`))
	require.Equal(t, http.StatusBadRequest, s.post("quantity=9"))
	w := httptest.NewRecorder()
	stripe.Webhook(s.Keeper, signed).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/stripe", strings.NewReader(body("evt_0", "active", time.Minute, 9))))
	require.Equal(t, http.StatusBadRequest, w.Code, "without a signature")
	require.Equal(t, http.StatusNotFound, s.post(strings.ReplaceAll(body("evt_1", "active", time.Minute, 9), "acme", "unknown")), "to be delivered again: the account may be on its way")
	require.Equal(t, seats.Of(3), s.total())
	require.Equal(t, http.StatusOK, s.post(body("evt_1", "active", time.Minute, 9)))
	require.Equal(t, http.StatusConflict, s.post(body("evt_1", "active", time.Minute, 8)), "one event, two quantities")
	require.Equal(t, http.StatusOK, s.post(body("evt_2", "canceled", time.Hour, 9)))
	require.Equal(t, seats.Of(0), s.total(), "users keep their seats, new ones find none")
}

func TestReconcile(t *testing.T) {
	s := newSite(t)
	require.Equal(t, http.StatusOK, s.post(body("evt_z", "active", time.Minute, 5)))
	var now stripe.Subscription
	now.ID, now.Created, now.Status, now.Metadata.Account = "sub_1", start.Unix(), "active", "acme"
	now.Items.Data = append(now.Items.Data, struct {
		Quantity int64 `json:"quantity"`
	}{6})
	require.NoError(t, stripe.Reconcile(t.Context(), s.Keeper, now, start.Add(time.Minute+time.Second/2)))
	require.Equal(t, seats.Of(6), s.total(), "of the same second as the event")
	require.Equal(t, http.StatusOK, s.post(body("evt_0", "active", 2*time.Minute, 7)))
	require.NoError(t, stripe.Reconcile(t.Context(), s.Keeper, now, start.Add(time.Minute)))
	require.Equal(t, seats.Of(7), s.total(), "an answer from before the event")
}

func TestPeak(t *testing.T) {
	s := newSite(t)
	invite := func(id users.ID) seats.Command {
		return seats.Invite{Profile: users.Profile{ID: id, Email: string(id) + "@acme.example"}}
	}
	do := func(after time.Duration, c ...seats.Command) {
		s.now = start.Add(after)
		_, err := s.Do(t.Context(), "acme", users.System(), c...)
		require.NoError(t, err)
	}
	do(24*time.Hour, invite("a"), invite("b"))
	do(48*time.Hour, seats.Delete{User: "a"}, seats.Delete{User: "b"})
	do(40*24*time.Hour, invite("c"))
	peak, err := stripe.Peak(t.Context(), s.Keeper, "acme", start.Unix(), start.AddDate(0, 1, 0).Unix())
	require.NoError(t, err)
	require.EqualValues(t, 3, peak)
	_, err = stripe.Peak(t.Context(), s.Keeper, "unknown", 0, 1)
	require.Error(t, err)
}
