package seatkeeper_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The answer to a request: a status, the refusal for programs, and a text for the screen
// in the language of who reads it.
func ExampleHTTPStatus() {
	german := seats.Messages{
		"no-seats":              "Kein Platz ist frei: {held} von {total} sind belegt.",
		"bad-input":             "Die Eingabe stimmt nicht: {field} {reason}.",
		"remedy/buy-seats":      "kaufen Sie {count} dazu",
		"reason/not-an-address": "ist keine E-Mail-Adresse",
		"field/email":           "die Adresse",
	}
	ctx, olive := context.Background(), users.As("u1")
	keeper := newSite(1, seats.Standard(), seatkeeper.Options{})
	respond := func(err error) {
		fmt.Println("HTTP", seatkeeper.HTTPStatus(err))
		var no *seats.Refusal
		if errors.As(err, &no) {
			body, _ := json.Marshal(no)
			fmt.Println(string(body))
			fmt.Println(german.Refusal(no))
			fmt.Println(german.Remedies(no.Remedies))
		}
	}
	_, err := keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	respond(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada"}})
	respond(err)
	_, err = keeper.Do(ctx, "nowhere", olive)
	respond(err)
	// Output:
	// HTTP 409
	// {"code":"no-seats","action":"invite","user":"ada","total":"1","held":1,"asked":1,"remedies":[{"action":"buy-seats","count":1}]}
	// Kein Platz ist frei: 1 von 1 sind belegt.
	// kaufen Sie 1 dazu
	// HTTP 422
	// {"code":"bad-input","action":"invite","field":"email","reason":"not-an-address"}
	// Die Eingabe stimmt nicht: die Adresse ist keine E-Mail-Adresse.
	//
	// HTTP 404
}

// Counters of a host, such as those of expvar or Prometheus.
func ExampleOptions_observe() {
	var calls, failed, retries, waited atomic.Int64
	keeper := newSite(2, seats.Standard(), seatkeeper.Options{
		Observe: func(_ context.Context, e seatkeeper.Effort) {
			calls.Add(1)
			retries.Add(int64(e.Conflicts + e.Taken + e.Lost))
			waited.Add(e.Waited.Milliseconds())
			if e.Err != nil && seatkeeper.HTTPStatus(e.Err) >= 500 { // a refusal is no failure
				failed.Add(1)
			}
		},
	})
	ctx, olive := context.Background(), users.As("u1")
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Ada")})
	_, _ = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: person("Bob")}) // refused
	fmt.Println(calls.Load(), failed.Load(), retries.Load(), waited.Load() < 1000)
	// Output: 3 0 0 true
}
