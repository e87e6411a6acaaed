package seats

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// everyRemedy has one of every kind that a refusal can come with.
func everyRemedy() Remedies {
	var all Remedies
	add := func(s ...Step) { all = append(all, Remedy{s}) }
	add(Step{Action: users.ActionBuySeats, Count: 7})
	add(Step{Action: users.ActionBuySeats, Count: 7, Vendor: true}, Step{Action: users.ActionReactivate, Count: 1, User: "u7"})
	for _, a := range leaving.Members() {
		add(Step{Action: a, Count: 7})
	}
	one := func(s Step) {
		s.Count, s.User = 1, "u7"
		next := s
		next.User = "u8"
		add(s)
		add(s, next)
	}
	one(Step{Action: users.ActionEndOwnership, Vendor: true})
	for _, actions := range remedyActions {
		for _, a := range actions.Members() {
			one(Step{Action: a})
		}
	}
	return all
}

// everyShape has a refusal for every message, all of its numbers set.
func everyShape() []*Refusal {
	full := Refusal{Field: "email", Reason: users.ErrDuplicateRow, Total: Of(11), Held: 12, Spent: 0, Asked: 14, Least: 15, Most: 16}
	var all []*Refusal
	for _, c := range Codes() {
		full.Code = c
		plain, other, endless, single, bare := full, full, full, full, full
		bare.Reason = nil
		single.Asked = 1
		other.Spent, other.Most = 13, 3
		endless.Total = Unlimited()
		all = append(all, &plain, &other, &endless, &single, &bare)
	}
	return all
}

// TestEverythingIsSaidInEveryLanguage by a translation into capitals that lacks nothing
// and uses every placeholder there is: no word of English comes through, and no brace.
func TestEverythingIsSaidInEveryLanguage(t *testing.T) {
	capitals, asked := Messages{"field/email": "<FIELD/EMAIL >"}, map[string]bool{}
	for key := range english {
		kind, _, _ := strings.Cut(key, "/")
		capitals[key] = "<" + strings.ToUpper(key) + " " + placesOf(kind, key) + ">"
	}
	require.NoError(t, capitals.Check())
	requireSaid := func(text string) {
		t.Helper()
		require.NotContains(t, text, "{")
		require.Equal(t, strings.ToUpper(text), text)
		for _, part := range strings.Split(text, "<")[1:] {
			key, _, _ := strings.Cut(part, " ")
			asked[strings.ToLower(key)] = true
		}
	}
	for _, r := range everyShape() {
		requireSaid(capitals.Refusal(r))
	}
	for _, r := range reasons {
		requireSaid(capitals.Reason(r))
	}
	for _, r := range everyRemedy() {
		requireSaid(capitals.Remedy(r))
	}
	requireSaid(capitals.Remedies(everyRemedy()))
	requireSaid(capitals.Remedies(everyRemedy()[2:5]))
	for _, f := range []users.Fault{
		{Problem: users.ErrEmpty}, {Problem: users.Unlisted(17)}, {Row: 3, Problem: users.ErrNoIdentity},
		{Row: 3, Column: "5", Problem: users.ErrAddress}, {Row: 3, Column: "5", Problem: users.ErrDuplicateRow, Other: 2},
	} {
		requireSaid(capitals.Fault(f))
	}
	for key := range capitals {
		require.True(t, asked[key], "nothing is said by %q", key)
	}
}

func TestATranslationIsChecked(t *testing.T) {
	require.NoError(t, English().Check())
	for key := range english {
		lacking := English()
		delete(lacking, key)
		require.EqualError(t, lacking.Check(), `seats: messages: "`+key+`" is missing`)
		lacking[key] = ""
		require.EqualError(t, lacking.Check(), `seats: messages: "`+key+`" is missing`)
		for _, odd := range []string{"{hled}", "{", "}", "{Held}", "{ held }"} {
			lacking[key] = odd
			require.EqualError(t, lacking.Check(), `seats: messages: "`+key+`" has a placeholder that is unknown there`)
		}
	}
	m := English()
	maps.Copy(m, Messages{"no-seat": "x", "field/email": "{held}", "field/id": "", "remedy/deactivate": "{held}", "reason/empty": "{reason}"})
	delete(m, "forbidden")
	require.EqualError(t, m.Check(), `seats: messages: "field/email" has a placeholder that is unknown there
seats: messages: "field/id" is missing
seats: messages: "forbidden" is missing
seats: messages: "no-seat" is asked for by nobody
seats: messages: "reason/empty" has a placeholder that is unknown there
seats: messages: "remedy/deactivate" has a placeholder that is unknown there`)
	require.Error(t, Messages(nil).Check())
}
