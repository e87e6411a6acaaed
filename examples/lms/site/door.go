package site

import (
	"cmp"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A demoAccount is an account on the front page, with one person of each kind to sign in as.
type demoAccount struct {
	seats.Account
	Product string
	Usage   seats.Usage
	People  []seats.Person
}

// front is the door: of the demo, with people to sign in as.
func (v *visit) front() error {
	if v.account.ID != "" {
		if v.may(admins) {
			v.redirect("/users")
		} else {
			v.redirect("/me")
		}
		return nil
	}
	if v.support() {
		v.redirect("/accounts")
		return nil
	}
	var list []demoAccount
	if v.Demo {
		ctx := v.r.Context()
		for account, err := range v.Keeper.Accounts(ctx, "") {
			if err != nil {
				return err
			}
			usage, err := v.Keeper.Usage(ctx, account.ID)
			if err != nil {
				return err
			}
			people, err := v.oneOfEach(account.ID)
			if err != nil {
				return err
			}
			list = append(list, demoAccount{account, productOf(account.Policy).Label, usage, people})
		}
	}
	return v.show("front", "Sign in", list)
}

// oneOfEach returns a person of each role, one who is invited, and one who is inactive.
func (v *visit) oneOfEach(account users.AccountID) (people []seats.Person, err error) {
	filters := []users.Filter{}
	for _, role := range []users.Role{users.Owner, users.Admin, users.Manager, users.Member} {
		filters = append(filters, users.Filter{Role: users.In(role), Status: users.In(users.Active)})
	}
	filters = append(filters, users.Filter{Status: users.In(users.Invited)}, users.Filter{Status: users.In(users.Inactive)})
	for _, f := range filters {
		page, err := v.Keeper.Page(v.r.Context(), account, f, users.Cursor{}, 1)
		if err != nil {
			return nil, err
		}
		people = append(people, page.Users...)
	}
	return people, nil
}

// signIn lets a person in by the link of a mail. In the demo the form names the person.
func (v *visit) signIn() error {
	if link := v.r.PostFormValue("link"); link != "" {
		return v.byLink(link)
	}
	if !v.Demo {
		return &seats.Refusal{Code: seats.ErrForbidden}
	}
	if reference := v.r.PostFormValue("reference"); reference != "" {
		if err := users.Support(reference).Check(); err != nil {
			return err
		}
		return v.open("", "", reference, "/accounts")
	}
	return v.letIn(users.AccountID(v.r.PostFormValue("account")), users.ID(v.r.PostFormValue("user")))
}

// open begins a session under a new token, so that one that was planted before the sign-in is void.
func (v *visit) open(account users.AccountID, user users.ID, reference, to string) error {
	ctx := v.r.Context()
	if err := v.sessions.Clear(ctx); err != nil {
		return err
	}
	if err := v.sessions.RenewToken(ctx); err != nil {
		return err
	}
	v.sessions.Put(ctx, keyAccount, string(account))
	v.sessions.Put(ctx, keyUser, string(user))
	v.sessions.Put(ctx, keyReference, reference)
	v.redirect(to)
	return nil
}

func (v *visit) signOut() error {
	if err := v.sessions.Destroy(v.r.Context()); err != nil {
		return err
	}
	v.redirect("/")
	return nil
}

// A product is a policy of the library under its product's name.
type product struct {
	seats.Preset
	Label, About string
}

var productLabels = map[string][2]string{
	"Standard":      {"Standard", "The first sign-in activates. Admins buy and return seats."},
	"AccuEdConnect": {"AccuEd Connect", "Licenses come from the vendor. An invited user counts as active."},
	"HowNow":        {"HowNow", "Admins add 10 to 1000 seats. People of a sync are left to it."},
	"ISpringLearn":  {"iSpring Learn", "Beyond the limit new users are created inactive. Dates are last days."},
	"UsersPage":     {"Users Page", "Admins approve people. Licenses are for courses."},
	"BigContacts":   {"BigContacts", "Users are made inactive, never deleted. Spots are bought and returned."},
}

// products are the policies to choose from.
func products() (all []product) {
	for _, p := range seats.Presets() {
		words := productLabels[p.Name]
		all = append(all, product{p, cmp.Or(words[0], p.Name), words[1]})
	}
	return all
}

// productOf finds the product of a policy. The queue may be an addition of this host.
func productOf(p seats.Policy) product {
	for _, known := range products() {
		if known.Policy == p {
			return known
		}
		without := p
		without.WhenFull = known.Policy.WhenFull
		if p.WhenFull == seats.Wait && without == known.Policy {
			known.Label += ", with a queue"
			return known
		}
	}
	return product{Label: "A policy of its own"}
}
