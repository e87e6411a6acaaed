package site

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// An accountsView is the list of all accounts.
type accountsView struct {
	Accounts []demoAccount
	Next     users.AccountID // the next page begins after it; empty: this is the last one
}

// accountsPerPage bounds the list.
const accountsPerPage = 50

// accounts lists all accounts, for the vendor's support.
func (v *visit) accounts() error {
	after := v.r.FormValue("after")
	if after != "" && users.CheckID(after) != nil {
		return errNoPage
	}
	var page accountsView
	for account, err := range v.Keeper.Accounts(v.r.Context(), users.AccountID(after)) {
		if err != nil {
			return err
		}
		if n := len(page.Accounts); n == accountsPerPage {
			page.Next = page.Accounts[n-1].ID
			break
		}
		usage, err := v.Keeper.Usage(v.r.Context(), account.ID)
		if err != nil {
			return err
		}
		page.Accounts = append(page.Accounts, demoAccount{Account: account, Product: productOf(account.Policy).Label, Usage: usage})
	}
	return v.show("accounts", "All accounts", page)
}

// enterAccount takes the support into an account.
func (v *visit) enterAccount() error {
	account, err := v.Keeper.Account(v.r.Context(), users.AccountID(v.r.PathValue("account")))
	if err != nil {
		return err
	}
	v.sessions.Put(v.r.Context(), keyAccount, string(account.ID))
	v.redirect("/users")
	return nil
}

// An accountView is the page of an account.
type accountView struct {
	Usage    seats.Usage
	Product  product
	Products []product
	Edit     error // why the name and the zone can't be edited; nil: they can
	Switch   error // why the product can't be switched
	Close    error
	Reopen   error
	Closed   bool

	// After a choice of another product:
	Chosen *product
	Plan   *seats.Plan
}

func (v *visit) accountPage() error {
	ctx := v.r.Context()
	account, err := v.Keeper.Account(ctx, v.account.ID)
	if err != nil {
		return err
	}
	v.account = account
	usage, err := v.Keeper.Usage(ctx, account.ID)
	if err != nil {
		return err
	}
	may := func(c seats.Command) error { return v.Keeper.May(ctx, account.ID, v.actor, c) }
	page := accountView{
		Usage: usage, Product: productOf(account.Policy), Products: products(),
		Edit: may(seats.EditAccount{Name: &account.Name}), Switch: may(seats.SetPolicy{Policy: account.Policy}),
		Close: may(seats.Close{}), Reopen: may(seats.Reopen{}), Closed: !account.Closed.IsZero(),
	}
	if asked := v.r.URL.Query(); asked.Has("product") {
		i := slices.IndexFunc(page.Products, func(p product) bool { return p.Name == asked.Get("product") })
		if i < 0 {
			return errNoPage
		}
		plan, err := v.Keeper.Preview(ctx, account.ID, v.actor, seats.SetPolicy{Policy: page.Products[i].Policy})
		if err != nil {
			return err
		}
		page.Chosen, page.Plan = &page.Products[i], &plan
	}
	return v.show("account", "Account", page)
}

func (v *visit) editAccount() error {
	name, zone := v.r.PostFormValue("name"), v.r.PostFormValue("zone")
	form, ok := map[string]struct {
		command seats.Command
		said    string
	}{
		"edit":   {seats.EditAccount{Name: &name, Zone: &zone}, "Name and time zone are saved."},
		"close":  {seats.Close{Reason: v.r.PostFormValue("reason")}, "The account is closed."},
		"reopen": {seats.Reopen{Reason: v.r.PostFormValue("reason")}, "The account is open again."},
	}[v.r.PostFormValue("do")]
	if !ok {
		return errNoPage
	}
	if _, err := v.do(form.command); err != nil {
		return v.again(err, (*visit).accountPage)
	}
	v.note(form.said)
	v.redirect("/account")
	return nil
}

// setPolicy switches the product.
func (v *visit) setPolicy() error {
	for _, p := range products() {
		if p.Name != v.r.PostFormValue("product") {
			continue
		}
		if _, err := v.do(seats.SetPolicy{Policy: p.Policy}); err != nil {
			return v.again(err, (*visit).accountPage)
		}
		v.note("The account works as " + p.Label + " now.")
		v.redirect("/account")
		return nil
	}
	return errNoPage
}
