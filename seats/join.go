package seats

import (
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// SetCode makes a join code, or changes an open one: a nil field, an empty Text and a missing Uses
// stay as they are. A code is a [Pool] of uses, see [JoinCode]: Keeper.JoinCodes lists them with the
// texts, the uses left and the reason why one has stopped working. It is unchanged if all is as before.
//
// With Hold the code holds a seat of the site pool for every use left; all of them
// must be free now. Each use turns one into the seat of a user; ending the code frees
// the others.
//
// Owners, admins, support and the system may. [ErrNoSeats] without the seats to hold. [ErrBadInput]
// for the ID of a course or of an ended code, for a text that another open code of the account has,
// for a role above manager, for fewer Uses than so far, for Hold with unlimited Uses, for a last day
// that is over, and for other fields out of bounds.
type SetCode struct {
	Pool PoolID `json:"pool"` // the ID of the code by the host, which events have
	// Text is 6 to 40 letters and digits of ASCII, with spaces and hyphens. If it is
	// empty, a new code gets a random one.
	Text    string      `json:"text,omitzero"`
	Renew   bool        `json:"renew,omitzero"` // gives the code another random text: the old one is void
	Name    *string     `json:"name,omitzero"`  // for display, at most [users.MaxText] characters; empty: none
	Role    *users.Role `json:"role,omitzero"`  // of new users: member or manager
	Uses    Count       `json:"uses,omitzero"`  // the most, or unlimited; a new code must have it
	LastDay *users.Date `json:"last_day,omitzero"`
	// Domains are those of the addresses of new users, separated by spaces; empty: any address. A
	// subdomain is another domain. The host must have verified the address.
	Domains *string `json:"domains,omitzero"`
	Hold    *bool   `json:"hold,omitzero"`
}

// Action returns [users.ActionSetCode].
func (SetCode) Action() users.Action { return users.ActionSetCode }

func (SetCode) target() users.ID { return "" }

func (c SetCode) needs(n *Need) {
	n.pool(c.Pool)
	n.code(c.Text)
}

func (c SetCode) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	was, known := v.pools.find(c.Pool)
	err := users.CheckID(c.Pool)
	switch {
	case err != nil:
		return effect{}, badInput("pool", err)
	case known && !was.IsCode():
		return effect{}, badInput("pool", errNotACode)
	case known && was.Join.Text == "":
		return effect{}, badInput("pool", errCodeEnded)
	}
	next := was
	next.ID = c.Pool
	for _, set := range []func(*evaluation, *Pool) *Refusal{c.setText, c.setUses, c.setTerms} {
		if refusal := set(v, &next); refusal != nil {
			return effect{}, refusal
		}
	}
	if known && next == was {
		return effect{}, nil
	}
	f := v.ofCode(EventCodeSet, was, next)
	for _, field := range []struct {
		name string
		same bool
	}{
		{"text", next.Join.Text == was.Join.Text}, {"name", next.Name == was.Name}, {"role", next.Join.Role == was.Join.Role},
		{"uses", next.Total == was.Total}, {"last-day", next.Ends == was.Ends}, {"domains", next.Join.Domains == was.Join.Domains},
		{"hold", next.Join.Hold == was.Join.Hold},
	} {
		if !field.same {
			f.last().fields = append(f.last().fields, field.name)
		}
	}
	return f, nil
}

// setText gives the code its text.
func (c SetCode) setText(v *evaluation, p *Pool) *Refusal {
	switch {
	case c.Text != "" && c.Renew:
		return badInput("renew", errRenew)
	case c.Text != "":
		if refusal := checkCodeText(c.Text); refusal != nil {
			return refusal
		}
		if other, ok := v.openCode(c.Text); ok && other.ID != p.ID {
			return badInput("text", errCodeTaken)
		}
		p.Join.Text = strings.TrimSpace(c.Text)
	case c.Renew, p.Join.Text == "":
		if len(v.request.Random) < 26 {
			return badInput("random", users.ErrEmpty)
		}
		p.Join.Text = v.newCodeText(p.ID)
	}
	return nil
}

// setUses sets the most uses.
func (c SetCode) setUses(_ *evaluation, p *Pool) *Refusal {
	if c.Uses != (Count{}) {
		p.Total = c.Uses
	}
	if !p.Total.Valid() || !p.Total.IsUnlimited() && p.Total.n < max(1, p.Spent) {
		return badInput("uses", errCodeUses)
	}
	if c.Hold != nil {
		p.Join.Hold = *c.Hold
	}
	if p.Join.Hold && p.Total.IsUnlimited() {
		return badInput("hold", errCodeUses)
	}
	return nil
}

// setTerms sets name, role, last day and domains.
func (c SetCode) setTerms(v *evaluation, p *Pool) (refusal *Refusal) {
	if c.Name != nil {
		p.Name = *c.Name
		if err := checkName(&p.Name); err != nil {
			return badInput("name", err)
		}
	}
	if c.Role != nil {
		if p.Join.Role = *c.Role; p.Join.Role > users.Manager {
			return badInput("role", errCodeRole)
		}
	}
	if c.Domains != nil {
		if p.Join.Domains, refusal = cleanDomains(*c.Domains); refusal != nil {
			return refusal
		}
	}
	if c.LastDay != nil && *c.LastDay != p.Ends.LastDay {
		if p.Ends, refusal = v.poolEnd(*c.LastDay); refusal != nil {
			return refusal
		}
		if p.hasEnded(v.request.At) {
			return badInput("last-day", errNotToCome)
		}
	}
	return nil
}

// EndCode ends a join code: its text is removed, and the seats that it holds in advance are free. Its
// users stay. It is unchanged for an ended one.
//
// Owners, admins, support and the system may; support and the system in a closed and in an erased
// account too. [ErrBadInput] for an unknown pool and for a course.
type EndCode struct {
	Pool   PoolID `json:"pool"`
	Reason string `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionEndCode].
func (EndCode) Action() users.Action { return users.ActionEndCode }

func (EndCode) target() users.ID { return "" }
func (c EndCode) needs(n *Need)  { n.pool(c.Pool) }

func (c EndCode) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	p, known := v.pools.find(c.Pool)
	switch {
	case users.CheckText(c.Reason, users.MaxReason) != nil:
		return effect{}, badInput("reason", users.CheckText(c.Reason, users.MaxReason))
	case known && !p.IsCode():
		return effect{}, badInput("pool", errNotACode)
	case known && p.Join.Text == "":
		return effect{}, nil
	case !known:
		_, refusal := v.ordered(c.Pool, false)
		return effect{}, refusal
	}
	return v.endedCode(p, "", c.Reason), nil
}

// endedCode returns the effect by which an open code ends, after its last day or before.
func (v *evaluation) endedCode(p Pool, last users.Date, reason string) effect {
	next := p
	next.Join, next.Ends = JoinCode{Ended: true}, PoolEnd{last, v.at}
	f := v.ofCode(EventCodeEnded, p, next)
	f.reason, f.last().reason = reason, reason
	return f
}

// ofCode returns the effect that gives a join code its next terms. Seats to hold come first, since
// they may be missing.
func (v *evaluation) ofCode(kind EventKind, was, next Pool) effect {
	f := effect{kind: kind, pool: next.ID, total: next.Total, terms: &next, date: next.Ends.LastDay, reserved: next.holding() - was.Held}
	if f.reserved == 0 {
		return f
	}
	return effect{kind: EventSeatsReserved, reserved: f.reserved, then: &f}
}

// last returns the effect at the end of a chain.
func (f *effect) last() *effect {
	if f.then != nil {
		return f.then
	}
	return f
}

// openCode returns the join code with a text in any form.
func (v *evaluation) openCode(text string) (p Pool, ok bool) {
	key := codeKey(text)
	if len(key) < leastCode {
		return p, false
	}
	for _, id := range v.pools.keys() {
		if p := v.pools.of(id); p.Join.Key() == key {
			return p, true
		}
	}
	return Pool{}, false
}

// Join is for a person at the door with a join code, see [SetCode]: they may come in if the [Outcome]
// says After that they are active. A user is matched as by [SignIn]: the host must have verified every key of
// the Profile that it passes, and leaves out a username or an external ID that the person has only typed.
//
// An unknown person becomes a user with the role of the code, as by [Add]: without a free seat by the
// policy's [WhenFull], and under [Approval] invited until [Approve]. That is a use, and takes a seat
// that the code holds, if it does. An invited user is let in as by [SignIn], keeps the role of the
// invitation, and the code keeps the use; an active user is unchanged, also by a code that is used up, and
// one who waits for approval is [ErrNotApproved] by it.
// Inactive users stay so. Undoing the call before the approval gives the use back; deleting the user does not.
//
// The system may. [ErrJoinCode] for a code that is unknown, ended or used up, which a guess can't tell
// apart. It has [ErrOtherDomain] for an address outside of the code's domains.
// [ErrWrongStatus] for an inactive, archived or deleted user; the other refusals are those of SignIn
// and Add.
type Join struct {
	Code    string        `json:"code"` // as it was typed
	Profile users.Profile `json:"profile"`
}

// Action returns [users.ActionJoin].
func (Join) Action() users.Action { return users.ActionJoin }

func (Join) target() users.ID { return "" }

func (c Join) needs(n *Need) {
	n.person(c.Profile)
	n.code(c.Code)
}

func (c Join) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	c.Profile = c.Profile.Fitted()
	code, ok := v.openCode(c.Code)
	if !ok {
		return effect{}, refuse(ErrJoinCode, "")
	}
	u, known, refusal := v.atDoor(c.Profile, code.Join.Role)
	switch usedUp := code.UsesLeft() == Of(0); {
	case usedUp && (refusal != nil || !known || !v.account.Policy.passesUsedUp(u.Status)):
		return effect{}, refuse(ErrJoinCode, "") // as for an unknown code
	case refusal != nil:
		return effect{}, refusal
	case known:
		return v.signedIn(u, c.Profile)
	case !code.Join.admits(c.Profile.Email):
		return effect{}, refuse(ErrJoinCode, "").because(ErrOtherDomain)
	}
	f, refusal := Add{Profile: c.Profile, Role: code.Join.Role}.evaluate(v, u)
	if refusal != nil {
		return effect{}, refusal
	}
	use := effect{kind: EventCodeUsed, pool: code.ID}
	f.then = &use
	if code.Held > 0 {
		use.reserved, f.reserved = -1, -1
	} else if f.instead != nil {
		f.instead.then = &use
	}
	return f, nil
}
