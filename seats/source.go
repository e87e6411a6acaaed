package seats

import (
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Source is the state of a sync in an account: an HR system, a directory, a nightly file. It makes
// itself with its first user, with the usual [Guard]; [EditSource] changes it. Its lists are read only.
type Source struct {
	Name   string `json:"name"`            // that of [users.Sync]
	Rank   int    `json:"rank,omitzero"`   // a person in two sources belongs to the lower one; 0: after all ranked ones
	Adopts bool   `json:"adopts,omitzero"` // takes over users by hand and by import, see [Account.TakesOver]
	Guard  Guard  `json:"guard,omitzero"`
	// Patience is for users who are missing in a roster, see [Comparison].
	Patience Patience `json:"patience,omitzero"`
	People   int64    `json:"people,omitzero"` // its users who are invited or active
	// LeavingAdmins are its active admins who have the day of a leave.
	LeavingAdmins int64 `json:"leaving_admins,omitzero"`
	// Lost has what the source took away in the last 30 days, see [Guard], in order of time.
	Lost []LossesOfHour `json:"lost,omitzero"`
	Hold Hold           `json:"hold,omitzero"` // zero: the source runs
	// Allowed is left of the Losses of a [ReleaseSource], until AllowedUntil.
	Allowed      Losses    `json:"allowed,omitzero"`
	AllowedUntil time.Time `json:"allowed_until,omitzero"`
}

// A Hold says why a source is held: every change by it is refused with [ErrSourceHeld], until
// [ReleaseSource] or [RejectRun].
type Hold struct {
	Since  time.Time  `json:"since,omitzero"` // zero: it runs
	Cause  string     `json:"cause,omitzero"` // the Code of a [users.Reason], such as that of [ErrLeaversOfDay]
	Losses Losses     `json:"losses,omitzero"`
	Sample []users.ID `json:"sample,omitzero"` // some of the users concerned, at most [MaxSample]
	Plan   string     `json:"plan,omitzero"`   // the digest of the plan of a run; empty: a single command
}

// IsHeld reports whether the source is held.
func (s Source) IsHeld() bool { return !s.Hold.Since.IsZero() }

// The bounds of sources.
const (
	MaxSources  = 16             // of an account
	MaxSample   = 10             // users of a [Hold]
	ReleaseTerm = 48 * time.Hour // in which released losses can happen
)

// Sources are the sources of an account. The value is immutable, so that copies share it.
type Sources struct{ list *[]Source }

// all returns the sources in order of their names.
func (s Sources) all() []Source {
	if s.list == nil {
		return nil
	}
	return *s.list
}

// All lists the sources in order of their names.
func (s Sources) All() iter.Seq[Source] { return slices.Values(s.all()) }

// SourcesOf returns the sources of a list, each name once.
func SourcesOf(list ...Source) Sources {
	if len(list) == 0 {
		return Sources{}
	}
	list = inOrder(slices.Clone(list), by(sourceName))
	return Sources{&list}
}

// Of returns the source of that name. It is not ok for an unknown one, which has the name alone.
func (s Sources) Of(name string) (_ Source, ok bool) {
	i, ok := slices.BinarySearchFunc(s.all(), Source{Name: name}, by(sourceName))
	if !ok {
		return Source{Name: name}, false
	}
	return s.all()[i], true
}

// with returns the sources with a new or changed one.
func (s Sources) with(changed Source) Sources {
	list := merged(s.all(), []Source{changed}, by(sourceName), same)
	return Sources{&list}
}

// full reports whether no further source has room.
func (s Sources) full() bool { return len(s.all()) >= MaxSources }

func sourceName(s Source) string { return s.Name }

// MarshalJSON returns the sources as a list.
func (s Sources) MarshalJSON() ([]byte, error) { return json.Marshal(s.all()) }

// UnmarshalJSON reads a list of sources.
func (s *Sources) UnmarshalJSON(text []byte) error {
	var list []Source
	if err := users.ReadJSON(text, &list); err != nil {
		return err
	}
	*s = SourcesOf(list...)
	return nil
}

// sourceOf returns the source of a command by its name. An unknown one counts the users of syncs that no
// source has counted: those from before accounts had sources.
func (a Account) sourceOf(name string) Source {
	s, ok := a.Sources.Of(name)
	if ok {
		return s
	}
	for _, segment := range users.Segments() {
		if segment.Synced && holding.Has(segment.Status) {
			s.People += a.Tally.Of(segment)
		}
	}
	for _, other := range a.Sources.all() {
		s.People -= other.People
	}
	return s
}

// TakesOver reports whether a sync takes over users of another source that its [Invite] or [Add] matches: those by
// hand and by import where it Adopts, and those of a sync before which it ranks. Their status, seat and fields
// stay, and they are users of its own from then on. Owners stay where they are, and so do archived users,
// those put out by hand and those who wait for a start.
//
// External IDs of two sources are numbers of two systems: a user with another one is taken over under the same known name, see
// [users.PlainName], and the same address or username, and the external ID becomes the new one. Under another name it is
// [ErrDuplicate], and [ErrOtherNumber] to a [Comparison].
func (a Account) TakesOver(source string, of users.Source) bool {
	s, _ := a.Sources.Of(source)
	if of.Kind != users.SourceSync {
		return s.Adopts
	}
	other, _ := a.Sources.Of(of.Name)
	return s.Rank != 0 && (other.Rank == 0 || s.Rank < other.Rank)
}

// takes reports whether a sync takes over a user that a profile matches.
func (a Account) takes(source string, u users.User) bool {
	out := u.Status == users.Inactive && (u.LeftBy == users.LeftByHand || u.Start.Date != "")
	return a.TakesOver(source, u.Source) && u.Role != users.Owner && u.Here() && u.Status != users.Archived && !out
}

// takes reports whether the actor takes over a user that a profile matches.
func (v *evaluation) takes(u users.User) bool {
	return v.request.Actor.Kind == users.ActorSync && v.account.takes(v.request.Actor.Name, u)
}

// taken returns the effect by which the actor takes over a user that a profile matches, with the external ID of it where the user's is
// another one.
func (v *evaluation) taken(u users.User, by users.Profile) effect {
	fields := []string{sourceField}
	by, _ = by.Clean() // it was matched
	if !samePerson(by, u.Profile) && !slices.Contains(u.Kept, textFields[firstKey]) {
		u.ExternalID, fields = by.ExternalID, []string{textFields[firstKey], sourceField}
	}
	u.Source = users.Source{Kind: users.SourceSync, Name: v.request.Actor.Name}
	return effect{kind: EventEdited, user: u, fields: fields}
}

// sourceField is the field of an event by which a sync takes over a user.
const sourceField = "source"

// countUser counts the user of an effect in their source, before the tally does, and what the actor takes
// away in theirs.
func (v *evaluation) countUser(account *Account, was, next *users.User, kind EventKind) {
	if was.Source != next.Source || holding.Has(was.Status) != holding.Has(next.Status) || isLeavingAdmin(was) != isLeavingAdmin(next) {
		account.countPeople(was, -1)
		account.countPeople(next, 1)
	}
	if l := v.losses(was, next, kind); l != (Losses{}) {
		v.lost = v.lost.add(l)
		account.Sources = account.Sources.with(account.sourceOf(v.request.Actor.Name).loses(l, v.at))
	}
}

func isLeavingAdmin(u *users.User) bool { return isActiveAdmin(u) && !stays(u) }

// countPeople counts a user n times more, if they are an invited or active one of a sync.
func (a *Account) countPeople(u *users.User, n int64) {
	_, known := a.Sources.Of(u.Source.Name)
	if u.Source.Kind != users.SourceSync || !holding.Has(u.Status) || !known && a.Sources.full() {
		return
	}
	s := a.sourceOf(u.Source.Name)
	if s.People += n; isLeavingAdmin(u) {
		s.LeavingAdmins = max(0, s.LeavingAdmins+n) // those from before there were sources are not counted
	}
	a.Sources = a.Sources.with(s)
}
