package seats

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// A JoinCode is what a join code has besides its numbers, in the row of its [Pool]: Total is the most
// uses, Spent the uses so far, and Held the seats held in advance, one for each use left. Uses are
// counted by the gate that counts seats, and by the same constraint of the database. A join code is
// open until it is ended, by [EndCode] or by its last day; its row stays without the Text.
//
// The Text is kept as it is read: an admin must be able to read it out again, and a digest of so short
// a secret would hide little. Events, errors and digests lack it, and it goes with the end of the code.
// Of all texts of that length one in about 2^40 fits: the host bounds the guesses of a visitor.
type JoinCode struct {
	Text    string     `json:"text,omitzero"`    // empty: it has ended
	Domains string     `json:"domains,omitzero"` // of new users, in comparison form, separated by spaces; empty: any
	Role    users.Role `json:"role,omitzero"`    // of a new user
	Hold    bool       `json:"hold,omitzero"`    // a seat is held in advance for each use left
	Ended   bool       `json:"ended,omitzero"`   // at the instant of the pool's Ends
}

// Bounds of the text of a join code in the form of [JoinCode.Key], and of its domains.
const (
	leastCode  = 6
	mostCode   = 40
	maxDomains = 20
)

// IsCode reports whether the pool is a join code.
func (p Pool) IsCode() bool { return p.Join != JoinCode{} }

// UsesLeft returns the uses left of a join code; zero after its end.
func (p Pool) UsesLeft() Count {
	switch {
	case p.Join.Text == "":
		return Of(0)
	case p.Total.IsUnlimited():
		return Unlimited()
	}
	return Of(max(0, p.Total.n-p.Spent))
}

// holding returns the number of seats that the join code holds in advance.
func (p Pool) holding() int64 {
	if !p.Join.Hold {
		return 0
	}
	return p.UsesLeft().n
}

// Key returns the comparison form of the text: its letters and digits, as capitals. O is the digit 0,
// I and L are the digit 1. Spaces, hyphens and all else are left out.
func (j JoinCode) Key() string { return codeKey(j.Text) }

func codeKey(text string) string {
	key := make([]byte, 0, len(text))
	for _, c := range []byte(text) {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		switch {
		case c == 'O':
			c = '0'
		case c == 'I', c == 'L':
			c = '1'
		case (c < 'A' || c > 'Z') && (c < '0' || c > '9'):
			continue
		}
		key = append(key, c)
	}
	return string(key)
}

// codeLetters are consonants and digits that are easy to tell apart.
const codeLetters = "CDFGHJKMNPQRTVWXY34679"

// newCodeText returns a text of three times three letters: CDF-GHJ-KMN.
func (v *evaluation) newCodeText(id PoolID) string {
	mac := hmac.New(sha256.New, []byte(v.request.Random))
	fmt.Fprintf(mac, "join code %d %s", v.request.Index+v.index, id)
	n := binary.BigEndian.Uint64(mac.Sum(nil))
	var text []byte
	for i := range 9 {
		if i > 0 && i%3 == 0 {
			text = append(text, '-')
		}
		text = append(text, codeLetters[n%uint64(len(codeLetters))])
		n /= uint64(len(codeLetters))
	}
	return string(text)
}

// NeedsRandom reports whether a request with the commands must have a Random, whatever its key.
func NeedsRandom(commands []Command) bool {
	return slices.ContainsFunc(commands, func(c Command) bool {
		_, ok := withoutConditions(c).(SetCode)
		return ok
	})
}

// checkCodeText refuses a text that is too short or too long, or hard to read aloud.
func checkCodeText(text string) *Refusal {
	fits := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == ' ' || r == '-'
	}
	n := len(codeKey(text))
	if n < leastCode || n > mostCode || len(text) > 2*mostCode || strings.ContainsFunc(text, func(r rune) bool { return !fits(r) }) {
		return badInput("text", errCodeText)
	}
	return nil
}

// cleanDomains returns a list of domains in comparison form, each once and in order.
func cleanDomains(text string) (string, *Refusal) {
	all := strings.Fields(text)
	if len(all) > maxDomains || len(text) > maxDomains*users.MaxEmail {
		return "", badInput("domains", errDomains)
	}
	for i, domain := range all {
		p, err := users.Profile{ID: "x", Email: "x@" + strings.TrimPrefix(domain, "@")}.Clean()
		if err != nil {
			return "", badInput("domains", errDomains)
		}
		all[i] = domainOf(p.Email)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " "), nil
}

// domainOf returns the domain of an address in comparison form; empty: there is none.
func domainOf(address string) string {
	key := users.ByEmail(address).Value
	return key[strings.LastIndex(key, "@")+1:]
}

// admits reports whether the address is one of the code's domains.
func (j JoinCode) admits(address string) bool {
	domain := domainOf(address)
	return j.Domains == "" || domain != "" && slices.Contains(strings.Fields(j.Domains), domain)
}

// reserved returns the drift between the site pool and its join codes. Torn events may lack a code.
func (a *Auditor) reserved(s Snapshot) []Drift {
	n := int64(0)
	for _, p := range s.Pools {
		if p.IsCode() {
			n += p.Held
		}
	}
	if site := s.pool(Site).Reserved; site != n && !a.torn {
		return []Drift{{"seats reserved", fmt.Sprint(site), fmt.Sprint(n)}}
	}
	return nil
}
