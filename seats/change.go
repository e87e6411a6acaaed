package seats

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

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

// Then returns the one change of a sequence: the next ones were decided one after the other, each
// on the snapshot that Apply gives of those before it. Its ID is that of c, as is its Base; the
// revision is one later. The events keep the IDs of their changes.
//
// A user with new keys in one of the next changes must not be Updated before it: of the keys
// given up by that change Then knows nothing.
func (c Change) Then(next ...Change) Change {
	if len(next) == 0 {
		return c
	}
	created := map[users.ID]bool{}
	var rows Snapshot
	all := Change{ID: c.ID, Base: c.Base}
	changes := slices.Concat([]Change{c}, next)
	var people, events int
	for _, c := range changes {
		people, events = people+len(c.Created)+len(c.Updated), events+len(c.Events)
	}
	rows.Users, all.Events = slices.Grow(rows.Users, people), slices.Grow(all.Events, events)
	for _, c := range changes {
		for _, u := range c.Created {
			created[u.ID] = true
		}
		all.Account, all.Settings = c.Account, all.Settings || c.Settings
		all.NewKeys = append(all.NewKeys, c.NewKeys...)
		all.Events = append(all.Events, c.Events...)
		rows.Users = append(append(rows.Users, c.Created...), c.Updated...)
		rows.Pools, rows.Licences = append(rows.Pools, c.Pools...), append(rows.Licences, c.Licences...)
	}
	all.Account.Revision = all.Base + 1
	all.Pools, all.Licences = last(rows.Pools, by(poolID)), last(rows.Licences, compareLicences)
	held := map[users.Key]bool{}
	for _, u := range last(rows.Users, by(userID)) {
		if created[u.ID] {
			all.Created = append(all.Created, u)
			continue
		}
		all.Updated = append(all.Updated, u)
		if len(all.NewKeys) > 0 {
			for _, k := range u.Keys() {
				held[k] = true
			}
		}
	}
	all.NewKeys = slices.DeleteFunc(all.NewKeys, func(k users.Key) bool {
		first := held[k]
		held[k] = false
		return !first
	})
	return all
}

// last sorts rows, in place, and leaves the last one of each.
func last[R any](rows []R, order func(x, y R) int) []R {
	slices.SortStableFunc(rows, order)
	kept := rows[:0]
	for i, row := range rows {
		if i+1 == len(rows) || order(row, rows[i+1]) != 0 {
			kept = append(kept, row)
		}
	}
	return kept
}
