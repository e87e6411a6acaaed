package gen

import (
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

var notOwner = users.In(users.Member, users.Manager, users.Admin)

// EveryStatus selects the deleted, too.
var EveryStatus = users.In(users.Statuses()...)

// The values that scripts draw from are few, so that people collide and return.
// Those of a kind that is recognised by case-insensitive comparison come in
// several cases, among them letters that only Unicode calls the same.
var (
	ids         = []users.ID{"p1", "p2", "P1", "p1 "}
	firsts      = []string{"", "Annqz", "annQZ", "Bobqz", "Cleoqz"}
	lasts       = []string{"", "Appleqz", "APPLEQZ", "Apple qz", "Bakerqz", "Coleqz", "\u00c9coleqz"}
	emails      = []string{"", "ann@qz.example", "ANN@qz.example", " ann@qz.example ", "bob@qz.example", "cleo@qz.example", "dan@qz.example", "eva@qz.example", "fay@qz.example", "ſid@qz.example", "SID@qz.example", "\u00e9ve@qz.example", "e\u0301ve@qz.example"}
	usernames   = []string{"", "annqz", "AnnQZ", "bobqz", "nickqz", "nic\u212aqz", "ann\u200bqz"}
	externals   = []string{"", "qz1", "QZ1", "qz2", " qz2"}
	Locations   = []string{"", "Leedsqz", "Yorkqz"}
	Departments = []string{"", "Salesqz"}
	titles      = []string{"", "Chefqz"}
	Groups      = []string{"Redqz", "Blueqz"}
	Sources     = []users.Source{{}, {Kind: users.SourceImport, Name: "list"}, {Kind: users.SourceSync, Name: "hr"}, {Kind: users.SourceSync, Name: "ad"}}
	companies   = []string{"", "Acmeqz", "ACMEqz", " Acmeqz ", "\u00c9cole qz 🚀", strings.Repeat("\u00e9", users.MaxText-2) + "qz"}
	badZones    = []string{"Local", "Nowhere/Land", "Europe/\x00", long}
	reasons     = []string{"", "because"}
	long        = strings.Repeat("x", 600)
	bad         = []string{"a\x00b", "a\nb", "\xff", long}
	badEmails   = []string{"nobody", "Ann <ann@qz.example>", "@qz.example", "a\x00@qz.example", "\xff@qz.example", long + "@qz.example"}
)

// Or draws one of the usual values, and now and then one of the others.
func Or[T any](t *rapid.T, usual []T, others ...T) T {
	if len(others) > 0 && Below(t, 60) == 59 {
		return others[Below(t, len(others))]
	}
	return usual[Below(t, len(usual))]
}

// Chance is true in so many per cent of the draws.
func Chance(t *rapid.T, percent int) bool { return Below(t, 100) >= 100-percent }

// Below draws a number from 0 to n-1, all about equally often: rapid's own numbers
// are mostly small, so that the first owner would do nearly everything.
func Below(t *rapid.T, n int) int { return number.Draw(t, "number") % n }

var (
	bit    = rapid.Bool()
	number = rapid.Custom(func(t *rapid.T) int {
		n := 0
		for range 10 {
			n <<= 1
			if bit.Draw(t, "bit") {
				n++
			}
		}
		return n
	})
)

// Scripts draws an opening and 1 to 100 steps. They are drawn in a dozen parts,
// since a slice drawn at once has half a dozen elements on average.
var Scripts = rapid.Custom(func(t *rapid.T) Script {
	s := Script{drawOpening.Draw(t, "opening"), []Step{drawStep.Draw(t, "first")}}
	for range 12 {
		s.Steps = append(s.Steps, rapid.SliceOf(drawStep).Draw(t, "part")...)
	}
	s.Steps = s.Steps[:min(len(s.Steps), 100)]
	return s
})

var drawStep = rapid.Custom(func(t *rapid.T) Step {
	s := Step{How: Or(t, []Mode{Do, Do, Do, Do, Do, Do, DoEach, Do, Clock, RunDue}, EraseAccount)}
	n := 0
	switch s.How {
	case Do:
		n = max(1, Below(t, 9)-4)
	case DoEach:
		n = 1 + Below(t, 5)
	case Clock:
		s.By = Or(t, []time.Duration{time.Hour, time.Microsecond, 12 * time.Hour, Term, 2 * Term, 14 * Term, -time.Hour, -Term})
	}
	s.Actor = drawWho(t)
	if s.How == EraseAccount {
		if Chance(t, 80) {
			s.Actor = ActorTemplate{Actor: users.Support("ticket")}
		}
		s.Templates = append(s.Templates, CommandTemplate{action: users.ActionEraseAccount, reason: Or(t, reasons, bad...)})
	}
	for range n {
		s.Templates = append(s.Templates, drawWish(t, s.Actor.Kind))
	}
	if Chance(t, 30) {
		s.Filter = DrawFilter(t)
	}
	s.Last = bit.Draw(t, "last")
	if Chance(t, 15) {
		s.Fault, s.Strikes = Or(t, faults.All()), Below(t, 4)
	}
	return s
})

func drawWho(t *rapid.T) ActorTemplate {
	active := users.In(users.Active)
	switch Below(t, 25) {
	case 0, 1, 2, 3, 4:
		return ActorTemplate{users.As(""), Choose{status: active, role: users.In(users.Owner), n: Below(t, 4)}}
	case 5, 6, 7, 8:
		return ActorTemplate{users.As(""), Choose{status: active, role: users.In(users.Admin), n: Below(t, 4)}}
	case 9, 10:
		return ActorTemplate{users.As(""), Choose{status: active, role: users.In(users.Manager, users.Member), n: Below(t, 4)}}
	case 11, 12:
		return ActorTemplate{users.As(""), Choose{status: users.In(users.Invited), n: Below(t, 4)}}
	case 13:
		return ActorTemplate{users.As(""), Choose{status: EveryStatus, n: Below(t, 10)}}
	case 14, 15, 16, 17:
		return ActorTemplate{Actor: users.Support("ticket")}
	case 18, 19:
		return ActorTemplate{Actor: users.Sync("hr")}
	case 20:
		return ActorTemplate{Actor: users.Sync("ad")}
	case 21, 22, 23:
		return ActorTemplate{Actor: users.System()}
	}
	return Or(t, []ActorTemplate{
		{}, {Actor: users.Support("")}, {Actor: users.Support(bad[0])}, {Actor: users.Sync("")}, {Actor: users.Sync(long)},
		{users.As(""), Choose{none: true}}, {users.As(""), Choose{fixed: "ghost"}}, {users.As(""), Choose{fixed: users.ID(bad[2])}},
	})
}

// drawPick favours the people of whom something can come.
func drawPick(t *rapid.T, likely ...users.Status) Choose {
	n := Below(t, 10)
	switch k := Below(t, 20); {
	case k < 13 && len(likely) > 0:
		return Choose{status: users.In(likely...), role: notOwner, n: n}
	case k < 16:
		return Choose{status: users.Present, role: notOwner, n: n}
	case k < 18:
		return Choose{status: users.Present, n: n}
	case k < 19 || Chance(t, 50):
		return Choose{status: EveryStatus, n: n}
	}
	return Or(t, []Choose{{fixed: "ghost"}}, Choose{none: true}, Choose{fixed: users.ID(bad[0])}, Choose{fixed: users.ID(long)})
}

// likely are the actions that an actor of some kind mostly asks for.
var likely = map[users.ActorKind][]users.Action{
	users.ActorUser: {
		users.ActionInvite, users.ActionInvite, users.ActionInvite, users.ActionInvite, users.ActionNotify, users.ActionAccept, users.ActionAccept, users.ActionApprove, users.ActionDeactivate, users.ActionReactivate,
		users.ActionArchive, users.ActionRestore, users.ActionDelete, users.ActionHandOver, users.ActionEdit, users.ActionChangeRole, users.ActionGrantOwnership, users.ActionGrantOwnership, users.ActionEndOwnership,
		users.ActionBuySeats, users.ActionReturnSeats, users.ActionEditAccount, users.ActionClose,
	},
	users.ActorSync:    {users.ActionInvite, users.ActionInvite, users.ActionEdit, users.ActionDeactivate, users.ActionReactivate, users.ActionChangeRole},
	users.ActorSupport: append(users.Actions(), users.ActionInvite, users.ActionAdd, users.ActionImport, users.ActionAccept, users.ActionReactivate, users.ActionGrantOwnership, users.ActionSetTotal, users.ActionSetPolicy),
	users.ActorSystem:  append(users.Actions(), users.ActionInvite, users.ActionAdd, users.ActionImport, users.ActionAccept, users.ActionReactivate, users.ActionGrantOwnership, users.ActionSetTotal, users.ActionSetPolicy),
}

func drawWish(t *rapid.T, kind users.ActorKind) CommandTemplate {
	actions := likely[kind]
	if len(actions) == 0 || Chance(t, 10) {
		actions = users.Actions()
	}
	w := CommandTemplate{action: Or(t, actions), successor: Choose{none: true}, resort: Chance(t, 40)}
	switch w.action {
	case users.ActionInvite, users.ActionAdd:
		w.profile = drawProfile(t, kind)
		w.role = Or(t, []users.Role{users.Member, users.Manager, users.Admin, users.Admin}, users.Owner, 9)
		w.later = w.action == users.ActionInvite && Chance(t, 20)
	case users.ActionImport:
		w.adoptee = drawAdoptee(t)
	case users.ActionAccept, users.ActionApprove, users.ActionNotify:
		w.who = drawPick(t, users.Invited)
		w.who.self = w.action == users.ActionAccept && Chance(t, 80)
	case users.ActionDeactivate, users.ActionArchive, users.ActionDelete:
		w.who = drawPick(t, users.Invited, users.Active)
		w.reason = Or(t, reasons, bad...)
		if Chance(t, 15) {
			w.successor = drawPick(t, users.Active)
		}
	case users.ActionErase:
		w.who = drawPick(t, users.Inactive, users.Archived)
		w.reason = Or(t, reasons, bad...)
	case users.ActionHandOver:
		w.who, w.successor = drawPick(t, users.Inactive, users.Archived, users.Deleted), drawPick(t, users.Active)
		if Chance(t, 50) {
			w.successor.role = users.In(users.Roles()...)
		}
		w.reason = Or(t, reasons, bad...)
	case users.ActionReactivate:
		w.who = drawPick(t, users.Inactive)
	case users.ActionRestore:
		w.who = drawPick(t, users.Archived)
	case users.ActionEdit:
		w.who, w.set = drawPick(t), drawPatch(t, kind)
	case users.ActionChangeRole:
		w.who = drawPick(t)
		w.role = Or(t, users.Roles()[:3], users.Owner, 9)
	case users.ActionGrantOwnership, users.ActionEndOwnership:
		w.who = drawPick(t, users.Active)
		if w.action == users.ActionEndOwnership && Chance(t, 70) {
			w.who.role = users.In(users.Owner)
		}
	case users.ActionBuySeats, users.ActionReturnSeats:
		w.pool = Or(t, []seats.PoolID{seats.Site, seats.Site, seats.Site, "course"}, "nowhere", "\x00")
		w.seats = Or(t, []int64{1, 2, 3, 10, 12}, 0, -1, 1001, seats.MaxSeats, 1<<63-1, -1<<63)
	case users.ActionSetTotal:
		w.pool = Or(t, []seats.PoolID{seats.Site, seats.Site, "course"}, "\x00", seats.PoolID(long))
		w.total = drawTotal(t)
	case users.ActionSetPayer:
		w.who = Or(t, []Choose{{none: true}, {status: users.In(users.Active), role: users.In(users.Owner), n: Below(t, 4)}, drawPick(t, users.Active)})
	case users.ActionEditAccount:
		if name := Or(t, companies, bad...); Chance(t, 70) {
			w.name = &name
		}
		if zone := Or(t, reference.Zones, append(badZones, "")...); Chance(t, 50) {
			w.zone = &zone
		}
	case users.ActionClose, users.ActionReopen, users.ActionEraseAccount:
		w.reason = Or(t, reasons, bad...)
	case users.ActionSetPolicy:
		w.policy = drawPolicy.Draw(t, "policy")
		if Chance(t, 10) {
			w.policy = spoil(t, w.policy)
		}
	}
	return w
}

func drawTotal(t *rapid.T) seats.Count {
	usual := []seats.Count{seats.Of(4), seats.Of(3), seats.Of(2), seats.Of(5), seats.Of(1), seats.Of(6), seats.Of(0), seats.Unlimited()}
	return Or(t, usual, seats.Count{}, seats.Of(-1), seats.Of(seats.MaxSeats+1), seats.Of(seats.MaxSeats))
}
