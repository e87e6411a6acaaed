package seats_test

import (
	"testing"

	"github.com/seatkeeper/seatkeeper/internal/enum/enumtest"
	"github.com/seatkeeper/seatkeeper/seats"
)

func TestNames(t *testing.T) {
	enumtest.Require[seats.Activation](t, "first-sign-in", "invitation", "approval")
	enumtest.Require[seats.WhenFull](t, "refuse", "create-inactive", "wait")
	enumtest.Require[seats.OrderChannel](t, "self-service", "vendor-only")
	enumtest.Require[seats.InvitationExpiry](t, "never", "kept", "freed")
	enumtest.Require[seats.OwnershipEnders](t, "owners", "support")
	enumtest.Require[seats.IdentityChange](t, "refused", "allowed")
	enumtest.Require[seats.AddressSharing](t, "refused", "allowed", "ended")
	enumtest.Require[seats.Figure](t, "", "total", "available", "unclaimed", "active", "inactive", "invited", "archived", "held", "spent", "unclaimed-sent", "invited-sent")
	enumtest.Require[seats.TermStart](t, "assignment", "first-access")
	enumtest.Require[seats.Permission](t, "enter-account", "receive-notifications", "open-courses", "be-assigned", "read-reports", "manage-people")
}
