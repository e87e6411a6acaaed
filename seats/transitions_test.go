package seats

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

// TestTransitionOf holds every action at every status against the manual.
func TestTransitionOf(t *testing.T) {
	columns, rows := cells(`
	                 invited   active    inactive  archived  deleted
	invite           same      same      refused   refused   refused
	add              same      same      refused   refused   refused
	import           same      same      same      same      same
	sign-in          active    same      refused   refused   refused
	join             active    same      refused   refused   refused
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
	schedule         invited   active    inactive  refused   refused
	unschedule       invited   active    inactive  same      same
	confirm-leave    inactive  inactive  same      same      same
	queue            same      same      inactive  refused   refused
	unqueue          same      same      inactive  same      same
	assign-course    invited   active    refused   refused   refused
	unassign-course  invited   active    inactive  same      same
	start-course     invited   active    refused   refused   refused
	archive-activity invited   active    inactive  archived  same
	set-due-date     invited   active    inactive  refused   refused
	edit             invited   active    inactive  archived  refused
	change-role      invited   active    inactive  archived  refused
	grant-ownership  refused   active    refused   refused   refused
	end-ownership    same      active    same      same      refused
	offer-ownership  refused   active    refused   refused   refused
	accept-ownership refused   active    refused   refused   refused
	end-offer        same      active    same      same      same
	buy-seats        refused   refused   refused   refused   refused
	return-seats     refused   refused   refused   refused   refused
	set-total        refused   refused   refused   refused   refused
	book-total       refused   refused   refused   refused   refused
	edit-pool        refused   refused   refused   refused   refused
	set-code         refused   refused   refused   refused   refused
	end-code         refused   refused   refused   refused   refused
	edit-source      refused   refused   refused   refused   refused
	hold-source      refused   refused   refused   refused   refused
	release-source   refused   refused   refused   refused   refused
	reject-run       refused   refused   refused   refused   refused
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
			require.Equal(t, rows[action.String()][i], stepName(transitionOf(action, status)), "%s: %s", action, status)
		}
	}
	require.Equal(t, transition{kind: toStatus, to: users.Invited}, transitionOf(users.ActionInvite, users.NoStatus))
	require.Equal(t, transition{kind: toStatus, to: users.Active}, transitionOf(users.ActionAdd, users.NoStatus))
	require.Equal(t, transition{kind: asImported}, transitionOf(users.ActionImport, users.NoStatus))
	require.Equal(t, transition{kind: toStatus, to: users.Active}, transitionOf(users.ActionSignIn, users.NoStatus))
	require.Zero(t, transitionOf(users.ActionAccept, users.NoStatus))
	require.Zero(t, transitionOf(users.Action(99), users.Active))
	require.Zero(t, transitionOf(users.ActionAccept, users.Status(99)))
}

func stepName(s transition) string {
	if s.kind == toStatus {
		return s.to.String()
	}
	return map[transitionKind]string{noTransition: "refused", unchanged: "same", asBefore: "as-before"}[s.kind]
}

// TestAuthorityOf holds every action of every actor against the manual.
func TestAuthorityOf(t *testing.T) {
	columns, rows := cells(`
	                 member manager admin  owner  sync   support system
	invite           -      -       anyone anyone source anyone  anyone
	add              -      -       -      -      source anyone  anyone
	import           -      -       -      -      -      anyone  anyone
	sign-in          -      -       -      -      -      -       anyone
	join             -      -       -      -      -      -       anyone
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
	schedule         -      -       anyone anyone source anyone  anyone
	unschedule       -      -       anyone anyone source anyone  anyone
	confirm-leave    -      -       anyone anyone -      anyone  anyone
	queue            self   self    anyone anyone -      anyone  anyone
	unqueue          self   self    anyone anyone -      anyone  anyone
	assign-course    -      -       anyone anyone -      anyone  anyone
	unassign-course  -      -       anyone anyone -      anyone  anyone
	start-course     self   self    self   self   -      -       anyone
	archive-activity -      -       anyone anyone -      anyone  anyone
	set-due-date     -      -       anyone anyone -      anyone  anyone
	edit             -      -       anyone anyone source anyone  anyone
	change-role      -      -       anyone anyone source anyone  anyone
	grant-ownership  -      -       -      anyone -      anyone  anyone
	end-ownership    -      -       -      policy -      anyone  -
	offer-ownership  -      -       -      anyone -      -       -
	accept-ownership self   self    self   self   -      -       -
	end-offer        self   self    self   anyone -      anyone  anyone
	buy-seats        -      -       policy policy -      anyone  anyone
	return-seats     -      -       policy policy -      anyone  anyone
	set-total        -      -       -      -      -      anyone  anyone
	book-total       -      -       -      -      -      anyone  anyone
	edit-pool        -      -       -      -      -      anyone  anyone
	set-code         -      -       anyone anyone -      anyone  anyone
	end-code         -      -       anyone anyone -      anyone  anyone
	edit-source      -      -       anyone anyone -      anyone  anyone
	hold-source      -      -       anyone anyone source anyone  anyone
	release-source   -      -       anyone anyone -      anyone  anyone
	reject-run       -      -       anyone anyone -      anyone  anyone
	set-policy       -      -       -      -      -      anyone  anyone
	set-payer        -      -       -      -      -      anyone  anyone
	edit-account     -      -       -      anyone -      anyone  anyone
	close            -      -       -      anyone -      anyone  anyone
	reopen           -      -       -      -      -      anyone  anyone
	erase-account    -      -       -      -      -      anyone  anyone`)
	require.Len(t, rows, len(users.Actions()))
	grants := map[grant]string{
		never: "-", ownRecord: "self", ownSource: "source", byPolicy: "policy", anyUser: "anyone",
	}
	for _, action := range users.Actions() {
		for i, column := range columns {
			kind, role := users.ActorUser, users.Member
			if role.UnmarshalText([]byte(column)) != nil {
				require.NoError(t, kind.UnmarshalText([]byte(column)))
			}
			require.Equal(t, rows[action.String()][i], grants[authorityOf(kind, role, action)], "%s: %s", column, action)
		}
		require.Equal(t, never, authorityOf(users.NoActor, users.Owner, action), "no actor: %s", action)
		require.Equal(t, never, authorityOf(users.ActorUser, users.Role(99), action), "no role: %s", action)
	}
	require.Equal(t, never, authorityOf(users.ActorSystem, users.Member, users.Action(99)))
}

func TestOwnerProtected(t *testing.T) {
	ended := users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionErase, users.ActionChangeRole)
	for _, action := range users.Actions() {
		for _, role := range users.Roles() {
			require.Equal(t, role == users.Owner && ended.Has(action), ownerProtected(users.User{Role: role}, action))
		}
	}
}

func TestMayTouchOwner(t *testing.T) {
	require.True(t, mayTouchOwner(users.ActorUser, users.Owner))
	require.False(t, mayTouchOwner(users.ActorUser, users.Admin))
	require.True(t, mayTouchOwner(users.ActorSupport, users.Member))
	require.True(t, mayTouchOwner(users.ActorSystem, users.Member))
	require.False(t, mayTouchOwner(users.ActorSync, users.Owner))
}

// TestTransitionOf_picture prints the table as a picture and compares it with the one in the README.
func TestTransitionOf_picture(t *testing.T) {
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
			switch step := transitionOf(action, from); {
			case step.kind == toStatus && step.to != from:
				moves[step.to] = append(moves[step.to], action.String())
			case step.kind == asBefore:
				for _, to := range statusesBefore(from) {
					moves[to] = append(moves[to], action.String())
				}
			case step.kind == asImported:
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

// statusesBefore lists the statuses in front of inactive or archived.
func statusesBefore(s users.Status) []users.Status {
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
