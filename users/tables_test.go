package users_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// cells reads a table: a heading, then a row per name.
func cells(table string) (columns []string, rows map[string][]string) {
	rows = map[string][]string{}
	for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
		words := strings.Fields(line)
		if i == 0 {
			columns = words
			continue
		}
		rows[words[0]] = words[1:]
	}
	return columns, rows
}

func TestEveryActionAtEveryStatus(t *testing.T) {
	columns, rows := cells(`
	                 invited   active    inactive  archived  deleted
	invite           same      same      refused   refused   refused
	add              same      same      refused   refused   refused
	import           same      same      same      same      same
	notify           invited   active    refused   refused   refused
	accept           active    same      refused   refused   refused
	approve          active    same      refused   refused   refused
	deactivate       inactive  inactive  same      refused   refused
	reactivate       same      same      as-before refused   refused
	archive          archived  archived  archived  same      refused
	restore          same      same      same      as-before refused
	delete           deleted   deleted   deleted   deleted   same
	erase            refused   refused   deleted   deleted   same
	hand-over        invited   active    inactive  archived  deleted
	edit             invited   active    inactive  archived  refused
	change-role      invited   active    inactive  archived  refused
	grant-ownership  refused   active    refused   refused   refused
	end-ownership    same      active    same      same      refused
	buy-seats        refused   refused   refused   refused   refused
	return-seats     refused   refused   refused   refused   refused
	set-total        refused   refused   refused   refused   refused
	set-policy       refused   refused   refused   refused   refused
	set-payer        refused   refused   refused   refused   refused
	edit-account     refused   refused   refused   refused   refused
	close            refused   refused   refused   refused   refused
	reopen           refused   refused   refused   refused   refused
	erase-account    refused   refused   refused   refused   refused`)
	require.Len(t, rows, len(users.Actions()))
	for _, action := range users.Actions() {
		for i, status := range users.Statuses() {
			require.Equal(t, columns[i], status.String())
			require.Equal(t, rows[action.String()][i], stepName(users.Next(action, status)), "%s of somebody %s", action, status)
		}
	}
	require.Equal(t, users.Step{Kind: users.GoTo, To: users.Invited}, users.Next(users.ActionInvite, users.NoStatus))
	require.Equal(t, users.Step{Kind: users.GoTo, To: users.Active}, users.Next(users.ActionAdd, users.NoStatus))
	require.Equal(t, users.Step{Kind: users.AsImported}, users.Next(users.ActionImport, users.NoStatus))
	require.Zero(t, users.Next(users.ActionAccept, users.NoStatus))
	require.Zero(t, users.Next(users.Action(99), users.Active))
	require.Zero(t, users.Next(users.ActionAccept, users.Status(99)))
}

func stepName(s users.Step) string {
	if s.Kind == users.GoTo {
		return s.To.String()
	}
	return map[users.StepKind]string{users.Refused: "refused", users.Unchanged: "same", users.AsBefore: "as-before"}[s.Kind]
}

func TestWhoMayDoWhat(t *testing.T) {
	columns, rows := cells(`
	                 member manager admin  owner  sync   support system
	invite           -      -       anyone anyone source anyone  anyone
	add              -      -       -      -      -      anyone  anyone
	import           -      -       -      -      -      anyone  anyone
	notify           -      -       anyone anyone -      anyone  anyone
	accept           self   self    self   self   -      anyone  anyone
	approve          -      -       anyone anyone -      anyone  anyone
	deactivate       -      -       anyone anyone source anyone  anyone
	reactivate       -      -       anyone anyone source anyone  anyone
	archive          -      -       anyone anyone -      anyone  anyone
	restore          -      -       anyone anyone -      anyone  anyone
	delete           -      -       anyone anyone -      anyone  anyone
	erase            -      -       -      -      -      anyone  anyone
	hand-over        -      -       anyone anyone -      anyone  anyone
	edit             -      -       anyone anyone source anyone  anyone
	change-role      -      -       anyone anyone source anyone  anyone
	grant-ownership  -      -       -      anyone -      anyone  anyone
	end-ownership    -      -       -      policy -      anyone  -
	buy-seats        -      -       policy policy -      anyone  anyone
	return-seats     -      -       policy policy -      anyone  anyone
	set-total        -      -       -      -      -      anyone  anyone
	set-policy       -      -       -      -      -      anyone  anyone
	set-payer        -      -       -      -      -      anyone  anyone
	edit-account     -      -       -      anyone -      anyone  anyone
	close            -      -       -      anyone -      anyone  anyone
	reopen           -      -       -      -      -      anyone  anyone
	erase-account    -      -       -      -      -      anyone  anyone`)
	require.Len(t, rows, len(users.Actions()))
	grants := map[users.Grant]string{
		users.Never: "-", users.Self: "self", users.OwnSource: "source", users.ByPolicy: "policy", users.Anyone: "anyone",
	}
	for _, action := range users.Actions() {
		for i, column := range columns {
			kind, role := users.ActorUser, users.Member
			if role.UnmarshalText([]byte(column)) != nil {
				require.NoError(t, kind.UnmarshalText([]byte(column)))
			}
			require.Equal(t, rows[action.String()][i], grants[users.Authority(kind, role, action)], "%s: %s", column, action)
		}
		require.Equal(t, users.Never, users.Authority(users.Nobody, users.Owner, action), "nobody: %s", action)
		require.Equal(t, users.Never, users.Authority(users.ActorUser, users.Role(99), action), "no role: %s", action)
	}
	require.Equal(t, users.Never, users.Authority(users.ActorSystem, users.Member, users.Action(99)))
}

func TestWhoAdministers(t *testing.T) {
	for _, role := range users.Roles() {
		for _, status := range append(users.Statuses(), users.NoStatus) {
			in := status == users.Invited || status == users.Active
			require.Equal(t, in && (role == users.Owner || role == users.Admin), users.User{Role: role, Status: status}.Administers(), "%s, %s", role, status)
		}
	}
}

func TestOwnersAreProtected(t *testing.T) {
	putsOut := users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionErase, users.ActionChangeRole)
	for _, action := range users.Actions() {
		for _, role := range users.Roles() {
			require.Equal(t, role == users.Owner && putsOut.Has(action), users.User{Role: role}.Protected(action))
		}
	}
	require.True(t, users.MayTouch(users.ActorUser, users.Owner))
	require.False(t, users.MayTouch(users.ActorUser, users.Admin))
	require.True(t, users.MayTouch(users.ActorSupport, users.Member))
	require.True(t, users.MayTouch(users.ActorSystem, users.Member))
	require.False(t, users.MayTouch(users.ActorSync, users.Owner))
}

// TestTheStatePictureInTheReadme prints the table of status as a picture and
// compares it with the one in the documentation.
func TestTheStatePictureInTheReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), statePicture())
}

func statePicture() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, from := range append([]users.Status{users.NoStatus}, users.Statuses()...) {
		moves := map[users.Status][]string{}
		for _, action := range users.Actions() {
			switch step := users.Next(action, from); {
			case step.Kind == users.GoTo && step.To != from:
				moves[step.To] = append(moves[step.To], action.String())
			case step.Kind == users.AsBefore:
				for _, to := range before(from) {
					moves[to] = append(moves[to], action.String())
				}
			case step.Kind == users.AsImported:
				for _, to := range users.Statuses() {
					moves[to] = append(moves[to], action.String())
				}
			}
		}
		for _, to := range users.Statuses() {
			if len(moves[to]) > 0 {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", stateName(from), to, strings.Join(moves[to], ", "))
			}
		}
	}
	b.WriteString("    deleted --> [*]\n```\n")
	return b.String()
}

// before lists the statuses from which one can have come into another.
func before(s users.Status) []users.Status {
	if s == users.Inactive {
		return []users.Status{users.Invited, users.Active}
	}
	return []users.Status{users.Invited, users.Active, users.Inactive}
}

func stateName(s users.Status) string {
	if s == users.NoStatus {
		return "[*]"
	}
	return s.String()
}
