package gen

import (
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

// drawAdoptee draws somebody who was kept elsewhere so far, mostly one who can be.
func drawAdoptee(t *rapid.T) users.User {
	u := users.User{Profile: drawProfile(t, users.ActorSystem), Role: Or(t, users.Roles())}
	if u.ID == "" {
		u.ID = Or(t, []users.ID{"a1", "a2", "a3", "a4", "a5", "a6"}, "")
		u.Email = string(u.ID) + "@qz.example"
	}
	type life struct{ status, left, stored users.Status }
	l := Or(t, []life{
		{users.Active, 0, 0}, {users.Active, 0, 0}, {users.Active, 0, 0}, {users.Active, 0, 0}, {users.Active, 0, 0}, {users.Invited, 0, 0}, {users.Invited, 0, 0}, {users.Deleted, 0, 0},
		{users.Inactive, users.Active, 0}, {users.Inactive, users.Invited, 0}, {users.Inactive, 0, 0},
		{users.Archived, 0, users.Active}, {users.Archived, 0, users.Invited}, {users.Archived, users.Active, users.Inactive}, {users.Archived, 0, users.Inactive},
	}, life{}, life{9, 0, 0}, life{users.Active, users.Active, 0}, life{users.Inactive, users.Archived, 0}, life{users.Archived, users.Invited, users.Active})
	u.Status, u.LeftAs, u.ArchivedAs = l.status, l.left, l.stored
	if u.Status != users.Active && u.Role == users.Owner && Chance(t, 90) {
		u.Role = users.Admin
	}
	u.Created = Or(t, []time.Time{Epoch.Add(-9 * Term), Epoch.Add(-Term), Epoch.In(time.FixedZone("", -7200))}, time.Time{}, Epoch.Add(99*Term))
	date := func() time.Time {
		return Or(t, []time.Time{u.Created, Epoch, Epoch.Add(999)}, time.Time{}, Epoch.Add(99*Term), Epoch.Add(-99*Term))
	}
	u.StatusSince = date()
	inside := u.Status == users.Active || u.Status == users.Deleted || l.left == users.Active || l.stored == users.Active
	if inside || Chance(t, 2) {
		u.FirstSignIn = date()
		if Chance(t, 30) {
			u.Approved = date()
		}
		if u.Role != users.Owner && Chance(t, 30) {
			u.FirstSignIn = time.Time{}
		}
	}
	if Chance(t, 50) {
		u.LastNotified, u.NotificationCount = date(), Or(t, []int64{1, 2, 7, users.MaxNotifications}, 0, -1, users.MaxNotifications+1)
	}
	if !inside && (u.Status == users.Invited || l.left == users.Invited || l.stored == users.Invited) && Chance(t, 60) || Chance(t, 2) {
		u.Expires = Or(t, []time.Time{Epoch.Add(time.Hour), Epoch.Add(Term), Epoch.Add(2 * Term), Epoch.Add(20 * Term), Epoch})
	}
	u.Due = Or(t, []time.Time{{}, Epoch})
	if Chance(t, 2) {
		u.Schedule.Date = "2030-01-01"
	}
	if Chance(t, 40) {
		u.Licences = drawLicences(t, u, date)
	}
	return u
}

func drawLicences(t *rapid.T, u users.User, date func() time.Time) []users.Licence {
	var all []users.Licence
	for range 1 + Below(t, 3) {
		l := users.Licence{Pool: Or(t, []string{string(Course)}, "nowhere", "", long), Assigned: u.Created}
		if len(all) > 0 || u.Status == users.Archived || u.Status == users.Deleted || Chance(t, 50) {
			l.Started = date()
			if len(all) > 0 || Chance(t, 50) {
				l.Archived = Or(t, []time.Time{l.Started, l.Started.Add(time.Hour)}, l.Assigned, time.Time{})
			}
		}
		all = append(all, l)
	}
	return all
}
