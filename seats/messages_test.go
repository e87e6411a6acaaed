package seats_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestTheTextsOfRefusals are what logs have, word by word.
func TestTheTextsOfRefusals(t *testing.T) {
	texts := map[seats.Code]string{
		seats.ErrNoSeats:           "seats: no free seat: 8 of 9 are held",
		seats.ErrForbidden:         "seats: not allowed: the actor is not an e-mail address",
		seats.ErrNotOffered:        "seats: not offered by this product",
		seats.ErrOwnerProtected:    "seats: an owner is protected: the actor is not an e-mail address",
		seats.ErrLastOwner:         "seats: the last active owner stays the owner",
		seats.ErrSourceLocked:      "seats: managed by the sync this person came by",
		seats.ErrUnknownUser:       "seats: no such user",
		seats.ErrWrongStatus:       "seats: not possible: the user is not an e-mail address",
		seats.ErrDuplicate:         "seats: email is not an e-mail address",
		seats.ErrExchange:          "seats: this would turn one person into another",
		seats.ErrNotApproved:       "seats: not approved yet",
		seats.ErrInvitationExpired: "seats: the invitation has run out",
		seats.ErrOrderSize:         "seats: not a number of seats that can be ordered: 5 asked, 1 to 4 possible",
		seats.ErrBadInput:          "seats: the input is not valid: email is not an e-mail address",
		seats.ErrKeyReused:         "seats: the request key was used for something else",
		seats.ErrPlanOutdated:      "seats: not as planned any more",
		seats.ErrPayer:             "seats: the owner who pays stays an owner",
		seats.ErrClosed:            "seats: the account is closed",
		seats.ErrOpen:              "seats: the account is still open",
		"of a later version":       "seats: of a later version",
	}
	for code, want := range texts {
		no := seats.Refusal{Code: code, Total: seats.Of(9), Held: 8, Asked: 5, Least: 1, Most: 4, Field: "email", Reason: users.ErrAddress}
		if code == seats.ErrNoSeats {
			no.Asked = 1
		}
		require.EqualError(t, &no, want)
		require.Equal(t, want, "seats: "+seats.Messages{}.Refusal(&no), "a translation that has nothing is English")
	}
	for _, code := range seats.Codes() {
		require.Contains(t, texts, code)
	}
	require.EqualError(t, &seats.Refusal{Code: seats.ErrNoSeats, Total: seats.Of(9), Held: 8, Spent: 1}, "seats: no free seat: 8 of 9 are held and 1 spent")
	require.EqualError(t, &seats.Refusal{Code: seats.ErrNoSeats, Total: seats.Of(2), Asked: 3}, "seats: not enough free seats: 3 are needed, and 0 of 2 are held")
	require.EqualError(t, &seats.Refusal{Code: seats.ErrNoSeats, Total: seats.Unlimited()}, "seats: no free seat: 0 of unlimited are held")
	require.EqualError(t, &seats.Refusal{Code: seats.ErrOrderSize, Asked: 5, Least: 1}, "seats: not a number of seats that can be ordered: 5 asked, none possible")
}

// TestTheTextsOfFaults are those that package users gives them.
func TestTheTextsOfFaults(t *testing.T) {
	for _, f := range []users.Fault{
		{Problem: users.ErrTooLarge}, {Problem: users.Unlisted(17)}, {Row: 3, Problem: users.ErrNoIdentity},
		{Row: 3, Column: "Email", Problem: users.ErrAddress}, {Row: 3, Column: "Email", Problem: users.ErrDuplicateRow, Other: 2},
	} {
		require.Equal(t, f.Error(), seats.English().Fault(f))
	}
}

// TestAPasswordIsRefusedInAnyLanguage though its fault wraps what the host said.
func TestAPasswordIsRefusedInAnyLanguage(t *testing.T) {
	_, err := users.ReadRoster(strings.NewReader("Email,Code\na@x.example,secret\n"), users.RosterOptions{
		Columns:  []users.Column{{Header: "Email", Field: "email"}, {Header: "Code", Field: "password"}},
		Password: func(int, users.Profile, string) error { return errors.New("secret is weak") },
	})
	fault, ok := errors.AsType[users.Fault](err)
	require.True(t, ok)
	german := seats.Messages{"fault/cell": "Zeile {row}: {column} {reason}", "reason/password-refused": "wird nicht angenommen"}
	require.Equal(t, "Zeile 2: Code wird nicht angenommen", german.Fault(fault))
}

func TestAHostsOwnReasonIsSaidByItsText(t *testing.T) {
	german := seats.Messages{"reason/empty": "ist leer", "bad-input": "ungültig: {field} {reason}", "field/cost": "Kosten"}
	require.Empty(t, german.Reason(nil))
	for _, c := range []struct {
		reason error
		want   string
	}{
		{users.ErrEmpty, "ist leer"},
		{users.ErrTooLate, "is in the future, or after the year 9999"},
		{errors.New("is {field}"), "is {field}"},
		{fmt.Errorf("of the feed %w", users.ErrEmpty), "of the feed is empty"},
		{users.Reason{Code: "odd", Text: "is odd"}, "is odd"},
	} {
		require.Equal(t, c.want, german.Reason(c.reason))
		require.Equal(t, "ungültig: Kosten "+c.want, german.Refusal(&seats.Refusal{Code: seats.ErrBadInput, Field: "cost", Reason: c.reason}),
			"what is put in the place of a placeholder is no placeholder")
	}
	require.Equal(t, "edit", german.Remedy(seats.Remedy{Steps: []seats.Step{{Action: users.ActionEdit, Count: 2}}}))
}

// TestTheCatalogueIsTheCallers, and what he does to it is no matter to others.
func TestTheCatalogueIsTheCallers(t *testing.T) {
	m := seats.English()
	clear(m)
	require.EqualError(t, &seats.Refusal{Code: seats.ErrForbidden}, "seats: not allowed to this actor")
	seats.Codes()[0] = ""
	require.Equal(t, seats.ErrNoSeats, seats.Codes()[0])
	users.Reasons()[0] = users.ErrDuplicateRow
	require.Equal(t, users.ErrEmpty, users.Reasons()[0])
}

// TestTheTextsOfRemedies has those of every kind.
func TestTheTextsOfRemedies(t *testing.T) {
	var all seats.Remedies
	for _, c := range []struct {
		steps []seats.Step
		want  string
	}{
		{[]seats.Step{{Action: users.ActionDeactivate, Count: 2}}, "deactivate 2"},
		{[]seats.Step{{Action: users.ActionArchive, Count: 2}}, "archive 2"},
		{[]seats.Step{{Action: users.ActionDelete, Count: 2}}, "delete 2"},
		{[]seats.Step{{Action: users.ActionBuySeats, Count: 10}}, "buy 10"},
		{[]seats.Step{{Action: users.ActionBuySeats, Count: 3, Vendor: true}}, "ask the vendor for 3 more"},
		{[]seats.Step{{Action: users.ActionEndOwnership, Count: 1, User: "u7"}}, "end the ownership of the user"},
		{[]seats.Step{{Action: users.ActionEndOwnership, Count: 1, User: "u7", Vendor: true}}, "ask the vendor to end the ownership of the user"},
		{[]seats.Step{{Action: users.ActionReactivate, Count: 1, User: "u7"}}, "reactivate the user"},
		{[]seats.Step{{Action: users.ActionRestore, Count: 1, User: "u7"}}, "restore the user"},
		{[]seats.Step{{Action: users.ActionApprove, Count: 1, User: "u7"}}, "approve the user"},
		{[]seats.Step{{Action: users.ActionNotify, Count: 1, User: "u7"}}, "notify the user"},
		{[]seats.Step{{Action: users.ActionDeactivate, Count: 2}, {Action: users.ActionReactivate, Count: 1, User: "u7"}}, "deactivate 2, then reactivate the user"},
		{[]seats.Step{{Action: users.ActionBuySeats, Count: 10}, {Action: users.ActionBuySeats, Count: 10}}, "buy 10, then buy 10"},
		{[]seats.Step{
			{Action: users.ActionRestore, Count: 1, User: "u7"}, {Action: users.ActionReactivate, Count: 1, User: "u7"}, {Action: users.ActionReactivate, Count: 1, User: "u8"},
		}, "restore the user, then reactivate 2 users"},
	} {
		remedy := seats.Remedy{Steps: c.steps}
		require.Equal(t, c.want, remedy.String())
		all = append(all, remedy)
	}
	require.Equal(t, "deactivate 2", all[:1].String())
	require.Equal(t, "deactivate 2, or archive 2", all[:2].String())
	require.Equal(t, "deactivate 2, archive 2, or delete 2", all[:3].String())
	require.Equal(t, "deactivate 2, then reactivate the user; or buy 10", seats.Remedies{all[11], all[3]}.String())
	require.Equal(t, "deactivate 2; deactivate 2, then reactivate the user; or buy 10", seats.Remedies{all[0], all[11], all[3]}.String())
	require.Empty(t, seats.Remedies(nil).String())
}
