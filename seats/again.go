package seats

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/seatkeeper/seatkeeper/users"
)

// A call with a request key is carried out once, however often it arrives. Its
// events carry the key, the place of their command and its digest, and from these
// what came of the call is told again. A refusal is not kept: the command is tried
// anew.

// Digests returns what tells the commands of a call with a request key from those of
// another call with the same key. They are of the commands as the host gives them,
// before anybody new has got an ID. Those of an all-or-nothing call tell how many
// there are; those of a bulk call, which may be carried out in parts, do not.
func Digests(actor users.Actor, channel Channel, commands []Command) []string {
	digests := make([]string, len(commands))
	for i, c := range commands {
		n := len(commands)
		if channel == ByBulk {
			n = 0
		}
		if text, err := EncodeCommand(c); err == nil { // else it is refused, and not kept
			digests[i] = digest(actor, n, text)
		}
	}
	return digests
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
	if isPlain(c) {
		if o, done, no := d.again(c.Action()); done {
			return o, no
		}
	}
	return d.try(c)
}

// again returns what came of the command under its turn when a call with this
// key did it before, if one did.
func (d *desk) again(a users.Action) (o Outcome, done bool, no *Refusal) {
	e, done := d.past[d.request.First+d.index]
	switch {
	case !done:
		return Outcome{}, false, nil
	case e.Digest != d.request.digest(d.index):
		no = refuse(ErrKeyReused, "")
		no.Action = a
		return Outcome{Action: a, Refusal: no}, true, no
	}
	d.repeated = append(d.repeated, e)
	return Outcome{Action: a, User: e.User, Before: e.Before, After: e.After, Seats: e.Delta, Same: e.Kind == Noted}, true, nil
}

// digest returns a short text that is another one for anything else.
func digest(actor users.Actor, n int, command []byte) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d %q %q %d ", actor.Kind, actor.User, actor.Name, n)
	sum.Write(command)
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

func (r Request) digest(i int) string {
	if i >= len(r.Digests) {
		return ""
	}
	return r.Digests[i]
}
