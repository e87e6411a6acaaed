package users_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/enum/enumtest"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestNames(t *testing.T) {
	enumtest.Require[users.Status](t, "", "invited", "active", "inactive", "archived", "deleted")
	enumtest.Require[users.Role](t, "member", "manager", "admin", "owner")
	enumtest.Require[users.Action](t, "", "invite", "add", "import", "sign-in", "join", "notify", "accept", "approve", "deactivate", "reactivate",
		"archive", "restore", "delete", "erase", "hand-over", "schedule", "unschedule", "confirm-leave", "queue", "unqueue",
		"assign-course", "unassign-course", "start-course", "archive-activity", "set-due-date", "edit", "change-role", "grant-ownership", "end-ownership",
		"offer-ownership", "accept-ownership", "end-offer",
		"buy-seats", "return-seats", "set-total", "book-total", "edit-pool", "set-code", "end-code", "edit-source", "hold-source", "release-source", "reject-run", "set-policy", "set-payer", "edit-account", "close", "reopen", "erase-account")
	enumtest.Require[users.ActorKind](t, "", "user", "sync", "support", "system")
	enumtest.Require[users.SourceKind](t, "manual", "import", "sync")
	enumtest.Require[users.KeyKind](t, "external-id", "email", "username", "id")
	enumtest.Require[users.LeaveDay](t, "by-policy", "first-day-without", "last-day")
	enumtest.Require[users.LicenceState](t, "assigned", "started", "archived", "returned")
	enumtest.Require[users.Order](t, "id", "name", "status", "role", "change")
	enumtest.Require[users.Leaving](t, "", "hand", "sync", "date")
	require.True(t, users.Owner.Valid())
	require.False(t, users.Role(4).Valid())
}

// TestParse reads what String writes.
func TestParse(t *testing.T) {
	for _, status := range users.Statuses() {
		read, err := users.Parse[users.Status](status.String())
		require.NoError(t, err)
		require.Equal(t, status, read)
	}
	_, err := users.Parse[users.Role]("emperor")
	require.Error(t, err)
	day, err := users.Parse[users.Date]("2028-02-29")
	require.NoError(t, err)
	require.Equal(t, users.Date("2028-02-29"), day)
	for _, wrong := range []string{"2026-02-29", "29.2.2028", " 2028-02-29"} {
		require.Equal(t, users.ErrDate, day.UnmarshalText([]byte(wrong)), wrong)
		require.Equal(t, users.Date("2028-02-29"), day, "unchanged")
	}
	none, err := users.Parse[users.Date]("")
	require.NoError(t, err)
	require.Empty(t, none)
	var leave users.Leave
	require.NoError(t, users.ReadJSON([]byte(`{"date":"29.2.2028"}`), &leave))
	require.Equal(t, users.ErrDate, leave.Check(), "of a document it is checked with the field")
	require.Error(t, users.ReadJSON([]byte(`{"date":20280229}`), &leave))
	var cursor users.Cursor
	cursor.ID = "u1"
	read, err := users.Parse[users.Cursor](cursor.String())
	require.NoError(t, err)
	require.Equal(t, cursor, read)
	require.Empty(t, users.Cursor{}.String())
	for text, want := range map[string]users.Set[users.Status]{
		"":                                     0,
		users.In(users.Active).String():        users.In(users.Active),
		"active,invited":                       users.In(users.Invited, users.Active),
		users.In(users.Statuses()...).String(): users.In(users.Statuses()...),
	} {
		read, err := users.Parse[users.Set[users.Status]](text)
		require.NoError(t, err)
		require.Equal(t, want, read)
	}
	for _, wrong := range []string{"gone", "active,gone", "active;invited"} {
		set := users.In(users.Archived)
		require.Error(t, set.UnmarshalText([]byte(wrong)))
		require.Equal(t, users.In(users.Archived), set, "unchanged")
	}
}

func TestSet(t *testing.T) {
	s := users.In(users.Invited, users.Active)
	require.True(t, s.Has(users.Active))
	require.False(t, s.Has(users.Inactive))
	require.False(t, s.Empty())
	require.True(t, users.In[users.Role]().Empty())
	require.Equal(t, []users.Status{users.Invited, users.Active}, s.Members())
	require.Equal(t, "invited, active", s.String())
}
