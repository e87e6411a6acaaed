package seats_test

import (
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// everyCommand has a command for every action, in the order of the actions.
var everyCommand = seats.Commands{
	seats.Invite{Profile: users.Profile{
		ID: "u7", FirstName: "Ada", LastName: "Lovelace", Username: "ada", Email: "ada@acme.example", ExternalID: "4711",
		Location: "London", Department: "Engines", Title: "Countess", Groups: []string{"a", "b"},
		Source: users.Source{Kind: users.SourceImport, Name: "people.csv"},
	}, Role: users.Manager, Later: true},
	seats.Add{Profile: users.Profile{ID: "u8", Email: "bob@acme.example"}},
	seats.Import{User: users.User{
		Profile: users.Profile{ID: "u9", Email: "eve@acme.example"}, Role: users.Admin, Status: users.Archived, LeftAs: users.Active, ArchivedAs: users.Inactive,
		Created: start, StatusSince: start, FirstSignIn: start, Approved: start, LastNotified: start, NotificationCount: 2,
	}, Licences: []users.Licence{{Pool: "go-course", Assigned: start, Started: start, Archived: start, DueDate: "2026-06-01", Ends: start}}},
	seats.SignIn{Profile: users.Profile{ID: "u8", Email: "bob@acme.example", ExternalID: "4712"}, Role: users.Manager},
	seats.Join{Code: "cdf-ghj kmn", Profile: users.Profile{ID: "u9", Email: "cleo@acme.example"}},
	seats.Notify{User: "u7"},
	seats.Accept{User: "u7"},
	seats.Approve{User: "u7"},
	seats.Deactivate{User: "u7", Successor: "u8", Reason: "left"},
	seats.Reactivate{User: "u7"},
	seats.Archive{User: "u7", Successor: "u8", Reason: "left"},
	seats.Restore{User: "u7"},
	seats.Delete{User: "u7"},
	seats.Erase{User: "u7", Reason: "asked for it"},
	seats.HandOver{User: "u7", Successor: "u8", Reason: "left"},
	seats.Schedule{User: "u7", Leave: users.Until("2026-12-31")},
	seats.Unschedule{User: "u7"},
	seats.ConfirmLeave{User: "u7"},
	seats.Queue{User: "u7", Priority: 30, Until: start, Reason: "starts on Monday"},
	seats.Unqueue{User: "u7", Reason: "found another course"},
	seats.AssignCourse{User: "u7", Pool: "go-course", DueDate: "2026-12-31"},
	seats.UnassignCourse{User: "u7", Pool: "go-course"},
	seats.StartCourse{User: "u7", Pool: "go-course"},
	seats.ArchiveActivity{User: "u7", Pool: "go-course"},
	seats.SetDueDate{User: "u7", Pool: "go-course", DueDate: "2026-12-31"},
	seats.Edit{User: "u7", Set: users.Patch{LastName: new("King"), Title: new(""), Groups: &[]string{}}, Follow: []string{"email", "groups"}},
	seats.ChangeRole{User: "u7", Role: users.Member},
	seats.GrantOwnership{User: "u7"},
	seats.EndOwnership{User: "u7"},
	seats.OfferOwnership{User: "u7", Days: 30, Transfer: true},
	seats.AcceptOwnership{User: "u7", Owner: "u8"},
	seats.EndOffer{User: "u7"},
	seats.BuySeats{Quantity: 10},
	seats.ReturnSeats{Pool: "go-course", Quantity: 3},
	seats.SetTotal{Total: seats.Unlimited(), Version: seats.Version{At: start, ID: "evt 7"}},
	seats.BookTotal{Pool: "go-course", Date: "2027-01-01", Total: seats.Of(20), Now: seats.Of(10), Version: seats.Version{Number: 7}},
	seats.EditPool{Pool: "go-course", Name: new("Go"), LastDay: new(users.Date("2027-12-31")), Term: &seats.LicenceTerm{Days: 90, From: seats.FromFirstAccess}},
	seats.SetCode{Pool: "class-7b", Text: "CDF-GHJ-KMN", Name: new("Class 7b"), Role: new(users.Manager), Uses: seats.Of(30), LastDay: new(users.Date("2027-07-31")), Domains: new("acme.example"), Hold: new(true)},
	seats.EndCode{Pool: "class-7b", Reason: "on the board for all to see"},
	seats.EditSource{Source: "hr", Rank: new(1), Adopts: new(true), Guard: &seats.Guard{Few: 10, Day: 20, Month: 30, Ever: 60}, Patience: &seats.Patience{Runs: 2, Hours: 36}},
	seats.HoldSource{Source: "hr", Losses: seats.Losses{Leavers: 500, Keys: 2, Admins: 1}, Cause: "changed-keys", Sample: []users.ID{"u7", "u8"}, Plan: "c0ffee"},
	seats.ReleaseSource{Source: "hr", Losses: seats.Losses{Leavers: 500}, Reason: "the office is closed"},
	seats.RejectRun{Source: "hr", Reason: "the file was cut"},
	seats.SetPolicy{Policy: seats.Standard()},
	seats.SetPayer{User: "u7"},
	seats.EditAccount{Name: new("Acme"), Zone: new("Europe/London")},
	seats.Close{Reason: "unpaid"},
	seats.Reopen{Reason: "paid"},
	seats.EraseAccount{Reason: "asked for it"},
}

// everySwitch is a policy that leaves none of its switches at zero.
var everySwitch = seats.Policy{
	Activation: seats.Approval, WhenFull: seats.CreateInactive, Buying: seats.Orders{By: seats.VendorOnly, Least: 10, Most: 500},
	Returning: seats.VendorOnly, InvitationExpiry: seats.ExpiryFreesSeat, OwnershipEnders: seats.EndedBySupport, IdentityChange: seats.IdentityChangeAllowed, SharedAddresses: seats.SharingEnded,
	Exempt: users.In(users.Owner, users.Manager), Withheld: users.In(users.ActionArchive, users.ActionRestore),
	DeleteOnly: true, SourceLocked: true, SelfRemoval: true, AddsAtSignIn: true, LeaveDay: users.LastDay, LeaveNotice: 7, MostLeavers: 20, Unseen: seats.UnseenRule{Days: 90, Grace: 30, Exempt: users.In(users.Admin)}, Term: 36*time.Hour + time.Microsecond,
	Growth: seats.Growth{Step: seats.Amount{Percent: 10}, Ceiling: 400}, CourseGrowth: seats.Growth{Step: seats.Amount{Number: 5}, Ceiling: 50},
	Thresholds: seats.Thresholds{
		Low:  seats.LowMarks{{UpTo: 20, Left: seats.Amount{Number: 2}}, {Left: seats.Amount{Percent: 10}}},
		Full: true, Over: true, Clear: seats.Amount{Number: 3},
	},
	CourseThresholds: seats.Thresholds{Full: true},
	Cards:            seats.Cards{{"Seats", seats.FigureTotal}, {}, {"Waiting", seats.FigureUnclaimed}, {"No figure", 0}},
}
