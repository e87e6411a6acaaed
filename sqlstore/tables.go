package sqlstore

import (
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The columns of the tables {accounts}, {pools}, {users}, {licences} and {events}.
var (
	accountColumns = []column[seats.Account]{
		text("id", func(a *seats.Account) *users.AccountID { return &a.ID }),
		text("name", func(a *seats.Account) *string { return &a.Name }),
		number("revision", func(a *seats.Account) *uint64 { return &a.Revision }),
		number("sequence", func(a *seats.Account) *uint64 { return &a.Sequence }),
		document("policy", func(a *seats.Account) *seats.Policy { return &a.Policy }),
		text("time_zone", func(a *seats.Account) *string { return &a.Zone }),
		document("tally", func(a *seats.Account) *users.Tally { return &a.Tally }),
		instant("opened", func(a *seats.Account) *time.Time { return &a.Opened }),
		instant("changed", func(a *seats.Account) *time.Time { return &a.Changed }),
		text("payer", func(a *seats.Account) *users.ID { return &a.Payer }),
		instant("closed", func(a *seats.Account) *time.Time { return &a.Closed }),
		instant("erased", func(a *seats.Account) *time.Time { return &a.Erased }),
		text("salt", func(a *seats.Account) *string { return &a.Salt }),
		instant("next_due", func(a *seats.Account) *time.Time { return &a.NextDue }),
	}
	poolColumns = append([]column[poolRow]{
		text("account", func(p *poolRow) *users.AccountID { return &p.account }),
		text("id", func(p *poolRow) *seats.PoolID { return &p.ID }),
		number("held", func(p *poolRow) *int64 { return &p.Held }),
		number("spent", func(p *poolRow) *int64 { return &p.Spent }),
		flag("over_limit", func(p *poolRow) *bool { return &p.OverLimit }),
		text("name", func(p *poolRow) *string { return &p.Name }),
		orNone("version", func(p *poolRow) *seats.VersionedTotal { return &p.Version }),
		orNone("booked", func(p *poolRow) *seats.Booking { return &p.Booked }),
		orNone("ends", func(p *poolRow) *seats.PoolEnd { return &p.Ends }),
		orNone("term", func(p *poolRow) *seats.LicenceTerm { return &p.Term }),
		instant("due", func(p *poolRow) *time.Time { return &p.Due }),
	}, count(func(p *poolRow) *seats.Count { return &p.Total })...)

	userColumns = []column[userRow]{
		text("account", func(u *userRow) *users.AccountID { return &u.account }),
		text("id", func(u *userRow) *users.ID { return &u.ID }),
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
		named("left_as", func(u *userRow) *users.Status { return &u.LeftAs }),
		named("archived_as", func(u *userRow) *users.Status { return &u.ArchivedAs }),
		instant("created", func(u *userRow) *time.Time { return &u.Created }),
		instant("status_since", func(u *userRow) *time.Time { return &u.StatusSince }),
		instant("first_sign_in", func(u *userRow) *time.Time { return &u.FirstSignIn }),
		instant("approved", func(u *userRow) *time.Time { return &u.Approved }),
		instant("last_notified", func(u *userRow) *time.Time { return &u.LastNotified }),
		number("notification_count", func(u *userRow) *int64 { return &u.NotificationCount }),
		instant("expires", func(u *userRow) *time.Time { return &u.Expires }),
		flag("lapses", func(u *userRow) *bool { return &u.Lapses }),
		orNone("start", func(u *userRow) *users.Start { return &u.Start }),
		orNone("schedule", func(u *userRow) *users.Schedule { return &u.Schedule }),
		instant("due", func(u *userRow) *time.Time { return &u.Due }),
		text("salt", func(u *userRow) *string { return &u.Salt }),
		derived("email_key", func(u *userRow) string { return users.ByEmail(u.Email).Value }),
		derived("username_key", func(u *userRow) string { return users.ByUsername(u.Username).Value }),
		derived("external_id_key", func(u *userRow) string { return users.ByExternalID(u.ExternalID).Value }),
		{name: "administers", number: true, get: func(u *userRow) (any, error) { return oneOrNull(u.Administers()), nil }},
		{name: "dated", number: true, get: func(u *userRow) (any, error) { return oneOrNull(u.Dated()), nil }},
		{name: "held_back", number: true, get: func(u *userRow) (any, error) { return oneOrNull(u.Schedule.Held), nil }},
		{name: "due_rank", number: true, get: func(u *userRow) (any, error) { return int64(u.DueRank()), nil }},
		{name: "sort_name", get: func(u *userRow) (any, error) { return u.SortName(), nil }},
	}
	licenceColumns = []column[licenceRow]{
		text("account", func(l *licenceRow) *users.AccountID { return &l.account }),
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

	eventColumns = append([]column[seats.Event]{
		text("account", func(e *seats.Event) *users.AccountID { return &e.Account }),
		number("sequence", func(e *seats.Event) *uint64 { return &e.Sequence }),
		instant("happened", func(e *seats.Event) *time.Time { return &e.Time }),
		text("kind", func(e *seats.Event) *seats.EventKind { return &e.Kind }),
		text("change_id", func(e *seats.Event) *seats.ChangeID { return &e.Change }),
		named("actor_kind", func(e *seats.Event) *users.ActorKind { return &e.Actor.Kind }),
		text("actor_user", func(e *seats.Event) *users.ID { return &e.Actor.User }),
		text("actor_name", func(e *seats.Event) *string { return &e.Actor.Name }),
		text("channel", func(e *seats.Event) *seats.Channel { return &e.Channel }),
		optional("request_key", func(e *seats.Event) *string { return &e.Key }),
		number("place", func(e *seats.Event) *int { return &e.Index }),
		text("digest", func(e *seats.Event) *string { return &e.Digest }),
		text("correlation", func(e *seats.Event) *string { return &e.Correlation }),
		text("reason", func(e *seats.Event) *string { return &e.Reason }),
		text("user_id", func(e *seats.Event) *users.ID { return &e.User }),
		named("status_before", func(e *seats.Event) *users.Status { return &e.Before.Status }),
		named("role_before", func(e *seats.Event) *users.Role { return &e.Before.Role }),
		flag("synced_before", func(e *seats.Event) *bool { return &e.Before.Synced }),
		named("status_after", func(e *seats.Event) *users.Status { return &e.After.Status }),
		named("role_after", func(e *seats.Event) *users.Role { return &e.After.Role }),
		flag("synced_after", func(e *seats.Event) *bool { return &e.After.Synced }),
		text("successor", func(e *seats.Event) *users.ID { return &e.Successor }),
		lines("receivers", func(e *seats.Event) *[]users.ID { return &e.Receivers }),
		lines("fields", func(e *seats.Event) *[]string { return &e.Fields }),
		number("quantity", func(e *seats.Event) *int64 { return &e.Count }),
		text("date", func(e *seats.Event) *users.Date { return &e.Date }),
		named("date_as", func(e *seats.Event) *users.LeaveDay { return &e.DateAs }),
		document("policy", func(e *seats.Event) **seats.Policy { return &e.Policy }),
		text("pool", func(e *seats.Event) *seats.PoolID { return &e.Pool }),
		number("delta", func(e *seats.Event) *int64 { return &e.Delta }),
		number("held", func(e *seats.Event) *int64 { return &e.Held }),
		number("spent", func(e *seats.Event) *int64 { return &e.Spent }),
		document("tally", func(e *seats.Event) *users.Tally { return &e.Tally }),
	}, count(func(e *seats.Event) *seats.Count { return &e.Total })...)
)

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
}

func (u *userRow) rewrites(kind users.KeyKind) bool { return u.rewritten&keyBit(kind) != 0 }

func keyBit(kind users.KeyKind) int64 { return 1 << kind }
