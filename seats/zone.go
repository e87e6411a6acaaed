package seats

import "strings"

// The first words of the names of regions, and the names of one word, in the database of
// IANA. They have been the same for decades.
var (
	zoneAreas = words("Africa America Antarctica Arctic Asia Atlantic Australia Brazil Canada Chile Etc Europe Indian Mexico Pacific US")
	zoneNames = words("CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong " +
		"Iceland Iran Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK " +
		"Singapore Turkey UCT UTC Universal W-SU WET Zulu")
)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}

// isZone reports whether a name has the form of an IANA region. A look-up reads files, and these
// differ between machines: their own setting ("Local", "localtime", "posixrules"), a placeholder
// ("Factory"), variants ("right/", "posix/"), and any mix of small and capital letters on some
// file systems.
func isZone(name string) bool {
	area, places, in := strings.Cut(name, "/")
	if !in {
		return zoneNames[name]
	}
	if !zoneAreas[area] {
		return false
	}
	for place := range strings.SplitSeq(places, "/") {
		if place == "" || place[0] < 'A' || place[0] > 'Z' || strings.Trim(place, zoneLetters) != "" {
			return false
		}
		if area != "Etc" && len(place) > len("NSW") && !strings.ContainsAny(place[1:], zoneLetters[:26]) {
			return false
		}
	}
	return true
}

// zoneLetters are the characters of names, small letters first.
const zoneLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-_"
