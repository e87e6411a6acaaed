package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
)

// TestEditAccount_zone has a machine on which there is a file for every name.
func TestEditAccount_zone(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	set := func(zone string) error {
		r := s.request(owner, seats.EditAccount{Zone: &zone})
		r.Zones = func(string) (*time.Location, error) { return time.UTC, nil }
		_, err := seats.Decide(s.rows, r)
		if err == nil {
			opening := seats.Opening{Account: "b", Total: seats.Of(1), Owner: profile("o"), Zone: zone}
			_, err = seats.Open(seats.Snapshot{}, opening, r)
		}
		return err
	}
	for _, zone := range []string{
		"Local", "local", "LOCAL", "localtime", "Localtime", "LOCALTIME", "posixrules", "Posixrules", "Factory", "factory", "FACTORY",
		"right/UTC", "right/Europe/London", "Right/Europe/London", "posix/UTC", "posix/Europe/London", "Posix/Europe/London",
		"europe/london", "EUROPE/LONDON", "Europe/london", "Europe/LONDON", "europe/London", "utc", "Utc", "gmt",
		"/etc/localtime", "../UTC", "Europe/../UTC", "Europe/./London", "Europe//London", "/Europe/London", "Europe/", "Europe",
		`Europe\London`, "Europe/London\x00", "Europe/Lóndon", " Europe/London", "Europe/London ", "Europe/London.", "zone.tab", "tzdata.zi",
		"leapseconds", "Europe/right/London", "Etc/localtime", "UTC0", "<+03>-3", "SystemV/EST5", ":UTC",
	} {
		require.ErrorIs(t, set(zone), seats.ErrBadInput, "%q", zone)
	}
	for _, zone := range []string{
		"Europe/London", "America/Port_of_Spain", "America/Argentina/ComodRivadavia", "America/North_Dakota/New_Salem", "Antarctica/DumontDUrville",
		"Etc/GMT+12", "Etc/UCT", "US/East-Indiana", "Asia/Ust-Nera", "Mexico/BajaNorte", "Japan", "GMT0", "EST5EDT", "GB-Eire", "Chile/EasterIsland", "Australia/NSW",
	} {
		require.NoError(t, set(zone), zone)
	}
}
