package reference

import (
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// RandomText stands for the text of a join code that the library has made.
const RandomText = "random"

func (p *Pool) isCode() bool { return p != nil && p.Join != seats.JoinCode{} }

func (m *Model) isCode(id seats.PoolID) bool { return m.Pools[id].isCode() }

// bought returns a pool of bought seats, or nil.
func (m *Model) bought(id seats.PoolID) *Pool {
	if m.isCode(id) {
		return nil
	}
	return m.Pools[id]
}

// uses counts the people of a join code.
func (m *Model) uses(id seats.PoolID) (n int64) {
	for _, p := range m.People {
		if id != seats.Site && p.By == id {
			n++
		}
	}
	return n
}

// kept is the number of seats that a join code holds in advance.
func (m *Model) kept(id seats.PoolID) int64 {
	if !m.isCode(id) || !m.Pools[id].Join.Hold {
		return 0
	}
	most, _ := m.Pools[id].Total.Number()
	return most - m.uses(id)
}

// Reserved is the number of seats that all join codes hold in advance, in a closed account once it is open again.
func (m *Model) Reserved() (n int64) {
	for id := range m.Pools {
		n += m.kept(id)
	}
	return n
}

// spelled returns the letters and digits of a text as they are compared.
func spelled(text string) string {
	return strings.Map(func(r rune) rune {
		if r == 'o' || r == 'O' {
			return '0'
		}
		if strings.ContainsRune("iIlL", r) {
			return '1'
		}
		if r < 128 && strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", r) {
			return []rune(strings.ToUpper(string(r)))[0]
		}
		return -1
	}, text)
}

// code finds the open join code of a text.
func (m *Model) code(text string) seats.PoolID {
	for id, p := range m.Pools {
		if t := p.Join.Text; t != "" && t != RandomText && spelled(t) == spelled(text) {
			return id
		}
	}
	return seats.Site
}

// setCode is SetCode.
func (m *Model) setCode(c seats.SetCode, at time.Time) Result {
	was := Pool{}
	if p := m.Pools[c.Pool]; p != nil {
		was = *p
	}
	known := m.Pools[c.Pool] != nil
	if badID(string(c.Pool)) || known && (!m.isCode(c.Pool) || was.Join.Ended) {
		return refused(seats.ErrBadInput)
	}
	next, used := was, m.uses(c.Pool)
	other := m.code(c.Text)
	switch text := strings.TrimSpace(c.Text); {
	case text == "" && (c.Renew || !known):
		next.Join.Text = RandomText
	case c.Renew && text != "", text != "" && (len(spelled(text)) < 6 || len(text) > 80 || badRunes(text) || other != seats.Site && other != c.Pool):
		return refused(seats.ErrBadInput)
	case text != "":
		next.Join.Text = text
	}
	if c.Uses != (seats.Count{}) {
		next.Total = c.Uses
	}
	if c.Name != nil {
		next.Name = strings.TrimSpace(*c.Name)
	}
	if c.Role != nil {
		next.Join.Role = *c.Role
	}
	if c.Hold != nil {
		next.Join.Hold = *c.Hold
	}
	if c.Domains != nil {
		next.Join.Domains = domains(*c.Domains)
	}
	if c.LastDay != nil && *c.LastDay != was.Ends.LastDay {
		next.Ends = seats.PoolEnd{}
		if *c.LastDay != "" {
			in, ok := m.In()
			if badDate(*c.LastDay) || !ok {
				return refused(seats.ErrBadInput)
			}
			next.Ends = seats.PoolEnd{LastDay: *c.LastDay, At: End(*c.LastDay, in).UTC()}
			if !next.Ends.At.After(m.Clock) {
				return refused(seats.ErrBadInput)
			}
		}
	}
	most, limited := next.Total.Number()
	switch {
	case !next.Total.Valid(), limited && (most < 1 || most < used), !limited && next.Join.Hold,
		badText(next.Name, users.MaxText), next.Join.Role > users.Manager, strings.Contains(next.Join.Domains, "\x00"):
		return refused(seats.ErrBadInput)
	case next == was && !c.Renew:
		return unchanged(nil)
	}
	kept, held := m.kept(c.Pool), m.Held(seats.Site)
	set := m.Clone()
	set.Pools[c.Pool] = &next
	if !m.fits(seats.Site, set.kept(c.Pool)-kept) {
		return refused(seats.ErrNoSeats)
	}
	m.Pools[c.Pool] = &next
	m.Last = at
	e := seats.Event{Kind: seats.EventCodeSet, Pool: c.Pool, Date: next.Ends.LastDay, Time: at}
	for _, f := range []struct {
		name    string
		changed bool
	}{
		{"text", next.Join.Text != was.Join.Text || c.Renew}, {"name", next.Name != was.Name}, {"role", next.Join.Role != was.Join.Role},
		{"uses", next.Total != was.Total}, {"last-day", next.Ends.LastDay != was.Ends.LastDay},
		{"domains", next.Join.Domains != was.Join.Domains}, {"hold", next.Join.Hold != was.Join.Hold},
	} {
		if f.changed {
			e.Fields = append(e.Fields, f.name)
		}
	}
	return reserving(e, m.kept(c.Pool)-kept, m.Held(seats.Site)-held)
}

// reserving puts the event of the seats held in advance before that of the code.
func reserving(e seats.Event, kept, held int64) Result {
	if kept == 0 {
		return Result{Event: e}
	}
	first := e
	first.Kind, first.Pool, first.Date, first.Fields = seats.EventSeatsReserved, seats.Site, "", nil
	return Result{Outcome: seats.Outcome{SeatsDelta: held}, Event: first, more: []seats.Event{e}}
}

// domains writes a list of domains in order.
func domains(text string) string {
	all := strings.Fields(strings.ToLower(text))
	for i := range all {
		all[i] = strings.TrimPrefix(all[i], "@")
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// endCode is EndCode.
func (m *Model) endCode(c seats.EndCode, at time.Time) Result {
	p := m.Pools[c.Pool]
	switch {
	case !m.isCode(c.Pool):
		return refused(seats.ErrBadInput)
	case p.Join.Ended:
		return unchanged(nil)
	}
	kept, held := m.kept(c.Pool), m.Held(seats.Site)
	events := m.codeEnds(c.Pool, p, "", seats.Event{Time: at})
	m.Last = at
	return reserving(events[len(events)-1], -kept, m.Held(seats.Site)-held)
}

// codeEnds ends a join code, and returns the events.
func (m *Model) codeEnds(id seats.PoolID, p *Pool, last users.Date, e seats.Event) []seats.Event {
	kept := m.kept(id)
	p.Join, p.Ends = seats.JoinCode{Ended: true}, seats.PoolEnd{LastDay: last, At: e.Time}
	e.Kind, e.Pool, e.Date = seats.EventCodeEnded, id, last
	v := reserving(e, -kept, 0)
	return append([]seats.Event{v.Event}, v.more...)
}

// join is Join.
func (m *Model) join(a users.Actor, c seats.Join, at time.Time) Result {
	c.Profile = fitting(c.Profile)
	id := m.code(c.Code)
	if id == seats.Site {
		return refused(seats.ErrJoinCode)
	}
	code := m.Pools[id]
	most, limited := code.Total.Number()
	p, codes := m.atDoor(a, c.Profile, code.Join.Role)
	clean, _ := Clean(c.Profile)
	_, domain, _ := strings.Cut(strings.ToLower(clean.Email), "@")
	switch {
	case limited && m.uses(id) >= most && (codes != nil || p == nil || p.Status != active && (p.Status != invited || m.Policy.Activation != seats.Approval)):
		return refused(seats.ErrJoinCode)
	case codes != nil:
		return refused(codes...)
	case p != nil:
		return m.comesIn(a, p, c.Profile, at)
	case code.Join.Domains != "" && !slices.Contains(strings.Fields(code.Join.Domains), domain):
		return refused(seats.ErrJoinCode)
	}
	v := m.enter(a, seats.Invite{Profile: c.Profile, Role: code.Join.Role, Later: true}, at, true, id)
	if v.Codes == nil {
		e := v.Event
		e.Kind, e.Before, e.Pool = seats.EventCodeUsed, e.After, id
		v.more = append(v.more, e)
	}
	return v
}
