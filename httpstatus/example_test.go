package httpstatus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A response has the status, the refusal as JSON, and a text in the reader's language.
func ExampleOf() {
	german := seats.Messages{
		"no-seats":              "Kein Platz ist frei: {held} von {total} sind belegt.",
		"bad-input":             "Die Eingabe stimmt nicht: {field} {reason}.",
		"remedy/buy-seats":      "kaufen Sie {count} dazu",
		"reason/not-an-address": "ist keine E-Mail-Adresse",
		"field/email":           "die Adresse",
	}
	ctx, olive := context.Background(), users.As("u1")
	keeper, _ := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	_, _ = keeper.Open(ctx, seats.Opening{
		Account: "acme", Total: seats.Of(1), Owner: users.Profile{ID: "u1", Email: "olive@acme.example"},
	})
	respond := func(err error) {
		fmt.Println("HTTP", httpstatus.Of(err))
		var refusal *seats.Refusal
		if errors.As(err, &refusal) {
			body, _ := json.Marshal(refusal)
			fmt.Println(string(body))
			fmt.Println(german.Refusal(refusal))
			fmt.Println(german.Remedies(refusal.Remedies))
		}
	}
	_, err := keeper.Do(ctx, "acme", olive, seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}})
	respond(err)
	_, err = keeper.Do(ctx, "acme", olive, seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada"}})
	respond(err)
	_, err = keeper.Do(ctx, "nowhere", olive)
	respond(err)
	// Output:
	// HTTP 409
	// {"code":"no-seats","action":"invite","user":"ada","total":"1","held":1,"asked":1,"remedies":[{"steps":[{"action":"buy-seats","count":1}]}]}
	// Kein Platz ist frei: 1 von 1 sind belegt.
	// kaufen Sie 1 dazu
	// HTTP 422
	// {"code":"bad-input","action":"invite","field":"email","reason":"not-an-address"}
	// Die Eingabe stimmt nicht: die Adresse ist keine E-Mail-Adresse.
	//
	// HTTP 404
}
