package seats

import (
	"errors"
	"fmt"

	"github.com/seatkeeper/seatkeeper/users"
)

// Reasons of [ErrForbidden].
var (
	ErrNotAUser     = users.Reason{Code: "not-a-user", Text: "is not a user of the account"}
	ErrNeedsSelf    = users.Reason{Code: "needs-self", Text: "only the user concerned may do this"}
	ErrNeedsAdmin   = users.Reason{Code: "needs-admin", Text: "only an owner or an admin may do this"}
	ErrNeedsOwner   = users.Reason{Code: "needs-owner", Text: "only an owner may do this"} // of ErrOwnerProtected too
	ErrNeedsVendor  = users.Reason{Code: "needs-vendor", Text: "only the host or the vendor may do this"}
	ErrNeedsSupport = users.Reason{Code: "needs-support", Text: "only the vendor's support may do this"}
	ErrOneself      = users.Reason{Code: "oneself", Text: "users can't do this to themselves: another owner or admin can"}
	ErrOtherSource  = users.Reason{Code: "other-source", Text: "a sync acts only on users of its own source"}
	ErrOtherNumber  = users.Reason{Code: "other-number", Text: "has another external ID, and the name is not the same"}
	ErrKeyByHand    = users.Reason{Code: "key-by-hand", Text: "has no key but those edited by hand"}
	ErrPutOutByHand = users.Reason{Code: "put-out-by-hand", Text: "a user who was put out by hand stays out for a sync"}
)

// Reasons of [ErrForbidden], of the actor, and of [ErrWrongStatus], of the user: the
// status as the policy shows it, or a first sign-in that is missing.
var (
	ErrInvited     = users.Reason{Code: "invited", Text: "is invited"}
	ErrActive      = users.Reason{Code: "active", Text: "is active"}
	ErrInactive    = users.Reason{Code: "inactive", Text: "is inactive"}
	ErrArchived    = users.Reason{Code: "archived", Text: "is archived"}
	ErrDeleted     = users.Reason{Code: "deleted", Text: "is deleted"}
	ErrNotSignedIn = users.Reason{Code: "not-signed-in", Text: "has not signed in yet"}

	// ErrInvitationLapsed is the reason in the place of ErrInactive for a user whose seat came free at the end of the
	// invitation, see [ExpiryFreesSeat].
	ErrInvitationLapsed = users.Reason{Code: "invitation-lapsed", Text: "is inactive since the invitation ran out"}
)

// ofActors are the reasons that tell a state of the actor.
var ofActors = []error{ErrNotAUser, ErrInvited, ErrActive, ErrInactive, ErrArchived, ErrDeleted, ErrNotSignedIn}

// statusReasons has the reason for each status.
var statusReasons = map[users.Status]users.Reason{
	users.Invited: ErrInvited, users.Active: ErrActive, users.Inactive: ErrInactive, users.Archived: ErrArchived, users.Deleted: ErrDeleted,
}

// statusReason returns the reason for a user whose status is shown as that one.
func statusReason(u users.User, shown users.Status) users.Reason {
	lapsed := u.LeftAs == users.Invited && u.LeftBy == users.LeftByDate && !u.Expires.IsZero() && !u.StatusSince.Before(u.Expires)
	if shown == users.Inactive && lapsed {
		return ErrInvitationLapsed
	}
	return statusReasons[shown]
}

// Reasons of other codes.
var (
	// ErrNotInvited is the reason of [ErrUnknownUser] against a [SignIn].
	ErrNotInvited = users.Reason{Code: "not-invited", Text: "has no invitation yet"}
	// ErrEarlierEdits is the reason of [ErrExchange] for an edit that is none by itself.
	ErrEarlierEdits = users.Reason{Code: "earlier-edits", Text: "together with earlier edits of the name or the address"}
	// ErrOtherDomain is the reason of [ErrJoinCode] for an address outside of the code's domains.
	ErrOtherDomain = users.Reason{Code: "other-domain", Text: "has no address of its domains"}
	// ErrDeleteOnly is the reason of [ErrNotOffered] under [Policy.DeleteOnly].
	ErrDeleteOnly = users.Reason{Code: "delete-only", Text: "an invited user is deleted instead of deactivated or archived"}
	// ErrLeaveWithheld is the reason of [ErrNotOffered] against the day of a leave in an invitation
	// or a file, where [Schedule] or [Deactivate] is withheld.
	ErrLeaveWithheld = users.Reason{Code: "leave-withheld", Text: "this product does not offer the day of a leave"}
	// ErrOfferEnded is the reason of [ErrNoOffer] after the end of the offer.
	ErrOfferEnded = users.Reason{Code: "offer-ended", Text: "the offer has run out"}
	// ErrHeld is the reason of [ErrSourceHeld] for a sync that is held already.
	ErrHeld = users.Reason{Code: "held", Text: "an owner or an admin has to release it first"}
	// ErrSoleOwner is the reason of [ErrOwnerProtected] for the last active owner.
	ErrSoleOwner = users.Reason{Code: "sole-owner", Text: "another user has to become an owner, and then the ownership has to end"}
	// ErrQueueFull is the reason of [ErrNotOffered] for a place beyond [MaxWaiting].
	ErrQueueFull = users.Reason{Code: "queue-full", Text: fmt.Sprintf("%d users wait already", MaxWaiting)}
	// ErrManyPlaces is the reason of [ErrNotOffered] for a place beyond [users.MaxCoursePlaces].
	ErrManyPlaces = users.Reason{Code: "many-places", Text: fmt.Sprintf("waits for %d courses already", users.MaxCoursePlaces)}
	// ErrErased is the reason of [ErrClosed] for an erased account.
	ErrErased = users.Reason{Code: "erased", Text: "was erased for good"}
)

// Reasons of [ErrSourceHeld] for a sync whose [Guard] trips, and causes of a [Hold].
var (
	ErrLeaversOfDay    = users.Reason{Code: "leavers-of-day", Text: "more of its users would leave than usual in a day"}
	ErrLeaversOfMonth  = users.Reason{Code: "leavers-of-month", Text: "more of its users would leave than usual in 30 days"}
	ErrMostLeave       = users.Reason{Code: "most-leave", Text: "more of its users would leave than stay"}
	ErrLastAdminLeaves = users.Reason{Code: "last-admin-leaves", Text: "the last active admin would go"}
	ErrManyKeys        = users.Reason{Code: "many-keys", Text: "addresses, usernames or IDs of many users would change"}
	ErrChangedKeys     = users.Reason{Code: "changed-keys", Text: "many users would leave and come back under other IDs"} // of a run
	ErrHeldByHand      = users.Reason{Code: "held-by-hand", Text: "it was held by hand"}                                  // of [HoldSource]
)

// holdCauses are the causes that a [HoldSource] can give.
var holdCauses = []string{ErrChangedKeys.Code, ErrHeldByHand.Code}

// Reasons of [ErrDuplicate]. The field is the strongest key in question: "external-id",
// "email", "username" or "id", or "profile" where several users match.
var (
	ErrTaken           = users.Reason{Code: "key-taken", Text: "belongs to another user"}
	ErrTakenByInactive = users.Reason{Code: "taken-by-inactive", Text: "belongs to an inactive user"}
	ErrTakenByArchived = users.Reason{Code: "taken-by-archived", Text: "belongs to an archived user"}
	ErrTakenByDeleted  = users.Reason{Code: "taken-by-deleted", Text: "was a deleted user's, and an ID is never used again"}
	ErrTakenBySeveral  = users.Reason{Code: "taken-by-several", Text: "matches several users"}

	// The user that the field finds has another key of these, so that it may be this person under a new one.
	ErrOtherExternalID = users.Reason{Code: "other-external-id", Text: "belongs to a user with another external ID"}
	ErrOtherEmail      = users.Reason{Code: "other-email", Text: "belongs to a user with another email"}
	ErrOtherUsername   = users.Reason{Code: "other-username", Text: "belongs to a user with another username"}
)

// otherKeys has the reason for each kind of key that differs.
var otherKeys = map[users.KeyKind]users.Reason{
	users.KeyExternalID: ErrOtherExternalID, users.KeyEmail: ErrOtherEmail, users.KeyUsername: ErrOtherUsername,
}

// Reasons of [ErrFinal] for what an undo leaves of a join code. It leaves the seats that the code holds, too.
var (
	ErrCodeStays    = users.Reason{Code: "code-stays", Text: "a join code stays as it is, and can be changed or ended"}
	ErrCodeHasEnded = users.Reason{Code: "code-has-ended", Text: "an ended join code does not come back, and a new one needs a new ID"}
	ErrCodeUseStays = users.Reason{Code: "code-use-stays", Text: "users who came in by a join code stay, and its uses as they are counted"}
)

// finalReasons has the reason for each action that stays and has one.
var finalReasons = map[users.Action]users.Reason{
	users.ActionSetCode: ErrCodeStays, users.ActionEndCode: ErrCodeHasEnded, users.ActionJoin: ErrCodeUseStays,
}

// takenReasons has the reason for each status of the other user that differs from ErrTaken.
var takenReasons = map[users.Status]users.Reason{
	users.Inactive: ErrTakenByInactive, users.Archived: ErrTakenByArchived, users.Deleted: ErrTakenByDeleted,
}

// Reasons of [ErrBadInput] that a command or an opening can have, besides those of a text,
// a profile and a policy.
var (
	errCommand       = users.Reason{Code: "not-a-command", Text: "is not a command of package seats, by value"}
	errTooMany       = users.Reason{Code: "too-many-commands", Text: fmt.Sprintf("are too many: at most %d in one call", MaxCommands)}
	errSharer        = users.Reason{Code: "shared-address", Text: "needs a username or an external ID, since it shares its address"}
	errSource        = users.Reason{Code: "belongs-to-sync", Text: "belongs to a sync"}
	errSuccessor     = users.Reason{Code: "not-a-successor", Text: "is not another active user"}
	errCount         = users.Reason{Code: "not-a-count", Text: fmt.Sprintf("is not a number of seats from 0 to %d, or unlimited", MaxSeats)}
	errTotalVersion  = users.Reason{Code: "not-a-version", Text: "is not a number above 0, or an instant with an ID for ties"}
	errOtherVersions = users.Reason{Code: "another-kind-of-version", Text: "is a number and the earlier ones are instants, or the other way round"}
	errNotToCome     = users.Reason{Code: "not-to-come", Text: "is not a day to come"}
	errOneDay        = users.Reason{Code: "one-day", Text: "needs the day of a leave or that of a start, and one of them"}
	errBeforeStart   = users.Reason{Code: "before-start", Text: "is not after the day of the start"}
	errManyDays      = users.Reason{Code: "many-days", Text: fmt.Sprintf("can't change now: more than %d users or pools have a day within the next %d hours", MaxSettled, int(lead.Hours()))}
	errManySources   = users.Reason{Code: "many-sources", Text: fmt.Sprintf("is one too many: an account has at most %d syncs", MaxSources)}
	errFollow        = users.Reason{Code: "not-fields", Text: "names an unknown field"}
	errRank          = users.Reason{Code: "not-a-rank", Text: "is not a number from 0 on"}
	errPatience      = users.Reason{Code: "not-a-patience", Text: fmt.Sprintf("is not a number of runs from 0 to %d and of hours from 0 to %d", MaxPatienceRuns, MaxPatienceHours)}
	errGuard         = users.Reason{Code: "not-a-guard", Text: fmt.Sprintf("is not a number of leavers from 0 to %d, and percentages from 0 to 100", MaxSeats)}
	errCause         = users.Reason{Code: "not-a-cause", Text: "is not a cause for holding a sync"}
	errSample        = users.Reason{Code: "not-a-sample", Text: fmt.Sprintf("is not a list of at most %d users", MaxSample)}
	errLosses        = users.Reason{Code: "not-losses", Text: "has a number below 0"}
	errLater         = users.Reason{Code: "start-and-later", Text: "is for an invitation of today: one to come goes out on its day"}
	errNotOnUser     = users.Reason{Code: "not-on-a-user", Text: "is a condition for commands on a user of the account"}
	errIsCode        = users.Reason{Code: "join-code-pool", Text: "is a join code"}
	errNotACode      = users.Reason{Code: "not-a-join-code", Text: "is not a join code"}
	errCodeEnded     = users.Reason{Code: "ended-join-code", Text: "has ended: a new join code needs a new ID"}
	errCodeText      = users.Reason{Code: "join-code-text", Text: fmt.Sprintf("is not %d to %d letters and digits from A to Z and 0 to 9, with spaces and hyphens", leastCode, mostCode)}
	errCodeTaken     = users.Reason{Code: "join-code-taken", Text: "is that of another join code"}
	errRenew         = users.Reason{Code: "text-and-renew", Text: "is for a join code without a given text"}
	errCodeUses      = users.Reason{Code: "join-code-uses", Text: "needs a number of uses from 1, not below the uses so far"}
	errCodeRole      = users.Reason{Code: "join-code-role", Text: "is not member or manager, as a join code gives"}
	errDomains       = users.Reason{Code: "not-domains", Text: fmt.Sprintf("is not a list of at most %d domains", maxDomains)}
	errOfferDays     = users.Reason{Code: "not-days-of-an-offer", Text: fmt.Sprintf("is not a number of days from 1 to %d", MaxOfferDays)}
	errPayer         = users.Reason{Code: "not-a-payer", Text: "is not an active user"}
	errZone          = users.Reason{Code: "not-a-time-zone", Text: "is not a time zone such as Europe/Paris"}
	errLicenceTerm   = users.Reason{Code: "not-a-licence-term", Text: fmt.Sprintf("is not a term of 1 to %d days, from the assignment or from the first access", MaxTermDays)}
	errOtherAccount  = users.Reason{Code: "another-account", Text: "is not the one that the plan or the receipt was made for"}
	errOtherPlan     = users.Reason{Code: "another-plan", Text: "are not those of the plan"}
)

// Reasons of [ErrBadInput] for the arguments of a call.
var (
	ErrNotThere  = users.Reason{Code: "not-there", Text: "does not exist"}
	ErrBackwards = users.Reason{Code: "before-the-beginning", Text: "is before the start"}

	// ErrIncomplete is the reason against a roster that does not say that it is complete.
	ErrIncomplete = users.Reason{Code: "incomplete", Text: "does not say that it is complete"}

	ErrManyUsers   = users.Reason{Code: "many-users", Text: fmt.Sprintf("are too many: at most %d in one call", MaxAllowed)}
	ErrManyRows    = users.Reason{Code: "many-rows", Text: "has too many dated rows before it"}
	errTooFar      = users.Reason{Code: "too-far", Text: fmt.Sprintf("is more than %d days from today", MaxForecastDays)}
	errLookOnly    = users.Reason{Code: "look-only", Text: "is to look at, and can't be applied"}
	errOtherEvents = users.Reason{Code: "other-events", Text: "does not go with the events of the account"}
	errNoValues    = users.Reason{Code: "no-values", Text: "lacks the values from before the call"}
)

// reasons lists every reason of the library. A reason that is read from JSON is the listed
// value again.
var reasons = append(users.Reasons(),
	ErrNotAUser, ErrNeedsSelf, ErrNeedsAdmin, ErrNeedsOwner, ErrNeedsVendor, ErrNeedsSupport, ErrOneself, ErrOtherSource, ErrOtherNumber, ErrKeyByHand, ErrPutOutByHand,
	ErrInvited, ErrActive, ErrInactive, ErrArchived, ErrDeleted, ErrNotSignedIn, ErrInvitationLapsed,
	ErrNotInvited, ErrEarlierEdits, ErrOtherDomain, ErrDeleteOnly, ErrLeaveWithheld, ErrOfferEnded, ErrHeld, ErrLeaversOfDay, ErrLeaversOfMonth, ErrMostLeave, ErrLastAdminLeaves, ErrManyKeys, ErrChangedKeys, ErrHeldByHand, ErrSoleOwner, ErrQueueFull, ErrManyPlaces, ErrErased,
	ErrCodeStays, ErrCodeHasEnded, ErrCodeUseStays,
	ErrTaken, ErrTakenByInactive, ErrTakenByArchived, ErrTakenByDeleted, ErrTakenBySeveral, ErrOtherExternalID, ErrOtherEmail, ErrOtherUsername,
	errCommand, errTooMany, errSharer, errSource, errSuccessor, errCount, errTotalVersion, errOtherVersions, errNotToCome, errOneDay, errBeforeStart, errManyDays, errLater, errNotOnUser, errOfferDays, errPayer, errIsCode, errNotACode, errCodeEnded, errCodeText, errCodeTaken, errRenew, errCodeUses, errCodeRole, errDomains, errZone, errLicenceTerm, errOtherAccount, errOtherPlan,
	ErrNotThere, ErrBackwards, ErrIncomplete,
	errManySources, errFollow, errRank, errGuard, errPatience, errCause, errSample, errLosses,
	ErrManyUsers, ErrManyRows, errTooFar, errLookOnly, errOtherEvents, errNoValues,
	ErrUnknownSwitch, ErrCards, ErrTerm, ErrOrderBounds, ErrNoWayOut, ErrNoWayIn, ErrLeaveBounds, ErrUnseenBounds, ErrGrowth, ErrThresholds, ErrWithheld,
)

// reasonOf returns the reason of a code, and an error of that text for an unknown one.
func reasonOf(code string) error {
	if code == "" {
		return nil
	}
	for _, reason := range reasons {
		if reason.Code == code {
			return reason
		}
	}
	return errors.New(code)
}
