package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Close closes the account: all seats of the site pool are free, and sign-ins and new users
// are refused. Statuses, roles, licences and history stay, and [Reopen] returns to them.
//
// In a closed account every command by its users and by a sync is refused with [ErrClosed].
// Support and the system may [Deactivate], [Archive], [Delete], [Erase] and [Edit] users, and
// may order seats, [SetTotal], [BookTotal], [EditPool], [EndCode], [SetPolicy], [SetPayer],
// [EditAccount], [Reopen] and [EraseAccount]. Invitations run out as before, and days come.
//
// Owners, support and the system may. It is unchanged for a closed account.
type Close struct {
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionClose].
func (Close) Action() users.Action { return users.ActionClose }

func (Close) target() users.ID { return "" }

func (c Close) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	return v.changeAccount(EventClosed, c.Reason, func(a *Account) {
		if a.Closed.IsZero() {
			a.Closed = v.at
		}
	})
}

// Reopen opens a closed account with all of its users, who need their seats at once. It is
// unchanged for an open account.
//
// Support and the system may. [ErrNoSeats] if the total is below the seats needed: more
// seats or fewer users come first.
type Reopen struct {
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionReopen].
func (Reopen) Action() users.Action { return users.ActionReopen }

func (Reopen) target() users.ID { return "" }
func (Reopen) needs(n *Need)    { n.Queues = true }

func (c Reopen) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	return v.changeAccount(EventReopened, c.Reason, func(a *Account) { a.Closed = time.Time{} })
}

// EraseAccount ends a closed account for good. Its name and payer are removed; its ID stays
// taken, and its events stay, without profile values. [Delete], for owners too, and [EndCode] are
// the commands possible afterwards. Keeper.EraseAccount does all of it. It is unchanged for an erased
// account.
//
// Support and the system may. [ErrOpen] for an account that is open: [Close] comes first.
type EraseAccount struct {
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionEraseAccount].
func (EraseAccount) Action() users.Action { return users.ActionEraseAccount }

func (EraseAccount) target() users.ID { return "" }

func (c EraseAccount) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	if v.account.Closed.IsZero() {
		return effect{}, refuse(ErrOpen, "")
	}
	return v.changeAccount(EventAccountErased, c.Reason, func(a *Account) {
		if a.Erased.IsZero() {
			a.Erased, a.Name, a.Payer, a.Offer, a.Salt = v.at, "", "", OwnershipOffer{}, ""
		}
	})
}

// changeAccount is the common part of Close, Reopen and EraseAccount.
func (v *evaluation) changeAccount(kind EventKind, reason string, change func(*Account)) (effect, *Refusal) {
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

// whileClosed are the actions of support and the system in a closed account.
var whileClosed = leaving | users.In(
	users.ActionErase, users.ActionEdit, users.ActionBuySeats, users.ActionReturnSeats, users.ActionSetTotal, users.ActionBookTotal, users.ActionEditPool, users.ActionEndCode,
	users.ActionSetPolicy, users.ActionSetPayer, users.ActionEditAccount, users.ActionClose, users.ActionReopen, users.ActionEraseAccount,
)

// whileErased are their actions in an erased account.
var whileErased = users.In(users.ActionDelete, users.ActionEndCode, users.ActionEraseAccount)

// allows reports whether the account is open for the action by an actor of that kind.
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

// holds reports whether a user of the segment holds a seat of the site pool.
func (a Account) holds(s users.Segment) bool { return a.Closed.IsZero() && a.Policy.holds(s) }

// held returns the number of held seats of the site pool, with those that join codes hold in
// advance.
func (a Account) held(reserved int64) int64 {
	if !a.Closed.IsZero() {
		return 0
	}
	return a.Policy.held(a.Tally) + reserved
}

// seated returns the part of the tally with a seat of the site pool.
func (a Account) seated(people users.Tally) users.Tally {
	var seated users.Tally
	for _, s := range users.Segments() {
		if a.holds(s) {
			seated.Add(s, people.Of(s))
		}
	}
	return seated
}

// after returns the account after an event, as far as holds and held depend on it.
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
