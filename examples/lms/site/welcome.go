package site

import (
	"errors"
	"net/http"
	"strings"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// cutLink cuts the line with a link to the site out of a text.
func cutLink(text, site string) (before, link, after string) {
	i := strings.Index(text, "\n"+site+"/")
	if i < 0 {
		return text, "", ""
	}
	before, rest := text[:i+1], text[i+1:]
	link, after, _ = strings.Cut(rest, "\n")
	return before, strings.TrimPrefix(link, site), after
}

// invited reads the link of an invitation. The person of the link is the one there from then on.
func (v *visit) invited() (i host.Invitation, err error) {
	i, err = v.ReadInvitation(v.r.PathValue("token"))
	if errors.Is(err, host.ErrNoLink) {
		return i, errNoPage
	}
	if err != nil {
		return i, err
	}
	v.person, v.actor = seats.Person{}, users.As(i.User)
	v.account, err = v.Keeper.Account(v.r.Context(), i.Account)
	return i, err
}

// accept is the first sign-in by the link.
func accept(i host.Invitation) seats.Command {
	return seats.Accept{User: i.User, Invitation: i.Number}
}

// welcome shows an invitation. Programs that look at the links of mails accept none.
func (v *visit) welcome() error {
	i, err := v.invited()
	if err != nil {
		return err
	}
	person, err := v.Keeper.User(v.r.Context(), i.Account, i.User)
	if err != nil {
		return err
	}
	plan, err := v.Keeper.Preview(v.r.Context(), i.Account, v.actor, accept(i))
	if err != nil {
		return err
	}
	switch o := plan.Steps[0].Outcome; {
	case o.Refusal != nil:
		return o.Refusal
	case o.Unchanged:
		return v.usedUp(i)
	}
	return v.show("welcome", "Welcome", person)
}

// usedUp answers a link that has let its user in: it does so once. The user who is in already goes on.
func (v *visit) usedUp(i host.Invitation) error {
	ctx := v.r.Context()
	if v.sessions.GetString(ctx, keyAccount) == string(i.Account) && v.sessions.GetString(ctx, keyUser) == string(i.User) {
		v.redirect("/")
		return nil
	}
	v.status = http.StatusConflict
	return v.show("refused", "Sorry", "You have been in by this link before. Sign in as usual")
}

// claim accepts the invitation, and lets the person in.
func (v *visit) claim() error {
	i, err := v.invited()
	if err != nil {
		return err
	}
	result, err := v.Keeper.Do(v.r.Context(), i.Account, v.actor, accept(i))
	if err != nil {
		return err
	}
	if result.Outcomes[0].Unchanged {
		return v.usedUp(i)
	}
	return v.open(i.Account, i.User, "", "/")
}
