package seats

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/seatkeeper/seatkeeper/users"
)

// A call with a request key is carried out once, however often it arrives. Its
// events carry the key, the digest of the call and the place of their command in it,
// and from these what came of the call is told again. A refusal is not kept: the
// command is tried anew.
//
// Events stay for ever, so that no digest in them may confirm a guess of what was erased.
// The digest of a call is of its shape, which contains nothing of personal fields, not even
// whether they are given, see [divide]. The personal fields of one command are sealed by
// themselves, with a salt that lies in the row that the event is about: the user's, or the
// account's where it is about no user. A command without any is sealed too, because a missing
// seal would tell that. The salt goes with the personal data of the row, and then there is
// nothing left that a guess could be held against: the key is still used, and every guess
// gets the same answer, whatever personal fields it has, has not or has otherwise.

// digestSize is the length of the digest of a call, and of a seal.
const digestSize = 32

// Digest returns what tells a call with a request key from another call with the
// same key: who asks for what, and whether all at once or one by one. It is of the
// commands as the host gives them, before anybody new has got an ID. Of their fields it covers
// identifiers, roles, statuses, numbers of seats, policies and Later. All other fields are
// personal: the digest is the same whatever they contain and whether they are given. The
// library compares these command by command, until the personal data is erased.
func Digest(actor users.Actor, channel Channel, commands []Command) string {
	call := []any{actor, channel}
	for _, c := range commands {
		shape, _ := divideCommand(c)
		call = append(call, shape)
	}
	return digest(call)
}

// digest returns a short text that is another one for anything else.
func digest(call any) string {
	text, _ := json.Marshal(call) // of an actor, shapes and outcomes
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:digestSize]
}

// seal returns a short text that is another one for other personal fields, and tells
// nothing without the salt.
func seal(salt string, personal any) string {
	text, _ := json.Marshal(personal) // of what was just decoded
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))[:digestSize]
}

// salted returns the seal for an event about the user, or about the account if the user
// is nobody, and puts a salt into the row if it has none. A row that is erased gets none.
func (d *desk) salted(account *Account, u *users.User) string {
	if d.personal == nil {
		return ""
	}
	salt, erased := &account.Salt, !account.Erased.IsZero()
	if u.ID != "" {
		salt, erased = &u.Salt, u.Status == users.Deleted
	}
	if erased {
		return ""
	}
	if *salt == "" {
		*salt = seal(d.request.Random, []string{string(account.ID), string(u.ID)})
	}
	return seal(*salt, d.personal)
}

// confirms reports whether the personal fields of the command under its turn are those
// of the event's, as far as that can still be told.
func (d *desk) confirms(e Event) bool {
	salt := d.account.Salt
	if e.User != "" {
		salt = d.people[e.User].Salt
	}
	_, sealed := e.digests()
	return sealed == "" || salt == "" || sealed == seal(salt, d.personal)
}

// digests returns the two parts of the event's digest.
func (e Event) digests() (call, sealed string) {
	n := min(len(e.Digest), digestSize)
	return e.Digest[:n], e.Digest[n:]
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
	if !d.turnTo(i, c) {
		return d.try(c)
	}
	o, done, no := d.again(c.Action())
	if no != nil {
		no.Action = c.Action()
		return Outcome{Action: c.Action(), Refusal: no}, no
	}
	if done {
		return o, nil
	}
	return d.try(c)
}

// turnTo makes it the turn of the command at that place of the request, and reports
// whether it is one.
func (d *desk) turnTo(i int, c Command) bool {
	d.index, d.personal = i, nil
	plain := isPlain(c)
	if plain && d.request.Key != "" {
		_, d.personal = divideCommand(c)
	}
	return plain
}

// reused refuses a request whose key was used for something else.
func (d *desk) reused() *Refusal {
	if d.misused {
		return refuse(ErrKeyReused, "")
	}
	return nil
}

// again returns what came of the command under its turn when a call with this
// key did it before, if one did, or the refusal where the key was used for another call or
// this command had other personal fields.
func (d *desk) again(a users.Action) (o Outcome, done bool, no *Refusal) {
	if no := d.reused(); no != nil {
		return Outcome{}, false, no
	}
	past, done := d.past[d.request.First+d.index]
	if !done {
		return Outcome{}, false, nil
	}
	if !d.confirms(past[0]) {
		return Outcome{}, false, refuse(ErrKeyReused, "")
	}
	e := past[0] // those of licences come after it
	d.repeated = append(d.repeated, past...)
	o = Outcome{Action: a, User: e.User, Before: e.Before, After: e.After, Seats: e.Delta, Same: e.Kind == Noted}
	if e.Kind.resets() {
		o.Over = Pool{Total: e.Total, Held: e.Held, Spent: e.Spent}.Excess()
	}
	return o, true, nil
}
