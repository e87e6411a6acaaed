package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Preset is a policy and the name of its function.
type Preset struct {
	Name   string
	Policy Policy
}

// Presets lists [Standard] and the policies after the help pages of five products.
func Presets() []Preset {
	return []Preset{
		{"Standard", Standard()},
		{"AccuEdConnect", AccuEdConnect()},
		{"HowNow", HowNow()},
		{"ISpringLearn", ISpringLearn()},
		{"UsersPage", UsersPage()},
		{"BigContacts", BigContacts()},
	}
}

// Standard returns the policy for a new product, the zero value: the first sign-in activates, a
// full account refuses, admins buy and return seats, every command is offered, invitations stay
// open, owners and support end ownerships, and an edit that turns one person into another is
// refused.
func Standard() Policy { return Policy{} }

// AccuEdConnect returns the policy of AccuEd Connect, after its help page on the
// user amount limit:
//
//   - An invited user is shown as active from the invitation on.
//   - A full site refuses new users until a user is deactivated or deleted. Archiving is
//     withheld.
//   - Licences come from the vendor's account manager, and go back to them: the page is silent
//     about returns.
//   - An invitation is open for an allotted time; the page is silent about its length, here two
//     weeks. It keeps its licence afterwards and can be sent again any number of times.
//   - The page is silent about ownerships and identity changes: owners and support end the
//     former, the latter are allowed.
func AccuEdConnect() Policy {
	return Policy{
		Activation:       Invitation,
		Buying:           Orders{By: VendorOnly},
		Returning:        VendorOnly,
		Withheld:         users.In(users.ActionArchive),
		InvitationExpiry: ExpiryKeepsSeat,
		Term:             14 * 24 * time.Hour,
		IdentityChange:   IdentityChangeAllowed,
		Cards: Cards{
			{"Total Licenses", FigureTotal},
			{"Available Licenses", FigureAvailable},
			{"Active Users", FigureActive},
			{"Inactive Users", FigureInactive},
		},
	}
}

// HowNow returns the policy of HowNow, after its help page on user licences:
//
//   - An invited user holds a seat, and is unclaimed from the mail of the invitation to the first sign-in.
//   - An invitation needs an available seat.
//   - Admins add 10 to 1000 seats at a time, for use at once. Returns are left to the vendor.
//   - An invitation stays open. It is taken back by deleting the user. Archiving is withheld.
//   - Users of the sync of employee data are edited, deactivated and deleted by the sync alone.
//     Owners and admins change their roles and reactivate them.
//   - The page is silent about ownerships and identity changes: owners and support end the
//     former, the latter are allowed.
//
// The page has four summary cards and names a fifth, the invited users: less the active ones
// they are the unclaimed invitations.
func HowNow() Policy {
	return Policy{
		Buying:         Orders{By: SelfService, Least: 10, Most: 1000},
		Returning:      VendorOnly,
		Withheld:       users.In(users.ActionArchive),
		DeleteOnly:     true,
		SourceLocked:   true,
		IdentityChange: IdentityChangeAllowed,
		Cards: Cards{
			{"Total Seats", FigureTotal},
			{"Available Seats", FigureAvailable},
			{"Unclaimed Invites", FigureUnclaimedSent},
			{"Active Users", FigureActive},
			{"Invited Users", FigureInvitedSent},
		},
	}
}

// ISpringLearn returns the policy of iSpring Learn, after its help page on active users:
//
//   - Active users can sign in, and a new user is shown as active at once.
//   - At the limit of the plan new users are created inactive. Admins activate them by hand, one
//     by one or many at once, when there is room.
//   - The limit comes with the pricing plan: the vendor changes it.
//   - Users are deactivated, so that their results stay in the reports. Archiving is withheld.
//     Deletion is offered: the page is silent about it.
//   - On a date set before, a user becomes inactive by itself: it is the last day with access,
//     until 23:59. Many users are deactivated now or on a date.
//   - An account owner can't be deactivated. Owners and support end ownerships: the page is
//     silent about it.
//   - Admins edit all fields of a user, inactive ones included.
func ISpringLearn() Policy {
	return Policy{
		Activation:     Invitation,
		WhenFull:       CreateInactive,
		Buying:         Orders{By: VendorOnly},
		Returning:      VendorOnly,
		Withheld:       users.In(users.ActionArchive),
		IdentityChange: IdentityChangeAllowed,
		LeaveDay:       users.LastDay,
		Cards: Cards{
			{"License limit", FigureTotal},
			{"Available", FigureAvailable},
			{"Active", FigureActive},
			{"Inactive", FigureInactive},
		},
	}
}

// UsersPage returns the policy of a training site whose help has an overview of its users
// page:
//
//   - A user signs in after an approval, and is notified then or at any time; each is a fact of
//     its own. A user invited with [Invite] Later is notified by the first [Notify].
//   - Licences are for courses and come from the vendor; a course without a free one refuses.
//     The site itself takes any number of users: open it with [Unlimited]. The first access uses a
//     licence up; an unstarted one returns when the user is archived. The activity of a course
//     is archived alone by [ArchiveActivity].
//   - Training data is kept: users are archived, found by the status filter and restored.
//     Deletion is withheld.
//   - Admins correct names and addresses, and make learners administrators.
//   - Owners and support end ownerships: the page is silent about them.
func UsersPage() Policy {
	return Policy{
		Activation:     Approval,
		Buying:         Orders{By: VendorOnly},
		Returning:      VendorOnly,
		Withheld:       users.In(users.ActionDelete),
		IdentityChange: IdentityChangeAllowed,
		Cards: Cards{
			{"Users", FigureInvited},
			{"Not approved", FigureUnclaimed},
			{"Approved", FigureActive},
			{"Archived", FigureArchived},
		},
	}
}

// BigContacts returns the policy of BigContacts, after its help page on making a user
// inactive:
//
//   - A user spot is filled when a user is added, and that user is active.
//   - A leaver is deactivated, by any admin and admins included. Archiving and deletion are
//     withheld, so that history keeps its author. The spot is free at once and stays bought.
//   - Spots are bought, and returned in a step of its own, down to those in use.
//   - An account owner stays active. Support alone ends an ownership, unless the owner pays, see
//     [SetPayer].
//   - An edit of name and address that turns one person into another is refused. The new person
//     gets the spot by an invitation, and the work is handed over.
func BigContacts() Policy {
	return Policy{
		Activation:      Invitation,
		Withheld:        users.In(users.ActionArchive, users.ActionDelete),
		OwnershipEnders: EndedBySupport,
		Cards: Cards{
			{"User spots", FigureTotal},
			{"Open user spots", FigureAvailable},
			{"Active users", FigureActive},
			{"Inactive users", FigureInactive},
		},
	}
}
