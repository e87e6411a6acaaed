package reference

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// Zones are the time zones of the model's accounts: the first and the last to see a day, some
// with midnights that do not exist, and one that has changed sides of the date line.
var Zones = []string{
	"UTC", "Africa/Cairo", "Europe/Berlin", "Asia/Beirut", "America/Santiago", "America/New_York",
	"Pacific/Kiritimati", "Etc/GMT+12", "Pacific/Apia",
}

// Rules are the zone rules of the world at one time. Governments change them, and a machine can
// lack them.
type Rules int

// The rules: as they are, as governments may have changed them, and not to be found.
const (
	RulesToday Rules = iota
	RulesChanged
	RulesMissing
)

// A shift is a change of a zone's distance from UTC, in hours.
type shift struct {
	at    time.Time
	hours int
}

// changed has the zones that are otherwise under the changed rules.
var changed = map[string]*time.Location{
	"Africa/Cairo":       zone("Africa/Cairo", 2, shift{time.Date(2026, 3, 5, 22, 0, 0, 0, time.UTC), 3}),          // midnight is skipped
	"Asia/Beirut":        zone("Asia/Beirut", 2),                                                                   // summer time is over
	"Europe/Berlin":      zone("Europe/Berlin", 1, shift{time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC), 0}),        // midnight comes twice
	"Pacific/Apia":       zone("Pacific/Apia", -11, shift{time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC), 13}),       // a day is skipped
	"Pacific/Kiritimati": zone("Pacific/Kiritimati", 14, shift{time.Date(2026, 3, 6, 10, 0, 0, 0, time.UTC), -10}), // a day comes twice
	"America/New_York":   zone("America/New_York", -4),
}

// Location looks a zone up, as a Keeper is told to.
func (r Rules) Location(name string) (*time.Location, error) {
	switch other, ok := changed[name]; {
	case r == RulesMissing:
		return nil, errors.New("reference: no zone rules on this machine")
	case r == RulesChanged && ok:
		return other, nil
	}
	return time.LoadLocation(name)
}

// zone makes a zone by the format of zone files (RFC 8536, version 1).
func zone(name string, hours int, shifts ...shift) *time.Location {
	file := append([]byte("TZif"), make([]byte, 16)...)
	for _, n := range []int{0, 0, 0, len(shifts), len(shifts) + 1, 2} {
		file = binary.BigEndian.AppendUint32(file, uint32(n))
	}
	for _, s := range shifts {
		file = binary.BigEndian.AppendUint32(file, uint32(s.at.Unix()))
	}
	for i := range shifts {
		file = append(file, byte(i+1))
	}
	for _, s := range append([]shift{{hours: hours}}, shifts...) {
		file = binary.BigEndian.AppendUint32(file, uint32(s.hours*3600))
		file = append(file, 0, 0)
	}
	in, err := time.LoadLocationFromTZData(name, append(file, 'x', 0))
	if err != nil {
		panic(err)
	}
	return in
}

// badZone reports whether an account can't have the zone.
func (m *Model) badZone(name string) bool {
	return name != "UTC" && (m.Rules == RulesMissing || !slices.Contains(Zones, name))
}
