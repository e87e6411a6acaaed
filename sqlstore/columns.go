package sqlstore

import (
	"database/sql"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A column is a column of a table, and what it is of a row R in Go.
type column[R any] struct {
	name   string
	number bool // a bigint; else a text
	// get returns what is written: an int64, a string, or nil for NULL.
	get func(*R) (any, error)
	// set takes over what was read. It is nil where the column follows from others.
	set func(*R, cell) error
}

// A cell is what was read of a column.
type cell struct {
	number sql.NullInt64
	text   sql.NullString
}

// The tables. Their names stand in the statements as {accounts} and so on.
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
		text("schedule_date", func(u *userRow) *string { return &u.Schedule.Date }),
		instant("schedule_at", func(u *userRow) *time.Time { return &u.Schedule.At }),
		instant("due", func(u *userRow) *time.Time { return &u.Due }),
		text("salt", func(u *userRow) *string { return &u.Salt }),
		document("licences", func(u *userRow) *[]users.Licence { return &u.Licences }),
		derived("email_key", func(u *userRow) string { return users.ByEmail(u.Email).Value }),
		derived("username_key", func(u *userRow) string { return users.ByUsername(u.Username).Value }),
		derived("external_id_key", func(u *userRow) string { return users.ByExternalID(u.ExternalID).Value }),
		{name: "administers", number: true, get: func(u *userRow) (any, error) { return oneOrNull(u.Administers()), nil }},
		{name: "sort_name", get: func(u *userRow) (any, error) { return u.SortName(), nil }},
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

type userRow struct {
	account users.AccountID
	users.User
	// rewritten are the kinds of key whose columns a change writes where the user is there
	// already, a bit each, see [split].
	rewritten int64
}

func (u *userRow) rewrites(kind users.KeyKind) bool { return u.rewritten&keyBit(kind) != 0 }

func keyBit(kind users.KeyKind) int64 { return 1 << kind }

// text is a text that is never NULL.
func text[R any, T ~string](name string, at func(*R) *T) column[R] {
	return column[R]{
		name: name,
		get:  func(r *R) (any, error) { return string(*at(r)), nil },
		set:  func(r *R, c cell) error { *at(r) = T(c.text.String); return nil },
	}
}

// optional is a text that is NULL where it is empty, so that an empty one is never
// found.
func optional[R any](name string, at func(*R) *string) column[R] {
	c := text(name, at)
	c.get = func(r *R) (any, error) { return orNull(*at(r)), nil }
	return c
}

// derived follows from other columns and is there to be found by.
func derived[R any](name string, of func(*R) string) column[R] {
	return column[R]{name: name, get: func(r *R) (any, error) { return orNull(of(r)), nil }}
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// oneOrNull is 1 or NULL, for what few rows have and those are found by.
func oneOrNull(b bool) any {
	if !b {
		return nil
	}
	return int64(1)
}

func number[R any, T ~int | ~int64 | ~uint64](name string, at func(*R) *T) column[R] {
	return column[R]{
		name: name, number: true,
		get: func(r *R) (any, error) { return int64(*at(r)), nil },
		set: func(r *R, c cell) error { *at(r) = T(c.number.Int64); return nil },
	}
}

// flag is 0 or 1.
func flag[R any](name string, at func(*R) *bool) column[R] {
	return column[R]{
		name: name, number: true,
		get: func(r *R) (any, error) { return bit(*at(r)), nil },
		set: func(r *R, c cell) error { *at(r) = c.number.Int64 != 0; return nil },
	}
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// instant is in whole microseconds since 1970 in UTC, which no setting of a driver
// or a server bends. The zero instant is NULL.
func instant[R any](name string, at func(*R) *time.Time) column[R] {
	return column[R]{
		name: name, number: true,
		get: func(r *R) (any, error) { return micros(*at(r)), nil },
		set: func(r *R, c cell) error { *at(r) = fromMicros(c.number); return nil },
	}
}

func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func fromMicros(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}

// named is a value that is written by its name.
func named[R any, T interface {
	~uint8
	fmt.Stringer
}, P interface {
	*T
	encoding.TextUnmarshaler
}](name string, at func(*R) *T) column[R] {
	return column[R]{
		name: name,
		get:  func(r *R) (any, error) { return (*at(r)).String(), nil },
		set: func(r *R, c cell) error {
			if err := P(at(r)).UnmarshalText([]byte(c.text.String)); err != nil {
				return fmt.Errorf("column %s: %w", name, err)
			}
			return nil
		},
	}
}

// document is a value in its JSON form, NULL where that is null or an empty list.
func document[R, T any](name string, at func(*R) *T) column[R] {
	return column[R]{
		name: name,
		get: func(r *R) (any, error) {
			text, err := json.Marshal(at(r))
			if s := string(text); err != nil || s == "null" || s == "[]" {
				return nil, err
			}
			return string(text), nil
		},
		set: func(r *R, c cell) error {
			*at(r) = *new(T)
			if !c.text.Valid {
				return nil
			}
			if err := json.Unmarshal([]byte(c.text.String), at(r)); err != nil {
				return fmt.Errorf("column %s: %w", name, err)
			}
			return nil
		},
	}
}

// lines are texts without line breaks, each between two of them, so that one of them
// can be looked for: see [query.contains].
func lines[R any, T ~string](name string, at func(*R) *[]T) column[R] {
	return column[R]{
		name: name,
		get: func(r *R) (any, error) {
			if len(*at(r)) == 0 {
				return "", nil
			}
			var text strings.Builder
			for _, line := range *at(r) {
				if strings.Contains(string(line), "\n") {
					return nil, errors.New("a line break in a line")
				}
				text.WriteString("\n" + string(line))
			}
			return text.String() + "\n", nil
		},
		set: func(r *R, c cell) error {
			*at(r) = nil
			if s := c.text.String; s != "" {
				for line := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(s, "\n"), "\n"), "\n") {
					*at(r) = append(*at(r), T(line))
				}
			}
			return nil
		},
	}
}

// count is a number of seats in two columns: the number, NULL where there is none,
// and whether it is unlimited.
func count[R any](at func(*R) *seats.Count) []column[R] {
	return []column[R]{
		{
			name: "total", number: true,
			get: func(r *R) (any, error) {
				if n, limited := at(r).Number(); limited {
					return n, nil
				}
				return nil, nil
			},
			set: func(r *R, c cell) error {
				*at(r) = seats.Count{}
				if c.number.Valid {
					*at(r) = seats.Of(c.number.Int64)
				}
				return nil
			},
		},
		{
			name: "unlimited", number: true,
			get: func(r *R) (any, error) { return bit(at(r).IsUnlimited()), nil },
			set: func(r *R, c cell) error {
				if c.number.Int64 != 0 {
					*at(r) = seats.Unlimited()
				}
				return nil
			},
		},
	}
}

// names lists the columns' names.
func names[R any](columns []column[R]) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.name
	}
	return strings.Join(all, ", ")
}

// values are what is written of a row, in the order of the columns.
func values[R any](columns []column[R], r *R) ([]any, error) {
	all := make([]any, len(columns))
	for i, c := range columns {
		v, err := c.get(r)
		if err != nil {
			return nil, fmt.Errorf("sqlstore: column %s: %w", c.name, err)
		}
		all[i] = v
	}
	return all, nil
}
