package storetest

import (
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var notOwner = users.In(users.Member, users.Manager, users.Admin)

var everyStatus = users.In(users.Statuses()...)

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
	locations   = []string{"", "Leedsqz", "Yorkqz"}
	departments = []string{"", "Salesqz"}
	titles      = []string{"", "Chefqz"}
	groups      = []string{"Redqz", "Blueqz"}
	sources     = []users.Source{{}, {Kind: users.SourceImport, Name: "list"}, {Kind: users.SourceSync, Name: "hr"}, {Kind: users.SourceSync, Name: "ad"}}
	companies   = []string{"", "Acmeqz", "ACMEqz", " Acmeqz ", "\u00c9cole qz 🚀", strings.Repeat("\u00e9", users.MaxText-2) + "qz"}
	zones       = []string{"UTC", "Africa/Cairo", "Europe/Berlin"}
	badZones    = []string{"Local", "Nowhere/Land", "Europe/\x00", long}
	reasons     = []string{"", "because"}
	long        = strings.Repeat("x", 600)
	bad         = []string{"a\x00b", "a\nb", "\xff", long}
	badEmails   = []string{"nobody", "Ann <ann@qz.example>", "@qz.example", "a\x00@qz.example", "\xff@qz.example", long + "@qz.example"}
)

// or draws one of the usual values, and now and then one of the others.
func or[T any](t *rapid.T, usual []T, others ...T) T {
	if len(others) > 0 && below(t, 60) == 59 {
		return others[below(t, len(others))]
	}
	return usual[below(t, len(usual))]
}

func chance(t *rapid.T, percent int) bool { return below(t, 100) >= 100-percent }

// below draws a number from 0 to n-1, all about equally often: rapid's own numbers
// are mostly small, so that the first owner would do nearly everything.
func below(t *rapid.T, n int) int { return number.Draw(t, "number") % n }

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

// drawScript draws an opening and 1 to 100 steps. They are drawn in a dozen parts,
// since a slice drawn at once has half a dozen elements on average.
var drawScript = rapid.Custom(func(t *rapid.T) script {
	s := script{drawOpening.Draw(t, "opening"), []step{drawStep.Draw(t, "first")}}
	for range 12 {
		s.steps = append(s.steps, rapid.SliceOf(drawStep).Draw(t, "part")...)
	}
	s.steps = s.steps[:min(len(s.steps), 100)]
	return s
})

var drawStep = rapid.Custom(func(t *rapid.T) step {
	s := step{how: or(t, []mode{do, do, do, do, do, do, each, do, clock, runDue}, erasing)}
	n := 0
	switch s.how {
	case do:
		n = max(1, below(t, 9)-4)
	case each:
		n = 1 + below(t, 5)
	case clock:
		s.by = or(t, []time.Duration{time.Hour, time.Microsecond, 12 * time.Hour, term, 2 * term, 14 * term, -time.Hour, -term})
	}
	s.actor = drawWho(t)
	if s.how == erasing {
		if chance(t, 80) {
			s.actor = who{Actor: users.Support("ticket")}
		}
		s.wishes = append(s.wishes, opTemplate{action: users.ActionEraseAccount, reason: or(t, reasons, bad...)})
	}
	for range n {
		s.wishes = append(s.wishes, drawWish(t, s.actor.Kind))
	}
	if chance(t, 30) {
		s.filter = drawFilter(t)
	}
	s.last = bit.Draw(t, "last")
	if chance(t, 15) {
		s.fault, s.strikes = or(t, Faults()), below(t, 4)
	}
	return s
})

func drawWho(t *rapid.T) who {
	active := users.In(users.Active)
	switch below(t, 25) {
	case 0, 1, 2, 3, 4:
		return who{users.As(""), choose{status: active, role: users.In(users.Owner), n: below(t, 4)}}
	case 5, 6, 7, 8:
		return who{users.As(""), choose{status: active, role: users.In(users.Admin), n: below(t, 4)}}
	case 9, 10:
		return who{users.As(""), choose{status: active, role: users.In(users.Manager, users.Member), n: below(t, 4)}}
	case 11, 12:
		return who{users.As(""), choose{status: users.In(users.Invited), n: below(t, 4)}}
	case 13:
		return who{users.As(""), choose{status: everyStatus, n: below(t, 10)}}
	case 14, 15, 16, 17:
		return who{Actor: users.Support("ticket")}
	case 18, 19:
		return who{Actor: users.Sync("hr")}
	case 20:
		return who{Actor: users.Sync("ad")}
	case 21, 22, 23:
		return who{Actor: users.System()}
	}
	return or(t, []who{
		{}, {Actor: users.Support("")}, {Actor: users.Support(bad[0])}, {Actor: users.Sync("")}, {Actor: users.Sync(long)},
		{users.As(""), choose{none: true}}, {users.As(""), choose{fixed: "ghost"}}, {users.As(""), choose{fixed: users.ID(bad[2])}},
	})
}

// drawPick favours the people of whom something can come.
func drawPick(t *rapid.T, likely ...users.Status) choose {
	n := below(t, 10)
	switch k := below(t, 20); {
	case k < 13 && len(likely) > 0:
		return choose{status: users.In(likely...), role: notOwner, n: n}
	case k < 16:
		return choose{status: users.Present, role: notOwner, n: n}
	case k < 18:
		return choose{status: users.Present, n: n}
	case k < 19 || chance(t, 50):
		return choose{status: everyStatus, n: n}
	}
	return or(t, []choose{{fixed: "ghost"}}, choose{none: true}, choose{fixed: users.ID(bad[0])}, choose{fixed: users.ID(long)})
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

func drawWish(t *rapid.T, kind users.ActorKind) opTemplate {
	actions := likely[kind]
	if len(actions) == 0 || chance(t, 10) {
		actions = users.Actions()
	}
	w := opTemplate{action: or(t, actions), successor: choose{none: true}, resort: chance(t, 40)}
	switch w.action {
	case users.ActionInvite, users.ActionAdd:
		w.profile = drawProfile(t, kind)
		w.role = or(t, []users.Role{users.Member, users.Manager, users.Admin, users.Admin}, users.Owner, 9)
		w.later = w.action == users.ActionInvite && chance(t, 20)
	case users.ActionImport:
		w.adoptee = drawAdoptee(t)
	case users.ActionAccept, users.ActionApprove, users.ActionNotify:
		w.who = drawPick(t, users.Invited)
		w.who.self = w.action == users.ActionAccept && chance(t, 80)
	case users.ActionDeactivate, users.ActionArchive, users.ActionDelete:
		w.who = drawPick(t, users.Invited, users.Active)
		w.reason = or(t, reasons, bad...)
		if chance(t, 15) {
			w.successor = drawPick(t, users.Active)
		}
	case users.ActionErase:
		w.who = drawPick(t, users.Inactive, users.Archived)
		w.reason = or(t, reasons, bad...)
	case users.ActionHandOver:
		w.who, w.successor = drawPick(t, users.Inactive, users.Archived, users.Deleted), drawPick(t, users.Active)
		if chance(t, 50) {
			w.successor.role = users.In(users.Roles()...)
		}
		w.reason = or(t, reasons, bad...)
	case users.ActionReactivate:
		w.who = drawPick(t, users.Inactive)
	case users.ActionRestore:
		w.who = drawPick(t, users.Archived)
	case users.ActionEdit:
		w.who, w.set = drawPick(t), drawPatch(t, kind)
	case users.ActionChangeRole:
		w.who = drawPick(t)
		w.role = or(t, users.Roles()[:3], users.Owner, 9)
	case users.ActionGrantOwnership, users.ActionEndOwnership:
		w.who = drawPick(t, users.Active)
		if w.action == users.ActionEndOwnership && chance(t, 70) {
			w.who.role = users.In(users.Owner)
		}
	case users.ActionBuySeats, users.ActionReturnSeats:
		w.pool = or(t, []seats.PoolID{seats.Site, seats.Site, seats.Site, "course"}, "nowhere", "\x00")
		w.seats = or(t, []int64{1, 2, 3, 10, 12}, 0, -1, 1001, seats.MaxSeats, 1<<63-1, -1<<63)
	case users.ActionSetTotal:
		w.pool = or(t, []seats.PoolID{seats.Site, seats.Site, "course"}, "\x00", seats.PoolID(long))
		w.total = drawTotal(t)
	case users.ActionSetPayer:
		w.who = or(t, []choose{{none: true}, {status: users.In(users.Active), role: users.In(users.Owner), n: below(t, 4)}, drawPick(t, users.Active)})
	case users.ActionEditAccount:
		if name := or(t, companies, bad...); chance(t, 70) {
			w.name = &name
		}
		if zone := or(t, zones, append(badZones, "")...); chance(t, 50) {
			w.zone = &zone
		}
	case users.ActionClose, users.ActionReopen, users.ActionEraseAccount:
		w.reason = or(t, reasons, bad...)
	case users.ActionSetPolicy:
		w.policy = drawPolicy.Draw(t, "policy")
		if chance(t, 10) {
			w.policy = spoil(t, w.policy)
		}
	}
	return w
}

func drawTotal(t *rapid.T) seats.Count {
	usual := []seats.Count{seats.Of(4), seats.Of(3), seats.Of(2), seats.Of(5), seats.Of(1), seats.Of(6), seats.Of(0), seats.Unlimited()}
	return or(t, usual, seats.Count{}, seats.Of(-1), seats.Of(seats.MaxSeats+1), seats.Of(seats.MaxSeats))
}
