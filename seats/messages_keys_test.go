package seats

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// everyRemedy has one of every kind that a refusal can come with.
func everyRemedy() Remedies {
	var all Remedies
	add := func(s ...Step) { all = append(all, Remedy{Steps: s}) }
	add(Step{Action: users.ActionBuySeats, Count: 7})
	add(Step{Action: users.ActionBuySeats, Count: 7, Vendor: true}, Step{Action: users.ActionReactivate, Count: 1, User: "u7"})
	for _, a := range leaving.Members() {
		add(Step{Action: a, Count: 7})
	}
	add(leftToVendor(ReturnSeats{Quantity: 7}).Step)
	for _, c := range []Command{
		Invite{}, HandOver{User: "u7"}, Accept{User: "u7"}, GrantOwnership{}, SetPayer{}, Close{}, Reopen{},
	} {
		add(moveOf(c).Step)
	}
	add(moveOf(SetPayer{}).byVendor().Step)
	add(moveOf(Reopen{}).byVendor().Step)
	add(Step{Action: users.ActionUnassignCourse, Count: 7, Pool: "go"})
	add(Step{Action: users.ActionArchive, Count: 7, Pool: "go"})
	add(buying("go", 7).Step)
	add(buying("go", 7).byVendor().Step)
	add(leftToVendor(ReturnSeats{Pool: "go", Quantity: 7}).Step)
	for _, m := range []move{
		moveOf(AssignCourse{User: "u7", Pool: "go"}),
		moveOf(Deactivate{User: "u7"}), moveOf(Archive{User: "u7"}),
		moveOf(Reactivate{"u7"}), moveOf(Restore{"u7"}), moveOf(Approve{"u7"}), moveOf(Notify{"u7"}), moveOf(Delete{User: "u7"}),
		moveOf(EndOwnership{"u7"}), moveOf(EndOwnership{"u7"}).byVendor(),
		moveOf(Edit{User: "u7", Set: users.Patch{Email: new("")}}), {Step: Step{Action: users.ActionEdit, Count: 1, User: "u7", Vendor: true}},
	} {
		next := m.Step
		next.User = "u8"
		add(m.Step)
		add(m.Step, next)
	}
	return all
}

// everyShape has a refusal for every message.
func everyShape() []*Refusal {
	var all []*Refusal
	for _, code := range Codes() {
		for _, total := range []Count{Of(5), Of(99), Unlimited()} {
			for _, asked := range []int64{1, 14, 50} {
				for _, most := range []int64{3, 16} {
					for _, action := range []users.Action{users.ActionBuySeats, users.ActionReturnSeats} {
						for _, spent := range []int64{0, 13} {
							for _, reason := range []error{nil, users.ErrDuplicateRow, ErrInactive, users.ErrTooLong} {
								all = append(all, &Refusal{
									Code: code, Action: action, Field: "email", Reason: reason,
									Total: total, Held: 12, Spent: spent, Asked: asked, Least: 12, Most: most,
								})
							}
						}
					}
				}
			}
		}
	}
	all = append(all, &Refusal{Code: ErrOrderSize, Total: Of(MaxSeats), Asked: 1, Least: 1},
		&Refusal{Code: ErrChangedMeanwhile, Total: Of(5)}, &Refusal{Code: ErrChangedMeanwhile, Total: Of(5), Reason: ErrInactive})
	for _, action := range users.Actions() {
		all = append(all, &Refusal{Code: ErrNotOffered, Action: action, Total: Of(5)}, &Refusal{Code: ErrNoSeats, Action: action, Total: Of(5)})
	}
	all = append(all,
		&Refusal{Code: ErrNoSeats, Pool: "go", Total: Of(1), Held: 1}, &Refusal{Code: ErrNoSeats, Pool: "go", Total: Of(1), Held: 2},
		&Refusal{Code: ErrSeatSpent, Pool: "go", Total: Of(1), Since: time.Unix(0, 0)},
		&Refusal{Code: ErrExchange, Reason: ErrEarlierEdits, Total: Of(1), Until: time.Unix(0, 0)})
	for _, field := range []string{"email", "username", "reason", "title", "groups", "row"} {
		all = append(all, &Refusal{Code: ErrBadInput, Field: field, Reason: users.ErrTooLong, Total: Of(5)})
	}
	return all
}

// TestMessages_translation by a translation into capitals that lacks nothing
// and uses every placeholder there is: no word of English comes through, and no brace.
func TestMessages_translation(t *testing.T) {
	capitals, asked := Messages{}, map[string]bool{}
	for _, field := range []string{"email", "username", "reason", "title", "groups", "row"} {
		capitals["field/"+field] = "<FIELD/" + strings.ToUpper(field) + " >"
	}
	for key := range english {
		kind, _, _ := strings.Cut(key, "/")
		capitals[key] = "<" + strings.ToUpper(key) + " "
		for _, name := range placesOf(kind, key) {
			capitals[key] += "{" + name + "}{" + name + ":ONE|OTHER}"
		}
		capitals[key] += ">"
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
	for key := range english {
		if kind, field, _ := strings.Cut(key, "/"); kind == "field" {
			requireSaid(capitals.Refusal(&Refusal{Code: ErrBadInput, Field: field, Reason: users.ErrEmpty, Total: Of(1)}))
		}
	}
	for _, r := range reasons {
		requireSaid(capitals.Reason(r))
	}
	for _, r := range everyRemedy() {
		requireSaid(capitals.Remedy(r))
	}
	requireSaid(capitals.Remedies(everyRemedy()))
	requireSaid(capitals.Remedies(everyRemedy()[2:5]))
	requireSaid(capitals.Remedies(Remedies{everyRemedy()[1], everyRemedy()[1]}))
	requireSaid(capitals.Text(&Refusal{Code: ErrClosed, Total: Of(5), Remedies: everyRemedy()}))
	for _, f := range []users.Fault{
		{Row: 3, Column: "5", Problem: users.ErrDate, Expected: "YYYY-MM-DD"},
		{Problem: users.ErrEmpty}, {Problem: users.Unlisted(17)}, {Row: 3, Problem: users.ErrNoIdentity},
		{Row: 3, Column: "5", Problem: users.ErrAddress}, {Row: 3, Column: "5", Problem: users.ErrDuplicateRow, Other: 2},
	} {
		requireSaid(capitals.Fault(f))
	}
	for _, leave := range []users.Leave{users.Until("2026-03-31"), users.From("2026-03-31")} {
		requireSaid(capitals.Leave(leave))
	}
	for _, kind := range notices {
		for _, pool := range []PoolID{Site, "go"} {
			requireSaid(capitals.Notice(Event{Kind: kind, Pool: pool, Total: Of(5), Count: 1}))
		}
	}
	for key := range capitals {
		require.True(t, asked[key], "nothing is said by %q", key)
	}
}

func TestMessages_Check(t *testing.T) {
	require.NoError(t, English().Check())
	for key := range english {
		lacking := English()
		delete(lacking, key)
		require.EqualError(t, lacking.Check(), `seats: messages: "`+key+`" is missing`)
		lacking[key] = ""
		require.EqualError(t, lacking.Check(), `seats: messages: "`+key+`" is missing`)
		for _, odd := range []string{"{hled}", "{", "}", "{Held}", "{ held }", "{held:}", "{held:one}", "{held"} {
			lacking[key] = odd
			require.EqualError(t, lacking.Check(), `seats: messages: "`+key+`" has an unknown placeholder`)
		}
	}
	m := English()
	maps.Copy(m, Messages{"no-seat": "x", "field/email": "{held}", "field/id": "", "remedy/deactivate": "{held}", "reason/empty": "{reason}"})
	delete(m, "forbidden")
	require.EqualError(t, m.Check(), `seats: messages: "field/email" has an unknown placeholder
seats: messages: "field/id" is missing
seats: messages: "forbidden" is missing
seats: messages: "no-seat" is unknown
seats: messages: "reason/empty" has an unknown placeholder
seats: messages: "remedy/deactivate" has an unknown placeholder`)
	require.Error(t, Messages(nil).Check())
}
