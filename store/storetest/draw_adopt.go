package storetest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

// drawAdoptee draws somebody who was kept elsewhere so far, mostly one who can be.
func drawAdoptee(t *rapid.T) users.User {
	u := users.User{Profile: drawProfile(t, users.ActorSystem), Role: or(t, users.Roles())}
	if u.ID == "" {
		u.ID = or(t, []users.ID{"a1", "a2", "a3", "a4", "a5", "a6"}, "")
		u.Email = string(u.ID) + "@qz.example"
	}
	type life struct{ status, left, stored users.Status }
	l := or(t, []life{
		{users.Active, 0, 0}, {users.Active, 0, 0}, {users.Active, 0, 0}, {users.Active, 0, 0}, {users.Active, 0, 0}, {users.Invited, 0, 0}, {users.Invited, 0, 0}, {users.Deleted, 0, 0},
		{users.Inactive, users.Active, 0}, {users.Inactive, users.Invited, 0}, {users.Inactive, 0, 0},
		{users.Archived, 0, users.Active}, {users.Archived, 0, users.Invited}, {users.Archived, users.Active, users.Inactive}, {users.Archived, 0, users.Inactive},
	}, life{}, life{9, 0, 0}, life{users.Active, users.Active, 0}, life{users.Inactive, users.Archived, 0}, life{users.Archived, users.Invited, users.Active})
	u.Status, u.LeftAs, u.ArchivedAs = l.status, l.left, l.stored
	if u.Status != users.Active && u.Role == users.Owner && chance(t, 90) {
		u.Role = users.Admin
	}
	u.Created = or(t, []time.Time{epoch.Add(-9 * term), epoch.Add(-term), epoch.In(time.FixedZone("", -7200))}, time.Time{}, epoch.Add(99*term))
	date := func() time.Time {
		return or(t, []time.Time{u.Created, epoch, epoch.Add(999)}, time.Time{}, epoch.Add(99*term), epoch.Add(-99*term))
	}
	u.StatusSince = date()
	inside := u.Status == users.Active || u.Status == users.Deleted || l.left == users.Active || l.stored == users.Active
	if inside || chance(t, 2) {
		u.FirstSignIn = date()
		if chance(t, 30) {
			u.Approved = date()
		}
		if u.Role != users.Owner && chance(t, 30) {
			u.FirstSignIn = time.Time{}
		}
	}
	if chance(t, 50) {
		u.LastNotified, u.NotificationCount = date(), or(t, []int64{1, 2, 7, users.MaxNotifications}, 0, -1, users.MaxNotifications+1)
	}
	if !inside && (u.Status == users.Invited || l.left == users.Invited || l.stored == users.Invited) && chance(t, 60) || chance(t, 2) {
		u.Expires = or(t, []time.Time{epoch.Add(time.Hour), epoch.Add(term), epoch.Add(2 * term), epoch.Add(20 * term), epoch})
	}
	u.Due = or(t, []time.Time{{}, epoch})
	if chance(t, 2) {
		u.Schedule.Date = "2030-01-01"
	}
	if chance(t, 40) {
		u.Licences = drawLicences(t, u, date)
	}
	return u
}

func drawLicences(t *rapid.T, u users.User, date func() time.Time) []users.Licence {
	var all []users.Licence
	for range 1 + below(t, 3) {
		l := users.Licence{Pool: or(t, []string{string(course)}, "nowhere", "", long), Assigned: u.Created}
		if len(all) > 0 || u.Status == users.Archived || u.Status == users.Deleted || chance(t, 50) {
			l.Started = date()
			if len(all) > 0 || chance(t, 50) {
				l.Archived = or(t, []time.Time{l.Started, l.Started.Add(time.Hour)}, l.Assigned, time.Time{})
			}
		}
		all = append(all, l)
	}
	return all
}
