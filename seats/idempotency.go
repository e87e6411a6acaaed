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
func (v *evaluation) sealFor(account *Account, u *users.User) string {
	if v.personal == nil {
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
		*salt = seal(v.request.Random, []string{string(account.ID), string(u.ID)})
	}
	return seal(*salt, v.personal)
}

// confirms reports whether the personal fields of the command under its turn are those
// of the event's, as far as that can still be told.
func (v *evaluation) confirms(e Event) bool {
	salt := v.account.Salt
	if e.User != "" {
		salt = v.people[e.User].Salt
	}
	_, sealed := e.digests()
	return sealed == "" || salt == "" || sealed == seal(salt, v.personal)
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
		n.Key, n.IndexFrom, n.IndexTo = r.Key, r.Index, r.Index+max(1, len(r.Commands))
	}
	return n
}

// next decides the command at that place of the request, unless it was carried
// out before.
func (v *evaluation) next(i int, c Command) (Outcome, *Refusal) {
	if !v.begin(i, c) {
		return v.try(c)
	}
	o, done, refusal := v.recorded(c.Action())
	if refusal != nil {
		refusal.Action = c.Action()
		return Outcome{Action: c.Action(), Refusal: refusal}, refusal
	}
	if done {
		return o, nil
	}
	return v.try(c)
}

// turnTo makes it the turn of the command at that place of the request, and reports
// whether it is one.
func (v *evaluation) begin(i int, c Command) bool {
	v.index, v.personal = i, nil
	plain := isPlain(c)
	if plain && v.request.Key != "" {
		_, v.personal = divideCommand(c)
	}
	return plain
}

// reused refuses a request whose key was used for something else.
func (v *evaluation) reused() *Refusal {
	if v.misused {
		return refuse(ErrKeyReused, "")
	}
	return nil
}

// again returns what came of the command under its turn when a call with this
// key did it before, if one did, or the refusal where the key was used for another call or
// this command had other personal fields.
func (v *evaluation) recorded(a users.Action) (o Outcome, done bool, refusal *Refusal) {
	if refusal := v.reused(); refusal != nil {
		return Outcome{}, false, refusal
	}
	past, done := v.past[v.request.Index+v.index]
	if !done {
		return Outcome{}, false, nil
	}
	if !v.confirms(past[0]) {
		return Outcome{}, false, refuse(ErrKeyReused, "")
	}
	e := past[0] // those of licences come after it
	v.repeated = append(v.repeated, past...)
	o = Outcome{Action: a, User: e.User, Before: e.Before, After: e.After, SeatsDelta: e.Delta, Unchanged: e.Kind == EventUnchanged}
	if e.Kind.resets() {
		o.Excess = Pool{Total: e.Total, Held: e.Held, Spent: e.Spent}.Excess()
	}
	return o, true, nil
}
