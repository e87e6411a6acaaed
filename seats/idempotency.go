package seats

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// A call with a request key is carried out once. Its events carry the key, the digest of the
// call and the index of their command, and a repeated call gets its result from them. A
// refusal leaves no event: the command is decided anew.
//
// Events stay for ever, so a digest must not confirm a guess of erased data. The digest of a
// call is of its shape, see [divide], which is the same with personal fields and without.
// The personal fields of a command are sealed with a salt from the row of the event: the
// user's, or the account's for an event about no user. A command without personal fields is
// sealed too, since a missing seal would disclose that. A notice is not: the event it accompanies is. The salt is erased with the personal
// data of the row. From then on every guess gets the same answer, and the key stays used.

// digestSize is the length of the digest of a call, and of a seal.
const digestSize = 32

// Digest returns the digest of a call with a request key, for comparison with another call
// of that key. It covers the actor, the channel and the commands as the host gives them, before
// [Identify]: identifiers, roles, statuses, numbers of seats, due dates, policies, Later and Gone. All other
// fields are personal and outside of it; the library compares these command by command, until
// they are erased.
func Digest(actor users.Actor, channel Channel, commands []Command) string {
	call := []any{actor, channel}
	for _, c := range commands {
		shape, _ := divideCommand(c)
		call = append(call, shape)
	}
	return digest(call)
}

// digest returns a hash of a call.
func digest(call any) string {
	text, _ := json.Marshal(call) // of an actor, shapes and outcomes
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:digestSize]
}

// seal returns a salted hash of personal fields.
func seal(salt string, personal any) string {
	text, _ := json.Marshal(personal) // just decoded
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))[:digestSize]
}

// sealFor returns the seal of an event about the user, or about the account for the zero user,
// and makes the salt of the row. An erased row gets neither.
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

// confirms reports whether the personal fields of the current command are those of the
// event, or erased.
func (v *evaluation) confirms(e Event) bool {
	salt := v.account.Salt
	if e.User != "" {
		salt = v.people.of(e.User).Salt
	}
	_, sealed := e.digests()
	return sealed == "" || salt == "" || sealed == seal(salt, v.personal)
}

// digests returns the two parts of the event's digest.
func (e Event) digests() (call, sealed string) {
	n := min(len(e.Digest), digestSize)
	return e.Digest[:n], e.Digest[n:]
}

// Needs returns the need of the request: that of its commands, and the events of its key.
func (r Request) Needs(account users.AccountID) Need {
	n := Needs(account, r.Actor, r.Commands...)
	if users.CheckID(r.Key) == nil {
		n.Key, n.IndexFrom, n.IndexTo = r.Key, r.Index, r.Index+max(1, len(r.Commands))
	}
	return n
}

// decide decides the command of that index, or repeats the result of an earlier call.
func (v *evaluation) decide(i int, c Command) (Outcome, *Refusal) {
	if !v.begin(i, c) {
		return v.tryInCall(c)
	}
	o, done, refusal := v.recorded(c.Action())
	if refusal != nil {
		refusal.Action = c.Action()
		return Outcome{Action: c.Action(), Refusal: refusal}, refusal
	}
	if done {
		return o, nil
	}
	return v.tryInCall(c)
}

// begin makes the command of that index the current one, and reports whether it is plain.
func (v *evaluation) begin(i int, c Command) bool {
	v.index, v.personal = i, nil
	plain := isPlain(c)
	if plain && v.request.Key != "" {
		_, v.personal = divideCommand(c)
	}
	return plain
}

// reused refuses a request with the key of another call.
func (v *evaluation) reused() *Refusal {
	if v.misused {
		return refuse(ErrKeyReused, "")
	}
	return nil
}

// recorded returns the outcome of the current command in an earlier call with this key, if
// any; [ErrKeyReused] if that was another call, or had other personal fields.
func (v *evaluation) recorded(a users.Action) (o Outcome, done bool, refusal *Refusal) {
	if refusal := v.reused(); refusal != nil {
		return Outcome{}, false, refusal
	}
	all := v.past[v.request.Index+v.index]
	past := slices.DeleteFunc(slices.Clone(all), func(e Event) bool { return e.Kind.isNotice() })
	if len(past) == 0 {
		return Outcome{}, false, nil
	}
	if !v.confirms(past[0]) {
		return Outcome{}, false, refuse(ErrKeyReused, "")
	}
	e := past[0]                                                    // followed by those of licences
	if n := len(past) - 1; past[n].Kind == EventOwnershipAccepted { // the former owner has freed the seat for it
		e = past[n]
	}
	v.repeated = append(v.repeated, all...)
	o = Outcome{
		Action: a, User: e.User, Before: e.Before, After: e.After, Excess: e.excess(),
		Unchanged: e.Kind == EventUnchanged, Stale: e.Kind == EventUnchanged && e.Count == staleCount,
	}
	for _, p := range past {
		if e.Pool != Site || p.Pool == Site {
			o.SeatsDelta += p.Delta
		}
	}
	for _, e := range all {
		o.Grown += e.grown()
	}
	return o, true, nil
}
