package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Close closes the account: from that moment nobody holds a seat of the site pool,
// nobody may sign in, and nobody comes in. No person is touched: status, roles, licences
// and history stay as they are, and [Reopen] brings all of it back.
//
// Nobody of the account acts in it then, and no sync: whatever they ask is refused as
// [ErrClosed]. Support and the system can let people leave ([Deactivate], [Archive],
// [Delete], [Erase]), correct what is known of them ([Edit]), and settle the account's own
// affairs: orders, [SetTotal], [SetPolicy], [SetPayer], [EditAccount], Reopen and
// [EraseAccount]. What has a term runs out as ever.
//
// Owners, support and the system may. For the latter two it is "same" where the account is
// closed already.
type Close struct {
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.Close].
func (Close) Action() users.Action { return users.Close }

func (Close) target() users.ID { return "" }

func (c Close) fact(d *desk, _ users.User) (fact, *Refusal) {
	return d.changed(Closed, c.Reason, func(a *Account) {
		if a.Closed.IsZero() {
			a.Closed = d.at
		}
	})
}

// Reopen opens a closed account again, with everybody who was in it. All of them need
// their seats in that moment: where the total was lowered meanwhile it is refused as
// [ErrNoSeats], until there are seats enough or people fewer. It is "same" for an account
// that is open.
//
// Support and the system may.
type Reopen struct {
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.Reopen].
func (Reopen) Action() users.Action { return users.Reopen }

func (Reopen) target() users.ID { return "" }

func (c Reopen) fact(d *desk, _ users.User) (fact, *Refusal) {
	return d.changed(Reopened, c.Reason, func(a *Account) { a.Closed = time.Time{} })
}

// EraseAccount ends a closed account for good: its name and its payer go, and from then
// on nothing is possible in it but to [Delete] people, owners too, who are protected no
// longer. It is the first step of Keeper.EraseAccount, which deletes everybody. The ID
// stays taken and the events stay, which contain nothing of a profile. It is "same" for
// an account that is erased, and refused as [ErrOpen] for one that is not closed.
//
// Support and the system may.
type EraseAccount struct {
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.EraseAccount].
func (EraseAccount) Action() users.Action { return users.EraseAccount }

func (EraseAccount) target() users.ID { return "" }

func (c EraseAccount) fact(d *desk, _ users.User) (fact, *Refusal) {
	if d.account.Closed.IsZero() {
		return fact{}, refuse(ErrOpen, "")
	}
	return d.changed(AccountErased, c.Reason, func(a *Account) {
		if a.Erased.IsZero() {
			a.Erased, a.Name, a.Payer, a.Salt = d.at, "", "", ""
		}
	})
}

// changed is what the ways to close and to open an account have in common: what changes
// nothing is so already.
func (d *desk) changed(kind EventKind, reason string, change func(*Account)) (fact, *Refusal) {
	if err := users.CheckText(reason, users.MaxReason); err != nil {
		return fact{}, badInput("reason", err)
	}
	account := d.account
	change(&account)
	if account == d.account {
		return fact{}, nil
	}
	return fact{kind: kind, account: &account, reason: reason}, nil
}

// whileClosed is what can be done in a closed account, by support and the system alone:
// people leave or are corrected, and the account's own affairs are settled.
var whileClosed = leaving | users.In(
	users.Erase, users.Edit, users.BuySeats, users.ReturnSeats, users.SetTotal, users.SetPolicy, users.SetPayer,
	users.EditAccount, users.Close, users.Reopen, users.EraseAccount,
)

// whileErased is what can be done in an erased one.
var whileErased = users.In(users.Delete, users.EraseAccount)

// admits reports whether an actor of that kind finds the account open for the action.
func (a Account) admits(kind users.ActorKind, action users.Action) bool {
	vendor := kind == users.ActorSupport || kind == users.ActorSystem
	switch {
	case !a.Erased.IsZero():
		return vendor && whileErased.Has(action)
	case !a.Closed.IsZero():
		return vendor && whileClosed.Has(action)
	}
	return true
}

// holds reports whether a person of that standing holds a seat of the site pool.
func (a Account) holds(s users.Standing) bool { return a.Closed.IsZero() && a.Policy.holds(s) }

// held returns how many seats of the site pool are held.
func (a Account) held() int64 {
	if !a.Closed.IsZero() {
		return 0
	}
	return a.Policy.held(a.Tally)
}

// seated returns those of the people who hold a seat of the site pool.
func (a Account) seated(people users.Tally) users.Tally {
	var seated users.Tally
	for _, s := range users.Standings() {
		if a.holds(s) {
			seated.Add(s, people.Of(s))
		}
	}
	return seated
}

// after returns the account after an event, as far as that decides who holds a seat of
// the site pool.
func (a Account) after(e Event) Account {
	switch {
	case e.Policy != nil:
		a.Policy = *e.Policy
	case e.Kind == Closed:
		a.Closed = e.Time
	case e.Kind == Reopened:
		a.Closed = time.Time{}
	}
	return a
}
