package reference

import (
	"cmp"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// SameText says whether two addresses, usernames or names are one, as far as the scripts go:
// their letters are the same in every version of Unicode.
func SameText(a, b string) bool { return strings.EqualFold(seen(a), seen(b)) }

// seen is the text without what can't be seen of it.
func seen(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text))
}

// CompareNames compares two people as a list in order of name does.
func CompareNames(a, b users.Profile) int {
	return cmp.Or(strings.Compare(listed(a), listed(b)), strings.Compare(string(a.ID), string(b.ID)))
}

// listed is the text under which a user stands in a list in order of name.
func listed(p users.Profile) string {
	name := ""
	switch last, first := Caseless(p.LastName), Caseless(p.FirstName); {
	case last != "" && first != "":
		name = last + "\t" + first
	case last+first != "":
		name = last + first
	case Caseless(p.Username) != "":
		name = Caseless(p.Username)
	case Caseless(p.Email) != "":
		name = Caseless(p.Email)
	default:
		name = Caseless(p.ExternalID)
	}
	for len(name) > users.MaxID {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

// Caseless is the text in lower case. A letter that has no other case is its own.
func Caseless(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.SimpleFold(r) == r {
			return r
		}
		return unicode.ToLower(unicode.ToUpper(r))
	}, seen(text))
}

func badID(id string) bool { return id == "" || len(id) > users.MaxID || badRunes(id) }

func badRunes(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl)
}

func badText(s string, limit int) bool { return badRunes(s) || utf8.RuneCountInString(s) > limit }

// BadReason reports whether a reason is refused.
func BadReason(s string) bool { return badText(s, users.MaxReason) }

func badActor(a users.Actor) bool {
	switch a.Kind {
	case users.ActorUser:
		return badID(string(a.User))
	case users.ActorSync, users.ActorSupport:
		return badID(a.Name)
	}
	return a.Kind != users.ActorSystem
}

// address is as much of the grammar of addresses as the scripts make use of.
var address = regexp.MustCompile(`^[^@<> "(),:;\\]+@[^@<> "(),:;\\]+$`)

// Clean returns the profile as it is kept, and whether it can be.
func Clean(p users.Profile) (users.Profile, bool) {
	ok := p.ID == "" || !badID(string(p.ID))
	for _, text := range []*string{&p.FirstName, &p.LastName, &p.Location, &p.Department, &p.Title} {
		*text = strings.TrimSpace(*text)
		ok = ok && !badText(*text, users.MaxText)
	}
	for _, text := range []*string{&p.Username, &p.ExternalID, &p.Email} {
		if utf8.ValidString(*text) {
			*text = seen(*text)
		}
	}
	for _, text := range []*string{&p.Username, &p.ExternalID} {
		ok = ok && (*text == "" || !badID(*text))
	}
	if p.Email != "" {
		ok = ok && len(p.Email) <= users.MaxEmail && !badRunes(p.Email) && address.MatchString(p.Email)
	}
	ok = ok && p.Email+p.Username+p.ExternalID != ""
	var groups []string
	for _, g := range p.Groups {
		g = strings.TrimSpace(g)
		ok = ok && g != "" && !badText(g, users.MaxText)
		if !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	slices.Sort(groups)
	p.Groups = groups
	switch p.Source.Kind {
	case users.SourceManual, users.SourceImport:
		ok = ok && (p.Source.Name == "" || !badID(p.Source.Name))
	case users.SourceSync:
		ok = ok && !badID(p.Source.Name)
	default:
		ok = false
	}
	return p, ok
}

// SharesKey reports whether two profiles have a key in common, apart from what can't be seen.
func SharesKey(a, b users.Profile) bool {
	external := seen(a.ExternalID)
	return external != "" && external == seen(b.ExternalID) ||
		a.Email != "" && SameText(a.Email, b.Email) ||
		a.Username != "" && SameText(a.Username, b.Username)
}

// samePerson lets the external ID decide if both profiles have one; otherwise the address and the
// username, of which one is common and none differs.
func samePerson(a, b users.Profile) bool {
	if a.ExternalID != "" && b.ExternalID != "" {
		return a.ExternalID == b.ExternalID
	}
	common := 0
	for _, texts := range [][2]string{{a.Email, b.Email}, {a.Username, b.Username}} {
		if texts[0] == "" || texts[1] == "" {
			continue
		}
		if !SameText(texts[0], texts[1]) {
			return false
		}
		common++
	}
	return common > 0
}

// exchanged reports whether an edit makes another person of a user, rule 11.
func exchanged(was, now users.Profile) bool {
	if was.ExternalID != "" && was.ExternalID != now.ExternalID {
		return true
	}
	// What is left of whatever was known: of the name, and of where the person is reached.
	name, address := 0, 0
	if users.SameName(was, now) {
		name++
	}
	reached := [2]string{was.Email, now.Email}
	if was.Email == "" {
		reached = [2]string{was.Username, now.Username}
	}
	if reached[0] == "" || SameText(reached[0], reached[1]) {
		address++
	}
	return was.FirstName+was.LastName != "" && name+address == 0
}

func patched(p users.Profile, d users.Patch) users.Profile {
	for to, from := range map[*string]*string{
		&p.FirstName: d.FirstName, &p.LastName: d.LastName, &p.Username: d.Username, &p.Email: d.Email,
		&p.ExternalID: d.ExternalID, &p.Location: d.Location, &p.Department: d.Department, &p.Title: d.Title,
	} {
		if from != nil {
			*to = *from
		}
	}
	if d.Groups != nil {
		p.Groups = *d.Groups
	}
	kept := map[string]bool{}
	for _, g := range p.Groups {
		kept[strings.TrimSpace(g)] = true
	}
	if d.RemoveGroups != nil {
		for _, g := range *d.RemoveGroups {
			delete(kept, strings.TrimSpace(g))
		}
	}
	if d.AddGroups != nil {
		for _, g := range *d.AddGroups {
			kept[g] = true
		}
	}
	if d.RemoveGroups != nil || d.AddGroups != nil {
		p.Groups = slices.Collect(maps.Keys(kept))
	}
	return p
}

// EqualProfiles compares all that a profile has.
func EqualProfiles(a, b users.Profile) bool {
	groups := slices.Equal(a.Groups, b.Groups)
	a.Groups, b.Groups = nil, nil
	return groups && reflect.DeepEqual(a, b)
}

// VendorActions are the actions that no policy can withhold from the account's own people.
var VendorActions = users.In(users.ActionAdd, users.ActionImport, users.ActionSignIn, users.ActionJoin, users.ActionErase, users.ActionSetTotal, users.ActionBookTotal, users.ActionEditPool, users.ActionSetPolicy, users.ActionSetPayer, users.ActionReopen, users.ActionEraseAccount)

// badPolicy knows the faults that the scripts put into policies.
func badPolicy(p seats.Policy) bool {
	expires := p.InvitationExpiry != seats.ExpiryNever
	// The policy puts users out and withholds the way back, or lets invitations run out that can't be sent again.
	stuck := (p.WhenFull == seats.CreateInactive || p.InvitationExpiry == seats.ExpiryFreesSeat) && p.Withheld.Has(users.ActionReactivate) ||
		expires && p.Withheld.Has(users.ActionNotify)
	return badGrowth(p.Growth) || badGrowth(p.CourseGrowth) || badThresholds(p.Thresholds) || badThresholds(p.CourseThresholds) || p.LeaveDay > users.LastDay || p.LeaveNotice < 0 || p.LeaveNotice > 366 || p.MostLeavers < 0 || p.MostLeavers > 250 || p.Unseen.Days < 0 || p.Unseen.Days > 3660 || p.Unseen.Grace < 0 ||
		p.Activation > seats.Approval || p.SharedAddresses > seats.SharingEnded || p.WhenFull > seats.Wait || p.InvitationExpiry > seats.ExpiryFreesSeat ||
		expires != (p.Term > 0) || p.Buying.Least < 0 || p.Buying.Most < 0 || stuck ||
		p.Buying.Most > 0 && p.Buying.Least > p.Buying.Most || p.Withheld&VendorActions != 0
}

// badGrowth knows the faults that the scripts put into a growth.
func badGrowth(g seats.Growth) bool {
	if g == (seats.Growth{}) {
		return false
	}
	number, percent := g.Step.Number, g.Step.Percent
	return number < 0 || percent < 0 || percent > 100 || (number == 0) == (percent == 0) || g.Ceiling < 1
}

// badThresholds knows the faults that the scripts put into thresholds.
func badThresholds(t seats.Thresholds) bool {
	first, second := t.Low[0], t.Low[1]
	return second != (seats.LowMark{}) && (first == (seats.LowMark{}) || first.UpTo == 0 || second.UpTo > 0 && second.UpTo <= first.UpTo) ||
		first != (seats.LowMark{}) && first.Left == (seats.Amount{}) ||
		t.Clear != (seats.Amount{}) && !t.Full && !t.Over && first == (seats.LowMark{})
}
