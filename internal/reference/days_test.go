package reference_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/users"
)

// The model finds days minute by minute, package users by the periods of the zone. Every
// day of half a year and under every rule they must agree.
func TestDate_model(t *testing.T) {
	for _, rules := range []reference.Rules{reference.RulesToday, reference.RulesChanged} {
		for _, name := range reference.Zones {
			in, err := rules.Location(name)
			require.NoError(t, err)
			end := users.Date("9999-12-31")
			require.True(t, reference.End(end, in).Equal(end.End(in)), "%s ends in %s: %v, %v", end, name, reference.End(end, in), end.End(in))
			for d := users.Date("2026-02-25"); d < "2026-05-05"; d = d.AddDays(1) {
				require.True(t, reference.Begin(d, in).Equal(d.Start(in)), "%s begins in %s: %v, %v", d, name, reference.Begin(d, in), d.Start(in))
				require.True(t, reference.LastMinute(d, in).Equal(d.LastMinute(in)), "%s ends in %s: %v, %v", d, name, reference.LastMinute(d, in), d.LastMinute(in))
				from := d.Start(time.UTC).Add(90*time.Minute + 7*time.Microsecond)
				for _, days := range []int{0, 1, 30} {
					require.True(t, reference.Ahead(from, days, in).Equal(users.AddDays(from, days, in)),
						"%d days from %v in %s: %v, %v", days, from, name, reference.Ahead(from, days, in), users.AddDays(from, days, in))
				}
			}
		}
	}
}
