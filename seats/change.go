package seats

import "github.com/seatkeeper/seatkeeper/users"

// A Change is all that a store writes in an account: whole rows and new events. It was
// decided on the revision Base and relies on it, and on [Change.Keys] being free.
//
// Created users are new: the account has never had their IDs. Updated users exist, and
// their rows are replaced. A user is in one of the two, once.
type Change struct {
	ID      ChangeID     `json:"id"`
	Base    uint64       `json:"base"`              // the account's revision before; 0: the account is new
	Account Account      `json:"account"`           // afterwards, one revision later
	Pools   []Pool       `json:"pools,omitzero"`    // new and replaced ones, by ID
	Created []users.User `json:"created,omitzero"`  // new users, by ID
	Updated []users.User `json:"updated,omitzero"`  // existing users with their new rows, by ID
	NewKeys []users.Key  `json:"new_keys,omitzero"` // the keys of the Updated users that the rows before did not have
	Events  []Event      `json:"events,omitzero"`   // in order, the first one follows the account's last
}

// Empty reports whether there is nothing to write.
func (c Change) Empty() bool { return c.Account.Revision == c.Base }

// Keys returns the keys that must be free for the change: all of the Created users, IDs
// included, and the NewKeys. Any other key of a user in the change is theirs already. A key
// appears once, since two users of a change never share one of these.
//
// A key is free if [Change.Taken] does not return it.
func (c Change) Keys() (keys []users.Key) {
	for _, u := range c.Created {
		keys = append(keys, u.TakenKeys()...)
	}
	return append(keys, c.NewKeys...)
}

// Taken returns the keys of the change that one of the account's users has, as stored before
// the change. A key is free again where its user is Updated by this very change and gives
// it up. Users without any key of the change may be among them.
func (c Change) Taken(stored ...users.User) (taken []users.Key) {
	after := make(map[users.ID]users.User, len(c.Updated))
	for _, u := range c.Updated {
		after[u.ID] = u
	}
	held := make(map[users.Key]bool)
	for _, u := range stored {
		next, updated := after[u.ID]
		for _, k := range u.TakenKeys() {
			held[k] = held[k] || !updated || next.Has(k)
		}
	}
	for _, k := range c.Keys() {
		if held[k] {
			taken = append(taken, k)
		}
	}
	return taken
}
