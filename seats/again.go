package seats

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/seatkeeper/seatkeeper/users"
)

// A call with a request key is carried out once, however often it arrives. Its
// events carry the key, the digest of the call and the place of their command in it,
// and from these what came of the call is told again. A refusal is not kept: the
// command is tried anew.

// Digest returns what tells a call with a request key from another call with the
// same key: who asks for what, and whether all at once or one by one. It is of the
// commands as the host gives them, before anybody new has got an ID.
func Digest(actor users.Actor, channel Channel, commands []Command) string {
	call := []any{actor, channel}
	for _, c := range commands {
		if text, err := EncodeCommand(c); err == nil {
			call = append(call, json.RawMessage(text))
		} else {
			call = append(call, "refused") // in any case, and not kept
		}
	}
	return digest(call)
}

// digest returns a short text that is another one for anything else.
func digest(call any) string {
	text, err := json.Marshal(call)
	if err != nil {
		return "" // it is refused, and not kept
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// Needs returns what has to be loaded to decide the request: what its commands
// need, and what is known of its key.
func (r Request) Needs(account users.AccountID) Need {
	n := Needs(account, r.Actor, r.Commands...)
	if users.CheckID(r.Key) == nil {
		n.Key, n.First, n.Last = r.Key, r.First, r.First+max(1, len(r.Commands))
	}
	return n
}

// next decides the command at that place of the request, unless it was carried
// out before.
func (d *desk) next(i int, c Command) (Outcome, *Refusal) {
	d.index = i
	if !isPlain(c) {
		return d.try(c)
	}
	if no := d.reused(); no != nil {
		no.Action = c.Action()
		return Outcome{Action: c.Action(), Refusal: no}, no
	}
	if o, done := d.again(c.Action()); done {
		return o, nil
	}
	return d.try(c)
}

// reused refuses a request whose key was used for something else.
func (d *desk) reused() *Refusal {
	if d.misused {
		return refuse(ErrKeyReused, "")
	}
	return nil
}

// again returns what came of the command under its turn when a call with this
// key did it before, if one did.
func (d *desk) again(a users.Action) (o Outcome, done bool) {
	past, done := d.past[d.request.First+d.index]
	if !done {
		return Outcome{}, false
	}
	e := past[0] // those of licences come after it
	d.repeated = append(d.repeated, past...)
	o = Outcome{Action: a, User: e.User, Before: e.Before, After: e.After, Seats: e.Delta, Same: e.Kind == Noted}
	if e.Kind.resets() {
		o.Over = Pool{Total: e.Total, Held: e.Held, Spent: e.Spent}.Excess()
	}
	return o, true
}
