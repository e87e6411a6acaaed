package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Standard returns the policy a new product would choose, which is the zero
// value: the first sign-in lets in, a full account refuses, admins buy and give
// back, every command is offered, invitations do not run out, owners and support
// end ownership, and a person is not turned into another.
func Standard() Policy { return Policy{} }

// AccuEdConnect returns the policy of AccuEd Connect, after its help page on the
// user amount limit: an invited person counts as active from the invitation on;
// a full site takes nobody until somebody was deactivated or deleted; more
// licences come from the vendor's account manager alone. An invitation runs out
// after an allotted time, which the page does not name and which is two weeks
// here; it keeps its seat and can be sent again any number of times.
func AccuEdConnect() Policy {
	return Policy{
		LetIn:     Invitation,
		Buying:    Orders{By: VendorOnly},
		Returning: VendorOnly,
		Withheld:  users.In(users.Archive),
		Invites:   RunsKept,
		Term:      14 * 24 * time.Hour,
		Exchange:  ExchangeAllowed,
		Cards: Cards{
			{"Total Licenses", FigureTotal},
			{"Available Licenses", FigureAvailable},
			{"Active Users", FigureActive},
			{"Inactive Users", FigureInactive},
		},
	}
}
