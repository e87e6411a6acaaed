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

// TestRefusal_Error are what logs have, word by word.
func TestRefusal_Error(t *testing.T) {
	texts := map[seats.Code]string{
		seats.ErrNoSeats:           "seats: no free seat: 8 of 9 are held",
		seats.ErrForbidden:         "seats: not allowed",
		seats.ErrNotOffered:        "seats: this product does not offer this",
		seats.ErrOwnerProtected:    "seats: an owner is protected: the ownership has to end first",
		seats.ErrLastOwner:         "seats: this is the last active owner: another user has to become one first",
		seats.ErrSourceLocked:      "seats: this user came by a sync, which alone can edit, deactivate, archive or delete them",
		seats.ErrUnknownUser:       "seats: there is no such user",
		seats.ErrWrongStatus:       "seats: the user's status does not allow it",
		seats.ErrDuplicate:         "seats: a user with this email, username or ID is already here",
		seats.ErrAmbiguous:         "seats: 0 users have this email: their username or ID is needed",
		seats.ErrExchange:          "seats: this would turn one user into another",
		seats.ErrNotApproved:       "seats: the user is not approved yet",
		seats.ErrInvitationExpired: "seats: the invitation has run out",
		seats.ErrOrderSize:         "seats: 5 can't be bought: at most 4",
		seats.ErrBadInput:          "seats: not valid: email is not an email address",
		seats.ErrKeyReused:         "seats: the request key was used for another call",
		seats.ErrPlanOutdated:      "seats: the plan is out of date: 0 commands come out differently by now",
		seats.ErrPayer:             "seats: this owner pays for the account: another payer has to be set first",
		seats.ErrClosed:            "seats: the account is closed",
		seats.ErrOpen:              "seats: the account has to be closed first",
		seats.ErrVersionReused:     "seats: this version of the total was given before, with another total",
		seats.ErrChangedMeanwhile:  "seats: this was changed meanwhile: email",
		seats.ErrFinal:             "seats: this can't be undone",
		seats.ErrOfferOpen:         "seats: another offer of ownership is open: it has to end first",
		seats.ErrNoOffer:           "seats: there is no open offer of ownership to the user",
		seats.ErrSourceHeld:        "seats: the sync is held",
		seats.ErrSeatSpent:         "seats: the course has been used since 2026-03-01 12:00 UTC, and its licence is spent",
		seats.ErrNotAssigned:       "seats: the user has no licence of this course",
		seats.ErrPoolEnded:         "seats: the licences of this course have ended",
		seats.ErrJoinCode:          "seats: this join code is not valid",
		"of a later version":       "seats: of a later version",
	}
	for code, want := range texts {
		refusal := seats.Refusal{Code: code, Total: seats.Of(9), Held: 8, Asked: 5, Least: 1, Most: 4, Field: "email", Since: start}
		if code == seats.ErrBadInput {
			refusal.Reason = users.ErrAddress
		}
		if code == seats.ErrNoSeats {
			refusal.Asked = 1
		}
		require.EqualError(t, &refusal, want)
		require.Equal(t, want, "seats: "+seats.Messages{}.Refusal(&refusal), "a translation that has nothing is English")
	}
	for _, code := range seats.Codes() {
		require.Contains(t, texts, code)
	}
	for want, refusal := range map[string]seats.Refusal{
		"no free seat: 1 of 1 is held": {Code: seats.ErrNoSeats, Total: seats.Of(1), Held: 1, Asked: 1},
		"this can't be undone: a join code stays as it is, and can be changed or ended":         {Code: seats.ErrFinal, Reason: seats.ErrCodeStays},
		"the sync is held: more of its users would leave than stay":                             {Code: seats.ErrSourceHeld, Reason: seats.ErrMostLeave},
		"this was changed meanwhile":                                                            {Code: seats.ErrChangedMeanwhile},
		"this was changed meanwhile: the user is inactive":                                      {Code: seats.ErrChangedMeanwhile, Reason: seats.ErrInactive},
		"no free seat: 8 of 9 are held and 1 spent":                                             {Code: seats.ErrNoSeats, Total: seats.Of(9), Held: 8, Spent: 1},
		"not enough free seats: 3 are needed, and 0 of 2 are held":                              {Code: seats.ErrNoSeats, Total: seats.Of(2), Asked: 3},
		"no free seat: 10 are held, 3 more than the 7 there are":                                {Code: seats.ErrNoSeats, Total: seats.Of(7), Held: 10, Asked: 2},
		"no free seat: 2 are held and 1 spent, 2 more than the 1 there is":                      {Code: seats.ErrNoSeats, Total: seats.Of(1), Held: 2, Spent: 1},
		"no free seat: 0 of unlimited are held":                                                 {Code: seats.ErrNoSeats, Total: seats.Unlimited()},
		"3 can't be bought: at least 10":                                                        {Code: seats.ErrOrderSize, Total: seats.Of(9), Asked: 3, Least: 10, Most: 1000},
		"5 can't be bought: the total would pass 1000000000":                                    {Code: seats.ErrOrderSize, Total: seats.Of(seats.MaxSeats), Asked: 5, Least: 1},
		"2000000000 can't be bought: the total would pass 1000000000":                           {Code: seats.ErrOrderSize, Total: seats.Of(9), Asked: 2e9, Least: 1, Most: seats.MaxSeats - 9},
		"0 can't be bought: at least 1":                                                         {Code: seats.ErrOrderSize, Total: seats.Of(9), Least: 1, Most: seats.MaxSeats - 9},
		"not enough seats: 5 are needed, and there are 2":                                       {Code: seats.ErrNoSeats, Action: users.ActionReopen, Total: seats.Of(2), Asked: 5},
		"this product does not offer to archive users":                                          {Code: seats.ErrNotOffered, Action: users.ActionArchive},
		"an invited user is deleted instead of deactivated or archived":                         {Code: seats.ErrNotOffered, Action: users.ActionArchive, Reason: seats.ErrDeleteOnly},
		"this product does not offer the day of a leave":                                        {Code: seats.ErrNotOffered, Action: users.ActionInvite, Reason: seats.ErrLeaveWithheld},
		"the account was erased for good":                                                       {Code: seats.ErrClosed, Reason: seats.ErrErased},
		"the seats are unlimited: none can be bought or given back":                             {Code: seats.ErrOrderSize, Total: seats.Unlimited(), Asked: 5, Least: 1},
		"3 can't be given back: only 2 are free":                                                {Code: seats.ErrOrderSize, Action: users.ActionReturnSeats, Total: seats.Of(9), Held: 7, Asked: 3, Least: 1, Most: 2},
		"3 can't be given back: only 1 is free":                                                 {Code: seats.ErrOrderSize, Action: users.ActionReturnSeats, Total: seats.Of(9), Held: 8, Asked: 3, Least: 1, Most: 1},
		"3 can't be given back: none is free":                                                   {Code: seats.ErrOrderSize, Action: users.ActionReturnSeats, Total: seats.Of(9), Held: 9, Asked: 3, Least: 1},
		"0 can't be given back: at least 1":                                                     {Code: seats.ErrOrderSize, Action: users.ActionReturnSeats, Total: seats.Of(9), Held: 9, Least: 1},
		"an owner is protected: only an owner may do this":                                      {Code: seats.ErrOwnerProtected, Reason: seats.ErrNeedsOwner},
		"only the host or the vendor may do this":                                               {Code: seats.ErrForbidden, Reason: seats.ErrNeedsVendor},
		"not allowed: the acting user has not signed in yet":                                    {Code: seats.ErrForbidden, Reason: seats.ErrNotSignedIn},
		"not possible: the user is archived":                                                    {Code: seats.ErrWrongStatus, Reason: seats.ErrArchived},
		"this external ID belongs to another user":                                              {Code: seats.ErrDuplicate, Field: "external-id", Reason: seats.ErrTaken},
		"this email belongs to an inactive user":                                                {Code: seats.ErrDuplicate, Field: "email", Reason: seats.ErrTakenByInactive},
		"the plan is out of date: 1 command comes out differently by now":                       {Code: seats.ErrPlanOutdated, Differences: make([]seats.Difference, 1)},
		"no free licence of this course: 6 are assigned and 3 used, of 9":                       {Code: seats.ErrNoSeats, Pool: "go", Total: seats.Of(9), Held: 6, Spent: 3, Asked: 1},
		"no free licence of this course: 1 is assigned and 3 used, 2 more than the 2 there are": {Code: seats.ErrNoSeats, Pool: "go", Total: seats.Of(2), Held: 1, Spent: 3, Asked: 1},
	} {
		require.EqualError(t, &refusal, "seats: "+want)
	}
}

// TestMessages_Text is what a screen shows of an error, wrapped or not.
func TestMessages_Text(t *testing.T) {
	full := &seats.Refusal{Code: seats.ErrNoSeats, Total: seats.Of(1), Held: 1, Asked: 1}
	require.Equal(t, "no free seat: 1 of 1 is held", seats.English().Text(full))
	full.Remedies = seats.Remedies{{Steps: []seats.Step{{Action: users.ActionDeactivate, Count: 1}}}}
	require.Equal(t, "no free seat: 1 of 1 is held: deactivate 1 user", seats.English().Text(fmt.Errorf("invite: %w", full)))
	require.Equal(t, "voll; deactivate 1 user", seats.Messages{"no-seats": "voll", "remedies/head": "; "}.Text(full))
	require.Empty(t, seats.English().Text(errors.New("the database is away")))
	require.Empty(t, seats.English().Text(nil))
}

// TestMessages_Fault are those that package users gives them.
func TestMessages_Fault(t *testing.T) {
	for _, f := range []users.Fault{
		{Problem: users.ErrTooLarge}, {Problem: users.Unlisted(17)}, {Row: 3, Problem: users.ErrNoIdentity},
		{Row: 3, Column: "Email", Problem: users.ErrAddress}, {Row: 3, Column: "Email", Problem: users.ErrDuplicateRow, Other: 2},
		{Row: 3, Column: "Last day", Problem: users.ErrDateForm, Expected: "DD/MM/YYYY"},
	} {
		require.Equal(t, f.Error(), seats.English().Fault(f))
	}
}

// TestMessages_Fault_password though its fault wraps what the host said.
func TestMessages_Fault_password(t *testing.T) {
	_, err := users.ReadRoster(strings.NewReader("Email,Code\na@x.example,secret\n"), users.RosterOptions{
		Columns:  []users.Column{{Header: "Email", Field: "email"}, {Header: "Code", Field: "password"}},
		Password: func(int, users.Profile, string) error { return errors.New("secret is weak") },
	})
	fault, ok := errors.AsType[users.Fault](err)
	require.True(t, ok)
	german := seats.Messages{"fault/cell": "Zeile {row}: {column} {reason}", "reason/password-refused": "wird nicht angenommen"}
	require.Equal(t, "Zeile 2: Code wird nicht angenommen", german.Fault(fault))
}

func TestMessages_Reason(t *testing.T) {
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
	require.Equal(t, "{hled} zu {b", seats.Messages{"closed": "{hled} zu {b"}.Refusal(&seats.Refusal{Code: seats.ErrClosed}))
	require.Equal(t, "import", german.Remedy(seats.Remedy{Steps: []seats.Step{{Action: users.ActionImport, Count: 2}}}))
}

// TestEnglish_copy, and changes of the copy stay there.
func TestEnglish_copy(t *testing.T) {
	m := seats.English()
	clear(m)
	require.EqualError(t, &seats.Refusal{Code: seats.ErrForbidden}, "seats: not allowed")
	seats.Codes()[0] = ""
	require.Equal(t, seats.ErrNoSeats, seats.Codes()[0])
	users.Reasons()[0] = users.ErrDuplicateRow
	require.Equal(t, users.ErrEmpty, users.Reasons()[0])
}

// TestRemedies_String has those of every kind.
func TestRemedies_String(t *testing.T) {
	var all seats.Remedies
	for _, c := range []struct {
		steps []seats.Step
		want  string
	}{
		{[]seats.Step{{Action: users.ActionDeactivate, Count: 2}}, "deactivate 2 users"},
		{[]seats.Step{{Action: users.ActionArchive, Count: 2}}, "archive 2 users"},
		{[]seats.Step{{Action: users.ActionDelete, Count: 2}}, "delete 2 users"},
		{[]seats.Step{{Action: users.ActionBuySeats, Count: 10}}, "buy 10 seats"},
		{[]seats.Step{{Action: users.ActionBuySeats, Count: 3, Vendor: true}}, "ask the vendor for 3 more seats"},
		{[]seats.Step{{Action: users.ActionEndOwnership, Count: 1, User: "u7"}}, "end the ownership of the user"},
		{[]seats.Step{{Action: users.ActionEndOwnership, Count: 1, User: "u7", Vendor: true}}, "ask the vendor to end the ownership of the user"},
		{[]seats.Step{{Action: users.ActionReactivate, Count: 1, User: "u7"}}, "reactivate the user"},
		{[]seats.Step{{Action: users.ActionRestore, Count: 1, User: "u7"}}, "restore the user"},
		{[]seats.Step{{Action: users.ActionApprove, Count: 1, User: "u7"}}, "approve the user"},
		{[]seats.Step{{Action: users.ActionNotify, Count: 1, User: "u7"}}, "send the invitation again"},
		{[]seats.Step{{Action: users.ActionDeactivate, Count: 2}, {Action: users.ActionReactivate, Count: 1, User: "u7"}}, "deactivate 2 users, then reactivate the user"},
		{[]seats.Step{{Action: users.ActionBuySeats, Count: 10}, {Action: users.ActionBuySeats, Count: 10}}, "buy 10 seats, then buy 10 seats"},
		{[]seats.Step{
			{Action: users.ActionRestore, Count: 1, User: "u7"}, {Action: users.ActionReactivate, Count: 1, User: "u7"}, {Action: users.ActionReactivate, Count: 1, User: "u8"},
		}, "restore the user, then reactivate 2 users"},
	} {
		remedy := seats.Remedy{Steps: c.steps}
		require.Equal(t, c.want, remedy.String())
		all = append(all, remedy)
	}
	require.Equal(t, "deactivate 2 users", all[:1].String())
	require.Equal(t, "deactivate 2 users or archive 2 users", all[:2].String())
	require.Equal(t, "deactivate 2 users, archive 2 users or delete 2 users", all[:3].String())
	require.Equal(t, "deactivate 2 users, then reactivate the user; or buy 10 seats", seats.Remedies{all[11], all[3]}.String())
	require.Equal(t, "deactivate 2 users; deactivate 2 users, then reactivate the user; or buy 10 seats", seats.Remedies{all[0], all[11], all[3]}.String())
	require.Empty(t, seats.Remedies(nil).String())
}

// TestEnglish_manyLicences: a list of licences that is too long is told without a number of characters.
func TestEnglish_manyLicences(t *testing.T) {
	refusal := &seats.Refusal{Code: seats.ErrBadInput, Field: "licences", Reason: users.ErrTooLong}
	require.Equal(t, "not valid: licences is too long", seats.English().Refusal(refusal))
}
