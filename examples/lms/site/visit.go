package site

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A visit is one request, with the person behind it.
type visit struct {
	*Site
	w       http.ResponseWriter
	r       *http.Request
	status  int
	account seats.Account // of the session; zero at the door
	person  seats.Person  // zero for the vendor's support
	actor   users.Actor
	begun   bool   // the answer is under way: an error can only end it
	alert   string // why the form that led here was refused
	known   product
}

var (
	errNoSession = errors.New("no session")
	errNoPage    = errors.New("no page")
	errOtherSite = errors.New("a form of another site")
)

// who says who may see a page. The library answers: the permissions of a person follow from role, status and policy.
type who uint8

const (
	anyone   who = iota // at the door
	present             // a person of the account, or the vendor's support
	learners            // seats.OpenCourses
	readers             // seats.ReadReports, and support
	admins              // seats.ManagePeople, and support
	vendor              // support alone
)

var needs = map[who]seats.Permission{learners: seats.OpenCourses, readers: seats.ReadReports, admins: seats.ManagePeople}

// The keys of a session.
const (
	keyAccount   = "account"
	keyUser      = "user"
	keyReference = "reference" // of a request to the vendor's support
	keyNote      = "note"      // to be shown on the next page
	keyWarning   = "warning"   // likewise, where it is not what was asked for
	keyAbout     = "about"     // the user that either is about
)

// enter finds out who is there, and refuses those who may not. It looks at each request, so that an inactive user is out at
// once, and within a second where another process made them so.
func (v *visit) enter(who who) error {
	ctx := v.r.Context()
	account, user := users.AccountID(v.sessions.GetString(ctx, keyAccount)), users.ID(v.sessions.GetString(ctx, keyUser))
	reference := v.sessions.GetString(ctx, keyReference)
	if account == "" && reference == "" {
		if who == anyone {
			return nil
		}
		return errNoSession
	}
	recent := v.Keeper.With(seatkeeper.Call{MaxAge: time.Second})
	var err error
	if account != "" {
		if v.account, err = recent.Account(ctx, account); err != nil {
			return err
		}
	}
	if reference != "" {
		v.actor = users.Support(reference)
		if account == "" && who != anyone && who != vendor {
			return errNoSession // support has to choose an account first
		}
		if who == learners {
			return &seats.Refusal{Code: seats.ErrForbidden, Reason: seats.ErrNotAUser}
		}
		return nil
	}
	if v.person, err = recent.User(ctx, account, user); err != nil {
		return err
	}
	v.actor = users.As(user)
	if who == anyone {
		return nil
	}
	if !v.person.May.Has(seats.EnterAccount) { // the words for a person who can't come in
		if err := v.Keeper.May(ctx, account, users.System(), seats.SignIn{Profile: users.Profile{ID: user}}); err != nil {
			return err
		}
	}
	if who == vendor {
		return &seats.Refusal{Code: seats.ErrForbidden, Reason: seats.ErrNeedsSupport}
	}
	if need, ok := needs[who]; ok && !v.person.May.Has(need) {
		return &seats.Refusal{Code: seats.ErrForbidden, Reason: seats.ErrNeedsAdmin}
	}
	_ = v.Keeper.Seen(ctx, account, v.Now(), user) // the next page tells it, if this one did not
	return nil
}

// support reports whether the vendor's support is there.
func (v *visit) support() bool { return v.actor.Kind == users.ActorSupport }

// may reports whether the person there may see the pages of who.
func (v *visit) may(who who) bool {
	if v.support() {
		return who != learners
	}
	need, ok := needs[who]
	return who == anyone || who == present && v.person.ID != "" || ok && v.person.May.Has(need)
}

// partial reports whether htmx asks, which takes a part of a page.
func (v *visit) partial() bool { return v.r.Header.Get("HX-Request") == "true" }

// redirect leads on after a form, so that a reload does not send it again.
func (v *visit) redirect(to string) {
	v.status = http.StatusSeeOther
	http.Redirect(v.w, v.r, to, v.status)
}

// back leads to the page that a form came from, else to another one. It stays on the site.
func (v *visit) back(otherwise string) {
	from, err := url.Parse(v.r.FormValue("back"))
	if err != nil || from.Path == "" || from.Path[0] != '/' || from.Host != "" || from.Scheme != "" {
		from = &url.URL{Path: otherwise}
	}
	v.redirect((&url.URL{Path: from.Path, RawQuery: from.RawQuery}).String())
}

// note is shown on the next page.
func (v *visit) note(text string) { v.sessions.Put(v.r.Context(), keyNote, text) }

// warn is shown on the next page: what was asked for did not happen, or in another way.
func (v *visit) warn(text string) { v.sessions.Put(v.r.Context(), keyWarning, text) }

// leadTo leads from the note or the warning to the user that it is about.
func (v *visit) leadTo(user users.ID) { v.sessions.Put(v.r.Context(), keyAbout, string(user)) }

// do carries out commands, all or nothing, as the person there.
func (v *visit) do(commands ...seats.Command) (seatkeeper.Result, error) {
	return v.Keeper.Do(v.r.Context(), v.account.ID, v.actor, commands...)
}

// user is the user of the path.
func (v *visit) user() (seats.Person, error) {
	return v.Keeper.User(v.r.Context(), v.account.ID, users.ID(v.r.PathValue("user")))
}
