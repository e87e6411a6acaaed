package seats

import (
	"hash/maphash"

	"github.com/seatkeeper/seatkeeper/users"
)

// A member is a user as a comparison keeps them: hashes of 64 bits in the place of texts. Their seed is random,
// so that no one can make two texts with one hash. A key without a text has hash 0.
type member struct {
	keys    [keyFields]uint64 // in the order of textFields
	content uint64            // of the other fields that the roster has
	name    uint64            // of these, in plain letters; 0: it is empty
	id      uint32            // its place in members.ids
	leave   uint32            // the day, see dayNumber
	kept    uint16            // the fields edited by hand, see columns.without
	length  uint8             // of the ID
	status  users.Status
	role    users.Role
	left    users.Leaving
	is      memberSet
}

// memberSet is a set of what is true of a member.
type memberSet uint16

const (
	isOwn       memberSet = 1 << iota // of the source of the run
	isMatched                         // with a row
	isMoved                           // gives up a key
	isPlanned                         // inactive until a start
	isTaken                           // of another source, from which the run takes them over
	isWaiting                         // for a seat, or asks for one
	isServed                          // waits for a seat: as good as in
	isReturning                       // waits for a seat, and was in before: takes no day of a leave until then
	isNamed                           // by a row that is left as it is
	isFaulty                          // a faulty row is about them
	isReplaced                        // by a row of another user with the address or the username
	isUnnamed                         // in that row, or everywhere
	isPartNamed                       // by the columns of the roster: it does not prove the name of a user who is taken over
	isKeyOfRow                        // of the first kind; two more for the others follow
)

// waitsAs returns how a user waits for a start or a seat.
func waitsAs(u *users.User) (is memberSet) {
	if u.Start.Date != "" {
		is |= isPlanned
	}
	if u.Waits() {
		is |= isWaiting
	}
	if u.IsServed() {
		is |= isServed
	}
	if u.IsServed() && u.LeftAs != users.NoStatus {
		is |= isReturning
	}
	return is
}

// members are the users of an account, and an index of their keys: some 120 bytes for each.
type members struct {
	seed  maphash.Seed
	rows  [][]member // in chunks, since one long list would be copied as it grows
	count int
	ids   [][]byte // their IDs, in chunks
	slots []uint32 // a hash table with linear probing: 0, or the number of a member from 1 on
	keys  int      // in slots
}

const (
	memberChunk = 1 << 10
	idChunk     = 1 << 16
)

func newMembers() *members {
	return &members{seed: maphash.MakeSeed(), slots: make([]uint32, 1<<8)}
}

// hash returns the hash of a key of that kind, never 0.
func (m *members) hash(kind int, value string) uint64 {
	if value == "" {
		return 0
	}
	const odd = 0x9E3779B97F4A7C15
	return max(1, maphash.String(m.seed, value)+uint64(kind)*odd)
}

// hashKeys returns the hashes of the keys of a profile.
func (m *members) hashKeys(p *users.Profile) [keyFields]uint64 {
	return [keyFields]uint64{
		m.hash(0, users.ByExternalID(p.ExternalID).Value), m.hash(1, users.ByEmail(p.Email).Value), m.hash(2, users.ByUsername(p.Username).Value),
	}
}

// hashContent returns the hash of the fields of a roster but for the keys.
func (m *members) hashContent(p *users.Profile, c *columns) uint64 {
	var h maphash.Hash
	h.SetSeed(m.seed)
	for i, text := range textsOf(p) {
		if c.has[i] && i < firstKey {
			_, _ = h.WriteString(*text)
		}
		_ = h.WriteByte(0)
	}
	if c.groups {
		for _, group := range p.Groups {
			_, _ = h.WriteString(group)
			_ = h.WriteByte(0)
		}
	}
	return h.Sum64()
}

// hashName returns the hash of the name in the fields of a roster; 0: it is empty.
func (m *members) hashName(p *users.Profile, c *columns) uint64 {
	names := [2]string{}
	for i, text := range [...]*string{&p.FirstName, &p.LastName} {
		if c.has[i] {
			names[i] = users.PlainName(*text)
		}
	}
	if names == ([2]string{}) {
		return 0
	}
	return m.hash(0, names[0]+"\x00"+names[1])
}

// textsOf are the texts of a profile in the order of textFields.
func textsOf(p *users.Profile) [len(textFields)]*string {
	return [...]*string{&p.FirstName, &p.LastName, &p.Location, &p.Department, &p.Title, &p.ExternalID, &p.Email, &p.Username}
}

// add adds a user.
func (m *members) add(id users.ID, u member) {
	if last := len(m.ids) - 1; last < 0 || len(m.ids[last])+len(id) > idChunk {
		m.ids = append(m.ids, make([]byte, 0, idChunk))
	}
	if m.count%memberChunk == 0 {
		m.rows = append(m.rows, make([]member, memberChunk))
	}
	last := len(m.ids) - 1
	u.id, u.length = uint32(last*idChunk+len(m.ids[last])), uint8(len(id))
	m.ids[last] = append(m.ids[last], id...)
	if m.keys+keyFields > len(m.slots)/4*3 {
		m.grow()
	}
	m.count++
	*m.at(m.count) = u
	for _, hash := range u.keys {
		if hash != 0 {
			m.put(hash, uint32(m.count))
		}
	}
}

// at returns the member of that number, from 1 on.
func (m *members) at(number int) *member {
	return &m.rows[(number-1)/memberChunk][(number-1)%memberChunk]
}

// idOf returns the ID of a member.
func (m *members) idOf(u *member) users.ID {
	at := u.id % idChunk
	return users.ID(m.ids[u.id/idChunk][at : at+uint32(u.length)])
}

func (m *members) put(hash uint64, number uint32) {
	m.keys++
	last := uint64(len(m.slots) - 1)
	at := hash & last
	for m.slots[at] != 0 {
		at = (at + 1) & last
	}
	m.slots[at] = number
}

// grow makes twice as many slots.
func (m *members) grow() {
	m.slots, m.keys = make([]uint32, 2*len(m.slots)), 0
	for n := 1; n <= m.count; n++ {
		for _, hash := range m.at(n).keys {
			if hash != 0 {
				m.put(hash, uint32(n))
			}
		}
	}
}

// find returns the member with the hash of a key of that kind, nil without one, and whether there are several.
func (m *members) find(kind int, hash uint64) (found *member, several bool) {
	if hash == 0 {
		return nil, false
	}
	last := uint64(len(m.slots) - 1)
	for at := hash & last; m.slots[at] != 0; at = (at + 1) & last {
		u := m.at(int(m.slots[at]))
		switch {
		case u.keys[kind] != hash:
		case found != nil && found != u:
			return found, true
		default:
			found = u
		}
	}
	return found, false
}

// mark marks all members with the hash of a key of that kind, and reports whether there are any.
func (m *members) mark(kind int, hash uint64, as memberSet) (some bool) {
	last := uint64(len(m.slots) - 1)
	for at := hash & last; hash != 0 && m.slots[at] != 0; at = (at + 1) & last {
		if u := m.at(int(m.slots[at])); u.keys[kind] == hash {
			u.is, some = u.is|as, true
		}
	}
	return some
}

// common returns the profile by which a user is taken over: the keys that a row has in common with them.
func (m *members) common(u *member, e users.Entry, keys [keyFields]uint64) (p users.Profile) {
	p.ID = m.idOf(u)
	from, to := textsOf(&e.Profile), textsOf(&p)
	for i, hash := range keys {
		if hash == u.keys[i] {
			*to[firstKey+i] = *from[firstKey+i]
		}
	}
	return p
}

// commonKey returns the field of the strongest key that a row has in common with a user; "profile": it has the name alone.
func commonKey(m *member, keys [keyFields]uint64) string {
	for i, hash := range keys {
		if hash != 0 && hash == m.keys[i] {
			return textFields[firstKey+i]
		}
	}
	return "profile"
}

// isIn reports whether a member is in the account, or waits for a seat.
func (m *member) isIn() bool { return holding.Has(m.status) || m.is&isServed != 0 }

// stays reports whether a member is an active admin without the day of a leave.
func (m *member) stays() bool {
	return m.role == users.Admin && m.status == users.Active && m.leave == 0
}

// dayNumber returns a leave as a number; 0: none.
func dayNumber(l users.Leave) uint32 {
	if l.Date == "" {
		return 0
	}
	var n uint32
	for _, c := range []byte(l.Date) {
		if c != '-' {
			n = n*10 + uint32(c-'0')
		}
	}
	return n*4 + uint32(l.As)
}

// replace counts a replaced user. A waiting one has keys, and no seat to lose.
func (d *Differences) replace(m *member, id users.ID) {
	leavers := int64(1)
	if m.is&isWaiting != 0 {
		leavers = 0
	}
	d.Replaced += int(leavers)
	d.name(&d.renumbered, id)
	if m.is&isUnnamed != 0 {
		d.unnamed++
		d.unnamedLeavers += leavers
	}
}
