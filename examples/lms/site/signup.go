package site

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"strings"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// trialSeats are those of a new account.
const trialSeats = 10

// signUp opens an account on the product that was chosen. The owner comes in by the link of a mail, which proves the
// address. Account and mail are written in one transaction, and by the request key a double click makes one of each.
func (v *visit) signUp() error {
	ctx, form := v.r.Context(), func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	sealed := v.Unseal("sign-up", form("sealed"))
	account := users.AccountID(sealed.Get("account"))
	opening := seats.Opening{Account: account, Name: form("company"), Total: seats.Of(trialSeats), Zone: form("zone"),
		Owner: users.Profile{ID: users.ID(sealed.Get("user")), FirstName: form("first"), LastName: form("last"), Email: form("email")}}
	for _, p := range products() {
		if p.Name == form("product") {
			opening.Policy = p.Policy
		}
	}
	err := v.Store.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
		opened, err := v.Keeper.InTx(bound).With(seatkeeper.Call{Key: "sign-up"}).Open(ctx, opening)
		if err != nil || opened.Repeated {
			return err
		}
		return v.MailSignIn(ctx, tx, account, opening.Owner)
	})
	if err != nil {
		return v.again(err, (*visit).front)
	}
	return v.show("mailed", "Look at your mails", nil)
}

// askForLink mails the link of a sign-in. The answer is the same for a known and an unknown address.
func (v *visit) askForLink() error {
	ctx := v.r.Context()
	for m, err := range v.Keeper.AccountsOf(ctx, users.ByEmail(v.r.PostFormValue("email"))) {
		if err != nil {
			return err
		}
		if err := v.MailSignIn(ctx, v.DB, m.Account.ID, m.Person.Profile); err != nil {
			return err
		}
	}
	return v.show("mailed", "Look at your mails", nil)
}

// signInLink shows the button of the link of a sign-in.
func (v *visit) signInLink() error {
	link := v.r.FormValue("link")
	values := v.Unseal("sign-in", link)
	if values == nil {
		return errNoPage
	}
	account, err := v.Keeper.Account(v.r.Context(), users.AccountID(values.Get("account")))
	if err != nil {
		return err
	}
	return v.show("signin", "Sign in", map[string]string{"Link": link, "Account": account.Name})
}

// byLink lets a person in by the link of a mail.
func (v *visit) byLink(link string) error {
	values := v.Unseal("sign-in", link)
	if values == nil {
		return errNoPage
	}
	return v.letIn(users.AccountID(values.Get("account")), users.ID(values.Get("user")))
}

// SealedAccount has the IDs of the account that a form opens, and of its owner.
func (v view) SealedAccount() string {
	return v.Seal("sign-up", url.Values{"account": {rand.Text()}, "user": {rand.Text()}})
}

// Products are the products of the sign-up.
func (v view) Products() []product { return products() }
