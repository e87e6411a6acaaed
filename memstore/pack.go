package memstore

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A packer turns a row into text and back. One list of fields does both, so that the two forms
// agree. A field of the zero value takes a bit alone.
type packer struct {
	of      *account // people, words and policies of the account are written as numbers
	text    string   // what is left to read; empty while a row is written
	bytes   []byte   // what is written
	reading bool
	mask    uint64 // of the fields that are there
	bit     uint64 // of the next field
	last    int64  // the instant before, in microseconds
}

// writing returns the account's packer for a row to be written.
func (a *account) writing() *packer {
	var mask [binary.MaxVarintLen64]byte // room for it
	a.packer = packer{of: a, bytes: append(a.packer.bytes[:0], mask[:]...), bit: 1}
	return &a.packer
}

// packed returns the row as it was written, until the next one is.
func (p *packer) packed() []byte {
	var mask [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(mask[:], p.mask)
	copy(p.bytes[len(mask)-n:], mask[:n])
	return p.bytes[len(mask)-n:]
}

// reading returns the account's packer for a packed row. The texts of the row are parts of it.
func (a *account) reading(row string) *packer {
	a.packer = packer{of: a, text: row, bytes: a.packer.bytes, reading: true, bit: 1}
	a.packer.mask = a.packer.uvarint(0)
	return &a.packer
}

// user lists the fields of a user.
func (p *packer) user(u *users.User) {
	text(p, &u.ID) // the first, see people.id
	text(p, &u.FirstName)
	text(p, &u.LastName)
	text(p, &u.Username)
	text(p, &u.Email)
	text(p, &u.ExternalID)
	text(p, &u.Location)
	text(p, &u.Department)
	text(p, &u.Title)
	list(p, &u.Groups, text)
	small(p, &u.Source.Kind)
	word(p, &u.Source.Name)
	small(p, &u.Role)
	small(p, &u.Status)
	small(p, &u.LeftAs)
	small(p, &u.ArchivedAs)
	small(p, &u.LeftBy)
	p.instant(&u.Created)
	p.instant(&u.StatusSince)
	p.instant(&u.FirstSignIn)
	p.instant(&u.Approved)
	p.instant(&u.LastNotified)
	number(p, &u.NotificationCount)
	p.instant(&u.Expires)
	p.flag(&u.Lapses)
	text(p, &u.Start.Date)
	p.instant(&u.Start.At)
	p.actor(&u.Start.By)
	text(p, &u.Schedule.Date)
	small(p, &u.Schedule.As)
	p.instant(&u.Schedule.At)
	text(p, &u.Schedule.NoticeOn)
	p.instant(&u.Schedule.Notice)
	p.actor(&u.Schedule.By)
	p.flag(&u.Schedule.Held)
	p.instant(&u.Due)
	text(p, &u.Salt)
	p.flag(&u.SharesEmail)
	p.flag(&u.Unsent)
	list(p, &u.Kept, word)
	p.baseline(&u.Baseline)
	p.wait(&u.Wait)
	list(p, &u.CoursePlaces, (*packer).coursePlace)
}

func (p *packer) wait(w **users.Wait) {
	if !p.has(*w != nil) {
		return
	}
	if p.reading {
		*w = &users.Wait{}
	}
	p.terms(*w)
}

// coursePlace writes a member of a list, with a mask of its own.
func (p *packer) coursePlace(c *users.CoursePlace) {
	var mask uint64
	for i, set := range []bool{
		c.Pool != "", c.Number != 0, !c.Since.IsZero(), c.Priority != 0, !c.Until.IsZero(), c.Reason != "", c.Asks, c.DueDate != "",
	} {
		if set {
			mask |= 1 << i
		}
	}
	p.mask, p.bit = p.uvarint(mask), 1
	text(p, &c.Pool)
	number(p, &c.Number)
	p.terms(&c.Wait)
	text(p, &c.DueDate)
}

func (p *packer) terms(w *users.Wait) {
	p.instant(&w.Since)
	number(p, &w.Priority)
	p.instant(&w.Until)
	text(p, &w.Reason)
	p.flag(&w.Asks)
}

func (p *packer) baseline(b **users.Baseline) {
	if !p.has(*b != nil) {
		return
	}
	if p.reading {
		*b = &users.Baseline{}
	}
	text(p, &(*b).FirstName)
	text(p, &(*b).LastName)
	text(p, &(*b).Username)
	text(p, &(*b).Email)
	text(p, &(*b).ExternalID)
	p.instant(&(*b).Edited)
}

// event lists the fields of an event but its account and number, the common ones first.
func (p *packer) event(e *seats.Event) {
	p.instant(&e.Time)
	word(p, &e.Kind)
	text(p, &e.Change)
	p.actor(&e.Actor)
	word(p, &e.Channel)
	p.person(&e.User)
	p.segment(&e.Before)
	p.segment(&e.After)
	number(p, &e.Count)
	number(p, &e.Delta)
	p.count(&e.Total)
	number(p, &e.Held)
	p.tally(&e.Tally)
	text(p, &e.Key)
	number(p, &e.Index)
	text(p, &e.Digest)
	text(p, &e.Correlation)
	text(p, &e.Reason)
	p.person(&e.Successor)
	list(p, &e.Receivers, (*packer).person)
	list(p, &e.Fields, word)
	text(p, &e.Date)
	small(p, &e.DateAs)
	p.policy(&e.Policy)
	text(p, &e.Pool)
	number(p, &e.Spent)
	number(p, &e.Reserved)
	word(p, &e.Source)
}

func (p *packer) actor(a *users.Actor) {
	small(p, &a.Kind)
	p.person(&a.User)
	word(p, &a.Name)
}

func (p *packer) segment(s *users.Segment) {
	small(p, &s.Status)
	small(p, &s.Role)
	p.flag(&s.Synced)
	p.flag(&s.Unsent)
}

// has reports whether the next field is there. While a row is written it is there if set.
func (p *packer) has(set bool) bool {
	bit := p.bit
	p.bit <<= 1
	if !p.reading && set {
		p.mask |= bit
	}
	return p.mask&bit != 0
}

func (p *packer) flag(f *bool) { *f = p.has(*f) }

func small[T ~uint8](p *packer, n *T) {
	if p.has(*n != 0) {
		*n = T(p.uvarint(uint64(*n)))
	}
}

func number[T ~int | ~int64](p *packer, n *T) {
	if p.has(*n != 0) {
		*n = T(p.varint(int64(*n)))
	}
}

func text[T ~string](p *packer, s *T) {
	if p.has(*s != "") {
		*s = T(p.string(string(*s)))
	}
}

// word is text for the names that many rows share. These are free of personal data, since a word
// stays.
func word[T ~string](p *packer, s *T) {
	if !p.has(*s != "") {
		return
	}
	var n uint64
	if !p.reading {
		n = p.of.word(string(*s))
	}
	if n = p.uvarint(n); n > 0 {
		*s = T(p.of.words[n-1])
	} else {
		*s = T(p.string(string(*s)))
	}
}

// person is text for the ID of a user.
func (p *packer) person(id *users.ID) {
	if !p.has(*id != "") {
		return
	}
	var n uint64
	if !p.reading {
		if row, ok := p.of.people.row(*id); ok {
			n = uint64(row) + 1
		}
	}
	if n = p.uvarint(n); n > 0 {
		*id = p.of.people.id(uint32(n - 1))
	} else {
		*id = users.ID(p.string(string(*id)))
	}
}

// list writes each member of a list. They are all there.
func list[T any](p *packer, all *[]T, member func(*packer, *T)) {
	if !p.has(len(*all) > 0) {
		return
	}
	n := int(p.uvarint(uint64(len(*all))))
	if p.reading {
		*all = make([]T, n)
	}
	mask, bit := p.mask, p.bit
	for i, m := range *all {
		p.mask, p.bit = 1, 1
		if member(p, &m); p.reading {
			(*all)[i] = m
		}
	}
	p.mask, p.bit = mask, bit
}

// instant writes whole microseconds since the instant before it.
func (p *packer) instant(t *time.Time) {
	if p.has(!t.IsZero()) {
		p.last += p.varint(t.UnixMicro() - p.last)
		*t = time.UnixMicro(p.last).UTC()
	}
}

func (p *packer) policy(policy **seats.Policy) {
	if !p.has(*policy != nil) {
		return
	}
	n := 0
	if !p.reading {
		if n = slices.Index(p.of.policies, **policy); n < 0 {
			n = len(p.of.policies)
			p.of.policies = append(p.of.policies, **policy)
		}
	}
	if n = int(p.uvarint(uint64(n))); p.reading {
		own := p.of.policies[n]
		*policy = &own
	}
}

// count writes 0 for unlimited and n+1 for n seats.
func (p *packer) count(c *seats.Count) {
	if !p.has(*c != seats.Count{}) {
		return
	}
	var n int64
	if limit, ok := c.Number(); ok {
		n = limit + 1
	}
	if n = p.varint(n); n == 0 {
		*c = seats.Unlimited()
	} else {
		*c = seats.Of(n - 1)
	}
}

// tally writes the segments in use: each with its place and its number.
func (p *packer) tally(t *users.Tally) {
	if !p.has(*t != users.Tally{}) {
		return
	}
	if p.reading {
		for at := p.uvarint(0); at > 0; at = p.uvarint(0) {
			at--
			t[at>>3][at>>1&3][at&1] = int32(p.varint(0))
		}
		return
	}
	for status := range t {
		for role := range t[status] {
			for synced, n := range t[status][role] {
				if n != 0 {
					p.uvarint(uint64(status<<3|role<<1|synced) + 1)
					p.varint(int64(n))
				}
			}
		}
	}
	p.uvarint(0)
}

// string writes a text with its length, or reads one.
func (p *packer) string(s string) string {
	n := int(p.uvarint(uint64(len(s))))
	if !p.reading {
		p.bytes = append(p.bytes, s...)
		return s
	}
	s, p.text = p.text[:n], p.text[n:]
	return s
}

// varint is uvarint for numbers with a sign.
func (p *packer) varint(n int64) int64 {
	u := p.uvarint(uint64(n)<<1 ^ uint64(n>>63))
	return int64(u>>1) ^ -int64(u&1)
}

// uvarint writes a number in as few bytes as it takes, or reads one.
func (p *packer) uvarint(n uint64) uint64 {
	if !p.reading {
		p.bytes = binary.AppendUvarint(p.bytes, n)
		return n
	}
	n, p.text = uvarint(p.text)
	return n
}

// uvarint reads a number, and returns the rest.
func uvarint(text string) (n uint64, rest string) {
	for i, shift := 0, 0; ; i, shift = i+1, shift+7 {
		n |= uint64(text[i]&0x7f) << shift
		if text[i] < 0x80 {
			return n, text[i+1:]
		}
	}
}
