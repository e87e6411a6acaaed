package sqlstore

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The columns of the tables {accounts}, {pools}, {users}, {licences} and {events}. Numbers come
// first: PostgreSQL aligns them.
var (
	accountID = text("id", func(a *accountRow) *users.AccountID { return &a.ID })
	// The settings are written with [seats.Change.Settings].
	settingsColumns = []column[accountRow]{
		instant("opened", func(a *accountRow) *time.Time { return &a.Opened }),
		instant("closed", func(a *accountRow) *time.Time { return &a.Closed }),
		instant("erased", func(a *accountRow) *time.Time { return &a.Erased }),
		text("name", func(a *accountRow) *string { return &a.Name }),
		text("time_zone", func(a *accountRow) *string { return &a.Zone }),
		text("payer", func(a *accountRow) *users.ID { return &a.Payer }),
		text("salt", func(a *accountRow) *string { return &a.Salt }),
		remembered(sparse("policy", seats.Policy{}, policyOf), policyOf),
		orNone("sources", func(a *accountRow) *seats.Sources { return &a.Sources }),
		sparse("offer", seats.OwnershipOffer{}, func(a *accountRow) *seats.OwnershipOffer { return &a.Offer }),
	}
	// The head is written with every change.
	headColumns = []column[accountRow]{
		number("revision", func(a *accountRow) *uint64 { return &a.Revision }),
		number("sequence", func(a *accountRow) *uint64 { return &a.Sequence }),
		instant("changed", func(a *accountRow) *time.Time { return &a.Changed }),
		instant("next_due", func(a *accountRow) *time.Time { return &a.NextDue }),
		tally("tally", func(a *accountRow) *users.Tally { return &a.Tally }),
	}
	// The site pool is written with a change of it.
	siteColumns = []column[accountRow]{
		total("total", func(a *accountRow) *seats.Count { return &a.site.Total }),
		number("held", func(a *accountRow) *int64 { return &a.site.Held }),
		number("spent", func(a *accountRow) *int64 { return &a.site.Spent }),
		flag("over_limit", func(a *accountRow) *bool { return &a.site.OverLimit }),
		instant("pool_due", func(a *accountRow) *time.Time { return &a.site.Due }),
		packed("pool_facts", append([]column[accountRow]{text("name", func(a *accountRow) *string { return &a.site.Name })},
			within(poolFacts, func(a *accountRow) *seats.Pool { return &a.site })...)...),
	}
	accountColumns = slices.Concat([]column[accountRow]{accountID}, settingsColumns, headColumns, siteColumns)

	poolFacts = []column[seats.Pool]{
		orNone("version", func(p *seats.Pool) *seats.VersionedTotal { return &p.Version }),
		number("alerts", func(p *seats.Pool) *seats.AlertSet { return &p.Alerts }),
		orNone("booked", func(p *seats.Pool) *seats.Booking { return &p.Booked }),
		orNone("ends", func(p *seats.Pool) *seats.PoolEnd { return &p.Ends }),
		orNone("term", func(p *seats.Pool) *seats.LicenceTerm { return &p.Term }),
		orNone("join", func(p *seats.Pool) *seats.JoinCode { return &p.Join }),
		number("reserved", func(p *seats.Pool) *int64 { return &p.Reserved }),
		orNone("waiting", func(p *seats.Pool) *seats.WaitingList { return &p.Waiting }),
		orNone("serves", func(p *seats.Pool) *time.Time { return &p.Serves }),
	}
	poolColumns = []column[poolRow]{
		ofAccount(func(p *poolRow) *users.AccountID { return &p.account }),
		text("id", func(p *poolRow) *seats.PoolID { return &p.ID }),
		total("total", func(p *poolRow) *seats.Count { return &p.Total }),
		number("held", func(p *poolRow) *int64 { return &p.Held }),
		number("spent", func(p *poolRow) *int64 { return &p.Spent }),
		flag("over_limit", func(p *poolRow) *bool { return &p.OverLimit }),
		instant("due", func(p *poolRow) *time.Time { return &p.Due }),
		text("name", func(p *poolRow) *string { return &p.Name }),
		packed("facts", within(poolFacts, func(p *poolRow) *seats.Pool { return &p.Pool })...),
		derived("code_key", func(p *poolRow) string { return p.Join.Key() }),
	}

	userColumns = []column[userRow]{
		ofAccount(func(u *userRow) *users.AccountID { return &u.account }),
		text("id", func(u *userRow) *users.ID { return &u.ID }),
		instant("created", func(u *userRow) *time.Time { return &u.Created }),
		statusSince,
		instant("first_sign_in", func(u *userRow) *time.Time { return &u.FirstSignIn }),
		instant("approved", func(u *userRow) *time.Time { return &u.Approved }),
		instant("last_notified", func(u *userRow) *time.Time { return &u.LastNotified }),
		number("notification_count", func(u *userRow) *int64 { return &u.NotificationCount }),
		instant("expires", func(u *userRow) *time.Time { return &u.Expires }),
		instant("due", func(u *userRow) *time.Time { return &u.Due }),
		{name: "due_rank", number: true, get: func(u *userRow) (any, error) { return int64(u.DueRank()), nil }},
		{name: "administers", number: true, get: func(u *userRow) (any, error) { return oneOrNull(u.Administers()), nil }},
		{name: "dated", number: true, get: func(u *userRow) (any, error) { return oneOrNull(u.Dated()), nil }},
		{name: "held_back", number: true, get: func(u *userRow) (any, error) { return oneOrNull(u.Schedule.Held), nil }},
		named("status", func(u *userRow) *users.Status { return &u.Status }),
		named("role", func(u *userRow) *users.Role { return &u.Role }),
		text("first_name", func(u *userRow) *string { return &u.FirstName }),
		text("last_name", func(u *userRow) *string { return &u.LastName }),
		text("username", func(u *userRow) *string { return &u.Username }),
		text("email", func(u *userRow) *string { return &u.Email }),
		text("external_id", func(u *userRow) *string { return &u.ExternalID }),
		text("location", func(u *userRow) *string { return &u.Location }),
		text("department", func(u *userRow) *string { return &u.Department }),
		text("title", func(u *userRow) *string { return &u.Title }),
		lines("group_names", func(u *userRow) *[]string { return &u.Groups }),
		named("source_kind", func(u *userRow) *users.SourceKind { return &u.Source.Kind }),
		text("source_name", func(u *userRow) *string { return &u.Source.Name }),
		packed("facts", userFacts...),
		derived("email_key", func(u *userRow) string { return u.address(false) }),
		derived("username_key", func(u *userRow) string { return users.ByUsername(u.Username).Value }),
		derived("external_id_key", func(u *userRow) string { return users.ByExternalID(u.ExternalID).Value }),
		{
			name: "shared_email_key",
			get:  func(u *userRow) (any, error) { return orNull(u.address(true)), nil },
			set:  func(u *userRow, c cell) error { u.SharesEmail = c.text.Valid; return nil },
		},
		{name: "sort_name", get: func(u *userRow) (any, error) { return u.SortName(), nil }},
	}
	// statusSince is NULL until the status changes, and then Created.
	statusSince = column[userRow]{
		name: "status_since", number: true,
		get: func(u *userRow) (any, error) {
			if u.StatusSince.Equal(u.Created) {
				return nil, nil
			}
			return u.StatusSince.UnixMicro(), nil
		},
		set: func(u *userRow, c cell) error {
			u.StatusSince = u.Created
			if c.number.Valid {
				u.StatusSince = fromMicros(c.number)
			}
			return nil
		},
	}
	userFacts = []column[userRow]{
		optionalName("left_as", func(u *userRow) *users.Status { return &u.LeftAs }),
		optionalName("archived_as", func(u *userRow) *users.Status { return &u.ArchivedAs }),
		optionalName("left_by", func(u *userRow) *users.Leaving { return &u.LeftBy }),
		flag("lapses", func(u *userRow) *bool { return &u.Lapses }),
		document("wait", func(u *userRow) **users.Wait { return &u.Wait }),
		unlessEmpty("course_places", func(u *userRow) *[]users.CoursePlace { return &u.CoursePlaces }),
		orNone("start", func(u *userRow) *users.Start { return &u.Start }),
		orNone("schedule", func(u *userRow) *users.Schedule { return &u.Schedule }),
		text("salt", func(u *userRow) *string { return &u.Salt }),
		flag("unsent", func(u *userRow) *bool { return &u.Unsent }),
		listed("kept", func(u *userRow) *[]string { return &u.Kept }),
		document("baseline", func(u *userRow) **users.Baseline { return &u.Baseline }),
	}
	licenceColumns = []column[licenceRow]{
		ofAccount(func(l *licenceRow) *users.AccountID { return &l.account }),
		text("user_id", func(l *licenceRow) *users.ID { return &l.User }),
		text("pool", func(l *licenceRow) *string { return &l.Pool }),
		number("number", func(l *licenceRow) *int64 { return &l.Number }),
		{name: "state", get: func(l *licenceRow) (any, error) { return l.State().String(), nil }},
		instant("assigned", func(l *licenceRow) *time.Time { return &l.Assigned }),
		instant("started", func(l *licenceRow) *time.Time { return &l.Started }),
		instant("archived", func(l *licenceRow) *time.Time { return &l.Archived }),
		instant("returned", func(l *licenceRow) *time.Time { return &l.Returned }),
		text("due_date", func(l *licenceRow) *users.Date { return &l.DueDate }),
		instant("ends", func(l *licenceRow) *time.Time { return &l.Ends }),
		instant("due", func(l *licenceRow) *time.Time { return &l.Due }),
	}

	eventColumns = []column[seats.Event]{
		ofAccount(func(e *seats.Event) *users.AccountID { return &e.Account }),
		number("sequence", func(e *seats.Event) *uint64 { return &e.Sequence }),
		instant("happened", func(e *seats.Event) *time.Time { return &e.Time }),
		placeIf("place", true),
		text("kind", func(e *seats.Event) *seats.EventKind { return &e.Kind }),
		text("change_id", func(e *seats.Event) *seats.ChangeID { return &e.Change }),
		optional("user_id", func(e *seats.Event) *users.ID { return &e.User }),
		optional("request_key", func(e *seats.Event) *string { return &e.Key }),
		packed("facts", eventFacts...),
	}
	eventFacts = []column[seats.Event]{
		usually(users.ActorUser.String(), optionalName("by", func(e *seats.Event) *users.ActorKind { return &e.Actor.Kind })),
		text("u", func(e *seats.Event) *users.ID { return &e.Actor.User }),
		text("name", func(e *seats.Event) *string { return &e.Actor.Name }),
		usually(string(seats.ByCall), text("ch", func(e *seats.Event) *seats.Channel { return &e.Channel })),
		placeIf("i", false),
		text("digest", func(e *seats.Event) *string { return &e.Digest }),
		text("corr", func(e *seats.Event) *string { return &e.Correlation }),
		text("reason", func(e *seats.Event) *string { return &e.Reason }),
		segment("was", func(e *seats.Event) *users.Segment { return &e.Before }),
		usuallyAs(segmentAfter, segment("is", func(e *seats.Event) *users.Segment { return &e.After })),
		text("successor", func(e *seats.Event) *users.ID { return &e.Successor }),
		listed("to", func(e *seats.Event) *[]users.ID { return &e.Receivers }),
		text("src", func(e *seats.Event) *string { return &e.Source }),
		listed("fields", func(e *seats.Event) *[]string { return &e.Fields }),
		number("n", func(e *seats.Event) *int64 { return &e.Count }),
		text("date", func(e *seats.Event) *users.Date { return &e.Date }),
		optionalName("as", func(e *seats.Event) *users.LeaveDay { return &e.DateAs }),
		sparse("policy", seats.Policy{}, func(e *seats.Event) **seats.Policy { return &e.Policy }),
		text("pool", func(e *seats.Event) *seats.PoolID { return &e.Pool }),
		number("d", func(e *seats.Event) *int64 { return &e.Delta }),
		count("t", func(e *seats.Event) *seats.Count { return &e.Total }),
		number("h", func(e *seats.Event) *int64 { return &e.Held }),
		number("s", func(e *seats.Event) *int64 { return &e.Spent }),
		number("r", func(e *seats.Event) *int64 { return &e.Reserved }),
		tally("c", func(e *seats.Event) *users.Tally { return &e.Tally }),
	}
)

// segmentAfter is that of most invitations; others are written.
func segmentAfter(e *seats.Event) string {
	if e.Kind == seats.EventInvited {
		return "im"
	}
	return ""
}

// placeIf is the index of a command in its call, in events with a request key or in those
// without.
func placeIf(name string, keyed bool) column[seats.Event] {
	return column[seats.Event]{
		name: name, number: true,
		get: func(e *seats.Event) (any, error) {
			if keyed != (e.Key != "") {
				return nil, nil
			}
			return int64(e.Index), nil
		},
		set: func(e *seats.Event, c cell) error {
			if c.number.Valid {
				e.Index = int(c.number.Int64)
			}
			return nil
		},
	}
}

// An accountRow is an account with its site pool.
type accountRow struct {
	seats.Account
	site seats.Pool
}

func policyOf(a *accountRow) *seats.Policy { return &a.Policy }

type poolRow struct {
	account users.AccountID
	seats.Pool
}

type licenceRow struct {
	account users.AccountID
	users.Licence
}

type userRow struct {
	account users.AccountID
	users.User
	// rewritten has a bit for each kind of key whose column an update of a user
	// writes, see [updatedRows].
	rewritten int64
	newKeys   bool // one of these keys is new
}

// address returns the key of the address, if the user shares it or not.
func (u *userRow) address(shared bool) string {
	if u.SharesEmail != shared {
		return ""
	}
	return users.ByEmail(u.Email).Value
}

func (u *userRow) rewrites(kind users.KeyKind) bool { return u.rewritten&keyBit(kind) != 0 }

func keyBit(kind users.KeyKind) int64 { return 1 << kind }
