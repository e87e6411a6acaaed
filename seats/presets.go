package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Preset is a policy with the name that it has here.
type Preset struct {
	Name   string
	Policy Policy
}

// Presets lists [Standard] and those that follow the help page of a real product.
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

// Standard returns the policy a new product would choose, which is the zero
// value: the first sign-in lets in, a full account refuses, admins buy and give
// back, every command is offered, invitations do not run out, owners and support
// end ownership, and a person is not turned into another.
func Standard() Policy { return Policy{} }

// AccuEdConnect returns the policy of AccuEd Connect, after its help page on the
// user amount limit:
//
//   - An invited person is marked as active from the invitation on, whether it was
//     accepted or not.
//   - A full site takes nobody until somebody was deactivated or deleted; nobody is put
//     away there.
//   - More licences come from the vendor's account manager alone. Nothing is said of
//     giving any back, which is the vendor's matter too.
//   - An invitation can be accepted for an allotted time, which the page does not name
//     and which is two weeks here. It keeps its licence after that and can be sent again
//     any number of times.
//   - Nothing is said of ownership or of turning one person into another: owners and
//     support end the one, and the other is allowed.
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
//   - An invited person has a seat and is unclaimed until the first sign-in, which makes
//     him active for good.
//   - Without an available seat no invitation can be sent.
//   - Admins add between 10 and 1000 seats at a time, which can be used straight away;
//     fewer they can't make them.
//   - An invitation can't be cancelled: its seat is freed by deleting the person. It never
//     runs out. Nobody is put away.
//   - Who came by the sync of employee data is edited and made inactive by the sync, and
//     nobody of the account does that, puts him away or deletes him by hand. His role, and
//     his coming back, are anybody's who manages people.
//   - Nothing is said of ownership or of turning one person into another: owners and
//     support end the one, and the other is allowed.
//
// The page has four summary cards and names a fifth, the invited users, from which the
// active ones are taken to get the unclaimed invitations.
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
			{"Unclaimed Invites", FigureUnclaimed},
			{"Active Users", FigureActive},
			{"Invited Users", FigureInvited},
		},
	}
}

// ISpringLearn returns the policy of iSpring Learn, after its help page on active users:
//
//   - Active users can sign in, and a new user account is active. It is shown so from the
//     start.
//   - Where the plan's limit is reached new accounts are created all the same, inactive.
//     They are activated by hand, one by one or many at once, once there is room.
//   - The limit comes with the pricing plan: the vendor changes it.
//   - People are made inactive and never put away, so that what they did stays in the
//     reports. The page knows no deletion and does not exclude it.
//   - An account owner can't be deactivated. Who ends an ownership is not said: owners
//     and support.
//   - Admins edit whatever is known of a person, the inactive included.
func ISpringLearn() Policy {
	return Policy{
		Activation:     Invitation,
		WhenFull:       CreateInactive,
		Buying:         Orders{By: VendorOnly},
		Returning:      VendorOnly,
		Withheld:       users.In(users.ActionArchive),
		IdentityChange: IdentityChangeAllowed,
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
//   - A user is approved before he is let in, and notified then or at any time; each is a
//     fact of its own. An invitation that is held back ([Invite] Later) tells nobody before.
//   - Licences are for courses; they come from the vendor and are refused where there
//     are none. The site itself takes any number of people: open it with [Unlimited].
//   - Training data is never deleted: people are put away, found again by the status
//     filter and taken back, and nobody is deleted.
//   - Names and addresses are corrected freely, and learners made administrators.
//   - Nothing is said of owners: owners and support end ownership.
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
//   - A user spot is filled as soon as somebody is added to it, and that person is
//     active.
//   - Whoever leaves is made inactive, by any admin, admins included; he is neither put
//     away nor deleted, so that history keeps its author. The spot is free at once and
//     stays bought.
//   - Spots are bought, and given back in a step of its own, down to those in use.
//   - An account owner is never made inactive. His ownership is ended by support alone, if
//     it is not he who pays, see [SetPayer].
//   - A user is not exchanged: nobody makes one person into another by editing name and
//     address. The new one gets the spot, and the old one's work is handed over.
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
