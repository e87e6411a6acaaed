package seats_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A screen in German shows a refusal and its remedies. A test of the host's says
// require.NoError(t, german.Check()) and lists what this translation still lacks.
func ExampleMessages() {
	german := seats.Messages{
		"no-seats":                "Kein Platz ist frei: {held} von {total} sind belegt.",
		"bad-input":               "Die Eingabe stimmt nicht: {field} {reason}.",
		"remedy/deactivate":       "deaktivieren Sie {count}",
		"remedy/delete":           "löschen Sie {count}",
		"remedy/buy-seats/vendor": "erbitten Sie {count} mehr vom Anbieter",
		"remedies/or":             " oder ",
		"reason/no-identity":      "braucht eine E-Mail-Adresse",
		"field/profile":           "der Eintrag",
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	opened, _ := seats.Open(seats.Snapshot{}, seats.Opening{
		Account: "acme", Total: seats.Of(2), Policy: seats.AccuEdConnect(), Owner: users.Profile{ID: "u1", Email: "olive@acme.example"},
	}, seats.Request{Actor: users.System(), At: now, Change: "c1"})
	snapshot := seats.Snapshot{}.Apply(opened.Change)

	decision := seats.DecideEach(snapshot, seats.Request{Actor: users.As("u1"), At: now, Change: "c2", Commands: []seats.Command{
		seats.Invite{Profile: users.Profile{ID: "u2", Email: "ada@acme.example"}},
		seats.Invite{Profile: users.Profile{ID: "u3", Email: "bob@acme.example"}},
		seats.Invite{Profile: users.Profile{ID: "u4"}},
	}})
	for _, o := range decision.Outcomes[1:] {
		fmt.Println(german.Refusal(o.Refusal))
		fmt.Println(german.Remedies(o.Refusal.Remedies))
	}
	fmt.Println(errors.Is(decision.Outcomes[2].Refusal, users.ErrNoIdentity), german.Check() == nil)
	// Output:
	// Kein Platz ist frei: 2 von 2 sind belegt.
	// deaktivieren Sie 1, löschen Sie 1 oder erbitten Sie 1 mehr vom Anbieter
	// Die Eingabe stimmt nicht: der Eintrag braucht eine E-Mail-Adresse.
	//
	// true false
}
