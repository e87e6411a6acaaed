package seats

import (
	"cmp"
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
	NewKeys  []users.Key     `json:"new_keys,omitzero"` // unique keys of Updated users, missing in their rows before
	Events   []Event         `json:"events,omitzero"`   // in order, the first one follows the account's last
}

// Empty reports whether there is nothing to write.
func (c Change) Empty() bool { return c.Account.Revision == c.Base }

// Keys returns the keys that must be free for the change: the unique keys of the Created users, IDs
// included, and the NewKeys. All other keys in the change are their users' already. Each
// key is of one user of the change and appears once. [Change.Taken] tells which are free.
func (c Change) Keys() (keys []users.Key) {
	keys = slices.Grow(keys, 2*len(c.Created)+len(c.NewKeys)) // most have an ID and an address
	for i := range c.Created {
		keys = append(keys, c.Created[i].UniqueKeys()...)
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
		for _, k := range u.UniqueKeys() {
			held[k] = held[k] || !updated || slices.Contains(next.UniqueKeys(), k)
		}
	}
	for _, k := range c.Keys() {
		if held[k] {
			taken = append(taken, k)
		}
	}
	return taken
}

// JoinChanges returns the one change of a sequence of at least one: each was decided on the snapshot
// that Apply gives of those before it. Its ID and Base are those of the first; the revision is one
// later than its Base. The events keep the IDs of their changes. A lone change is returned as it is.
//
// A user with new keys in a change must not be Updated before it: of the keys given up by that
// change JoinChanges knows nothing.
func JoinChanges(changes ...*Change) *Change {
	first, newest := changes[0], changes[len(changes)-1]
	if first == newest {
		return first
	}
	all := &Change{ID: first.ID, Base: first.Base, Account: newest.Account}
	all.Account.Revision = all.Base + 1
	created, rows, events := 0, 0, 0
	for _, c := range changes {
		created, rows, events = created+len(c.Created), rows+len(c.Created)+len(c.Updated), events+len(c.Events)
	}
	people := make([]joinedUser, 0, rows)
	all.Created, all.Events = slices.Grow(all.Created, created), slices.Grow(all.Events, events)
	for _, c := range changes {
		all.Settings = all.Settings || c.Settings
		all.NewKeys = append(all.NewKeys, c.NewKeys...)
		all.Events = append(all.Events, c.Events...)
		all.Pools = replaced(all.Pools, c.Pools, by(poolID))
		all.Licences = replaced(all.Licences, c.Licences, compareLicences)
		for i := range c.Created {
			people = append(people, joinedUser{&c.Created[i], true})
		}
		for i := range c.Updated {
			people = append(people, joinedUser{&c.Updated[i], false})
		}
	}
	all.joinUsers(people)
	return all
}

// A joinedUser is the row of a user in one of the changes that become one.
type joinedUser struct {
	row     *users.User
	created bool
}

// joinUsers sets the users from the rows of all changes, and leaves out new keys that are given up
// again.
func (c *Change) joinUsers(rows []joinedUser) {
	slices.SortStableFunc(rows, func(x, y joinedUser) int { return cmp.Compare(x.row.ID, y.row.ID) })
	var held map[users.Key]bool
	if len(c.NewKeys) > 0 {
		held = map[users.Key]bool{}
	}
	for i, u := range rows {
		switch {
		case i+1 < len(rows) && rows[i+1].row.ID == u.row.ID:
			rows[i+1].created = u.created || rows[i+1].created
		case u.created:
			c.Created = append(c.Created, *u.row)
		default:
			c.Updated = append(c.Updated, *u.row)
			if held != nil {
				for _, k := range u.row.UniqueKeys() {
					held[k] = true
				}
			}
		}
	}
	c.NewKeys = slices.DeleteFunc(c.NewKeys, func(k users.Key) bool {
		first := held[k]
		held[k] = false
		return !first
	})
}

// replaced puts newer rows into a list in order, each in the place of the one with the same key.
func replaced[R any](rows, newer []R, order func(x, y R) int) []R {
	for _, row := range newer {
		at, ok := slices.BinarySearchFunc(rows, row, order)
		if !ok {
			rows = slices.Insert(rows, at, row)
		}
		rows[at] = row
	}
	return rows
}
