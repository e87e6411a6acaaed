package sqlstore

import (
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// entries are n rows to write. A row may take the place of the one before it: users are large, and
// a copy of each would be garbage. Without rows each is nil.
type entries[R any] struct {
	n    int
	each iter.Seq[*R]
}

// entriesOf returns rows as entries.
func entriesOf[R any](rows []R) (e entries[R]) {
	if len(rows) == 0 {
		return e
	}
	return entries[R]{len(rows), func(yield func(*R) bool) {
		for i := range rows {
			if !yield(&rows[i]) {
				return
			}
		}
	}}
}

func createdOf(changes []*seats.Change) (e entries[userRow]) {
	for _, c := range changes {
		e.n += len(c.Created)
	}
	if e.n == 0 {
		return e
	}
	e.each = func(yield func(*userRow) bool) {
		var row userRow
		for _, c := range changes {
			row.account = c.Account.ID
			for i := range c.Created {
				row.User = c.Created[i]
				if !yield(&row) {
					return
				}
			}
		}
	}
	return e
}

func eventsOf(changes []*seats.Change) (e entries[seats.Event]) {
	for _, c := range changes {
		e.n += len(c.Events)
	}
	if e.n == 0 {
		return e
	}
	e.each = func(yield func(*seats.Event) bool) {
		for _, c := range changes {
			for i := range c.Events {
				if !yield(&c.Events[i]) {
					return
				}
			}
		}
	}
	return e
}

// poolsOf returns the rows of the course pools.
func poolsOf(changes []*seats.Change) entries[poolRow] {
	var rows []poolRow
	for _, c := range changes {
		for _, p := range c.Pools {
			if p.ID != seats.Site {
				rows = append(rows, poolRow{c.Account.ID, p})
			}
		}
	}
	return entriesOf(rows)
}

func licencesOf(changes []*seats.Change) entries[licenceRow] {
	var rows []licenceRow
	for _, c := range changes {
		for _, l := range c.Licences {
			rows = append(rows, licenceRow{c.Account.ID, l})
		}
	}
	return entriesOf(rows)
}

// of makes it the row of the account, and reports whether its site pool is in the change.
func (a *accountRow) of(c *seats.Change) (pooled bool) {
	a.Account = c.Account
	for i := range c.Pools {
		if c.Pools[i].ID == seats.Site {
			a.site, pooled = c.Pools[i], true
		}
	}
	return pooled
}

// updatedRows marks the key columns to write: those of new keys, and of kinds without a key
// now. Any other key column stays as stored, since that of a [KeyCollision] differs from the
// profile.
func updatedRows(c *seats.Change) []userRow {
	var taken map[users.Key]bool
	if len(c.NewKeys) > 0 {
		taken = make(map[users.Key]bool, len(c.NewKeys))
		for _, k := range c.NewKeys {
			taken[k] = true
		}
	}
	rows := make([]userRow, len(c.Updated))
	for i := range c.Updated {
		row := &rows[i]
		row.account, row.User = c.Account.ID, c.Updated[i]
		row.rewritten = keyBit(users.KeyExternalID) | keyBit(users.KeyEmail) | keyBit(users.KeyUsername)
		for _, k := range row.Keys() {
			if taken[k] {
				row.newKeys = true
			} else {
				row.rewritten &^= keyBit(k.Kind)
			}
		}
	}
	return rows
}
