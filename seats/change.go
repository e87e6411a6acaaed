package seats

import "github.com/seatkeeper/seatkeeper/users"

// A Change is one write in an account: whole rows and new events. It was decided on the
// revision Base and relies on it, and on [Change.Keys] being free.
//
// The IDs of Created users are new to the account. Updated users exist, and their rows are
// replaced. A user is in one of the two, once.
//
// A change of Base 0 has the site pool and Settings.
type Change struct {
	ID       ChangeID        `json:"id"`
	Base     uint64          `json:"base"`              // the account's revision before; 0: the account is new
	Account  Account         `json:"account"`           // afterwards, one revision later
	Settings bool            `json:"settings,omitzero"` // the account's settings are new or changed, see [Account.Settings]
	Pools    []Pool          `json:"pools,omitzero"`    // new and replaced ones, by ID
	Created  []users.User    `json:"created,omitzero"`  // new users, by ID
	Updated  []users.User    `json:"updated,omitzero"`  // existing users with their new rows, by ID
	Licences []users.Licence `json:"licences,omitzero"` // new and replaced ones, in order
	NewKeys  []users.Key     `json:"new_keys,omitzero"` // keys of Updated users, missing in their rows before
	Events   []Event         `json:"events,omitzero"`   // in order, the first one follows the account's last
}

// Empty reports whether there is nothing to write.
func (c Change) Empty() bool { return c.Account.Revision == c.Base }

// Keys returns the keys that must be free for the change: all of the Created users, IDs
// included, and the NewKeys. All other keys in the change are their users' already. Each
// key is of one user of the change and appears once. [Change.Taken] tells which are free.
func (c Change) Keys() (keys []users.Key) {
	for _, u := range c.Created {
		keys = append(keys, u.TakenKeys()...)
	}
	return append(keys, c.NewKeys...)
}

// Taken returns the keys of the change held by one of the account's stored users, and so not
// free. A user Updated by the change frees the keys missing in the new row. Stored users with
// other keys may be among the arguments.
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
