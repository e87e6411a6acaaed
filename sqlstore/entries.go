package sqlstore

import (
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// entries are n rows to write, read in order. A row may take the place of the one before it: users
// are large, and a copy of each would be garbage.
type entries[R any] struct {
	n  int
	at func(i int) *R
}

// entriesOf returns rows as entries.
func entriesOf[R any](rows []R) entries[R] {
	return entries[R]{len(rows), func(i int) *R { return &rows[i] }}
}

// parts are the parts of changes, read in order.
type parts[P any] struct {
	changes []*seats.Change
	of      func(*seats.Change) []P
	n       int
	change  int // of the last one that was read
	first   int // the number of its first part
}

func partsOf[P any](changes []*seats.Change, of func(*seats.Change) []P) *parts[P] {
	p := &parts[P]{changes: changes, of: of}
	for _, c := range changes {
		p.n += len(of(c))
	}
	return p
}

// in returns the ith part with its change.
func (p *parts[P]) in(i int) (*seats.Change, *P) {
	if i == 0 {
		p.change, p.first = 0, 0
	}
	for {
		c := p.changes[p.change]
		all := p.of(c)
		if i < p.first+len(all) {
			return c, &all[i-p.first]
		}
		p.change, p.first = p.change+1, p.first+len(all)
	}
}

func (p *parts[P]) at(i int) *P {
	_, part := p.in(i)
	return part
}

func createdOf(changes []*seats.Change) entries[userRow] {
	type written struct {
		parts[users.User]
		row userRow
	}
	w := &written{parts: *partsOf(changes, func(c *seats.Change) []users.User { return c.Created })}
	return entries[userRow]{w.n, func(i int) *userRow {
		c, u := w.in(i)
		w.row.account, w.row.User = c.Account.ID, *u
		return &w.row
	}}
}

func eventsOf(changes []*seats.Change) entries[seats.Event] {
	p := partsOf(changes, func(c *seats.Change) []seats.Event { return c.Events })
	return entries[seats.Event]{p.n, p.at}
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
	*a = accountRow{Account: c.Account}
	for i := range c.Pools {
		if c.Pools[i].ID == seats.Site {
			a.site, pooled = c.Pools[i], true
		}
	}
	return pooled
}

// updatedRows marks the key columns to write: those of new keys, and of kinds without a unique key
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
		for _, k := range row.UniqueKeys() {
			if taken[k] {
				row.newKeys = true
			} else {
				row.rewritten &^= keyBit(k.Kind)
			}
		}
	}
	return rows
}
