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
// Owners, support and the system may. For the latter two it is "unchanged" where the account is
// closed already.
type Close struct {
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionClose].
func (Close) Action() users.Action { return users.ActionClose }

func (Close) target() users.ID { return "" }

func (c Close) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	return d.changed(EventClosed, c.Reason, func(a *Account) {
		if a.Closed.IsZero() {
			a.Closed = d.at
		}
	})
}

// Reopen opens a closed account again, with everybody who was in it. All of them need
// their seats in that moment: where the total was lowered meanwhile it is refused as
// [ErrNoSeats], until there are seats enough or people fewer. It is "unchanged" for an account
// that is open.
//
// Support and the system may.
type Reopen struct {
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionReopen].
func (Reopen) Action() users.Action { return users.ActionReopen }

func (Reopen) target() users.ID { return "" }

func (c Reopen) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	return d.changed(EventReopened, c.Reason, func(a *Account) { a.Closed = time.Time{} })
}

// EraseAccount ends a closed account for good: its name and its payer go, and from then
// on nothing is possible in it but to [Delete] people, owners too, who are protected no
// longer. It is the first step of Keeper.EraseAccount, which deletes everybody. The ID
// stays taken and the events stay, which contain nothing of a profile. It is "unchanged" for
// an account that is erased, and refused as [ErrOpen] for one that is not closed.
//
// Support and the system may.
type EraseAccount struct {
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionEraseAccount].
func (EraseAccount) Action() users.Action { return users.ActionEraseAccount }

func (EraseAccount) target() users.ID { return "" }

func (c EraseAccount) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	if d.account.Closed.IsZero() {
		return effect{}, refuse(ErrOpen, "")
	}
	return d.changed(EventAccountErased, c.Reason, func(a *Account) {
		if a.Erased.IsZero() {
			a.Erased, a.Name, a.Payer, a.Salt = d.at, "", "", ""
		}
	})
}

// changed is what the ways to close and to open an account have in common: what changes
// nothing is so already.
func (v *evaluation) changed(kind EventKind, reason string, change func(*Account)) (effect, *Refusal) {
	if err := users.CheckText(reason, users.MaxReason); err != nil {
		return effect{}, badInput("reason", err)
	}
	account := v.account
	change(&account)
	if account == v.account {
		return effect{}, nil
	}
	return effect{kind: kind, account: &account, reason: reason}, nil
}

// whileClosed is what can be done in a closed account, by support and the system alone:
// people leave or are corrected, and the account's own affairs are settled.
var whileClosed = leaving | users.In(
	users.ActionErase, users.ActionEdit, users.ActionBuySeats, users.ActionReturnSeats, users.ActionSetTotal, users.ActionSetPolicy, users.ActionSetPayer,
	users.ActionEditAccount, users.ActionClose, users.ActionReopen, users.ActionEraseAccount,
)

// whileErased is what can be done in an erased one.
var whileErased = users.In(users.ActionDelete, users.ActionEraseAccount)

// admits reports whether an actor of that kind finds the account open for the action.
func (a Account) allows(kind users.ActorKind, action users.Action) bool {
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
func (a Account) holds(s users.Segment) bool { return a.Closed.IsZero() && a.Policy.holds(s) }

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
	for _, s := range users.Segments() {
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
	case e.Kind == EventClosed:
		a.Closed = e.Time
	case e.Kind == EventReopened:
		a.Closed = time.Time{}
	}
	return a
}
