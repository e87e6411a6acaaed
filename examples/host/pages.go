package main

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/examples/mails"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Admins buy nothing here, and the pages have no archive. A session is over long before its user counts as unseen.
var policy = seats.Policy{Buying: seats.Orders{By: seats.VendorOnly}, Returning: seats.VendorOnly, Withheld: users.In(users.ActionArchive),
	Unseen: seats.UnseenRule{Days: 180}, Thresholds: seats.Thresholds{Low: seats.LowMarks{{Left: seats.Amount{Number: 1}}}, Full: true, Over: true}}

// words are for admins, door for people who want to come in, said for a status without words, and sorry for the others.
var words, door, sorry = seats.English(), seats.English(), "This did not work. Please try again in a moment"
var said = map[int]string{http.StatusNotFound: "This link is not whole. Please copy all of it from the mail", http.StatusRequestEntityTooLarge: "This is too much text. Please shorten it"}

func init() {
	words["no-seats"] = "No seat is free: {held} of {total} {held:is|are} taken"
	door["wrong-status/reason"] = "You can't come in: your access {reason}. Ask an admin of your company"
	door["changed-meanwhile/field"] = "There is a newer invitation than this link"
	door["changed-meanwhile/reason"] = "This link can't be used again: your access {reason}. Sign in, or ask an admin of your company"
	door["key-reused"] = "Your company is signed up already, with other entries. Go back and sign in with those, or begin anew"
}

// front has the forms. Links of invitations lead to a button, as programs that look through mails press none; Once is its request key.
func (h *host) front(w http.ResponseWriter, r *http.Request) error {
	show(w, r, nil, "front", map[string]string{"Account": h.seal("sign-up", url.Values{"account": {rand.Text()}}), "Invitation": r.FormValue("link"), "Once": rand.Text()})
	return nil
}

// profile reads the fields of a person.
func profile(r *http.Request) users.Profile {
	return users.Profile{FirstName: r.FormValue("first"), LastName: r.FormValue("last"), Email: r.FormValue("email")}
}

// signUp opens an account and writes the host's own row, once for a double click. A product confirms the address before.
func (h *host) signUp(w http.ResponseWriter, r *http.Request) error {
	account := users.AccountID(h.unseal("sign-up", r.FormValue("account")).Get("account"))
	var owner users.ID
	err := h.store.InTx(r.Context(), func(tx *sql.Tx, bound store.Bound) error {
		opened, err := h.keeper.InTx(bound).With(seatkeeper.Call{Key: "sign-up"}).Open(r.Context(), seats.Opening{
			Account: account, Name: r.FormValue("company"), Total: seats.Of(3), Policy: policy, Owner: profile(r),
		})
		if err != nil {
			return err
		}
		owner = opened.Outcomes[0].User
		_, err = tx.ExecContext(r.Context(), "INSERT INTO companies (account, plan) VALUES ($1, 'trial') ON CONFLICT DO NOTHING", account)
		return err
	})
	if err != nil {
		return err
	}
	return h.enter(w, r, account, users.Profile{ID: owner})
}

// identify stands for a check by a directory or a password. It believes the form, for a trial on this machine alone.
func identify(r *http.Request) (users.Profile, error) { return profile(r), nil }

// signIn lets a person in. One of several companies chooses.
func (h *host) signIn(w http.ResponseWriter, r *http.Request) error {
	known, err := identify(r)
	if err != nil {
		return err
	}
	var found []seatkeeper.Membership
	for m, err := range h.keeper.AccountsOf(r.Context(), users.ByEmail(known.Email)) {
		if err != nil {
			return err
		}
		if chosen := r.FormValue("account"); chosen == "" || chosen == string(m.Account.ID) {
			found = append(found, m)
		}
	}
	if len(found) == 1 {
		return h.enter(w, r, found[0].Account.ID, known)
	}
	show(w, r, nil, "choose", found)
	return nil
}

// accept takes the invitation of a link, which is good once. A second click on the same button gets in too, by the request key.
func (h *host) accept(w http.ResponseWriter, r *http.Request) error {
	link := h.unseal("invitation", r.FormValue("link"))
	account, user := users.AccountID(link.Get("account")), users.ID(link.Get("user"))
	number, _ := strconv.ParseInt(link.Get("number"), 10, 64)
	still := seats.If{Command: seats.Accept{User: user, Invitation: number}, Status: users.In(users.Invited)}
	if _, err := h.keeper.With(seatkeeper.Call{Key: r.FormValue("once")}).Do(r.Context(), account, users.As(user), still); err != nil {
		return err
	}
	return h.enter(w, r, account, users.Profile{ID: user})
}

// enter is the one way to a session: an invited person becomes active, an inactive one is refused.
func (h *host) enter(w http.ResponseWriter, r *http.Request, account users.AccountID, known users.Profile) error {
	result, err := h.keeper.Do(r.Context(), account, users.System(), seats.SignIn{Profile: known})
	if err != nil {
		return err
	}
	ends := time.Now().AddDate(0, 0, 14)
	session := url.Values{"account": {string(account)}, "user": {string(result.Outcomes[0].User)}, "ends": {ends.UTC().Format(time.DateOnly)}}
	http.SetCookie(w, &http.Cookie{Name: "session", Value: h.seal("session", session), Path: "/", Expires: ends,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(h.url, "https:")})
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// guard lets people through who may. An inactive user is out at once, and within a second by another process.
func (h *host) guard(need seats.Permission, p func(http.ResponseWriter, *http.Request, users.AccountID, seats.Person) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		var session url.Values
		if cookie, err := r.Cookie("session"); err == nil {
			session = h.unseal("session", cookie.Value)
		}
		if session.Get("ends") < time.Now().UTC().Format(time.DateOnly) {
			return h.front(w, r)
		}
		account, id := users.AccountID(session.Get("account")), users.ID(session.Get("user"))
		user, err := h.keeper.With(seatkeeper.Call{MaxAge: time.Second}).User(r.Context(), account, id)
		if err == nil && user.May.Has(need) {
			return p(w, r, account, user)
		}
		if err == nil { // the words for a person who can't come in, or who may not see this page
			err = h.keeper.May(r.Context(), account, users.System(), seats.SignIn{Profile: users.Profile{ID: id}})
		}
		return cmp.Or(err, error(&seats.Refusal{Code: seats.ErrForbidden}))
	}
}

func (h *host) home(w http.ResponseWriter, r *http.Request, _ users.AccountID, user seats.Person) error {
	show(w, r, nil, "home", user)
	return nil
}

// buttons are those of a row, each for users of a status, and good as long as they have it.
var buttons = []struct {
	Path, Label string
	Status      users.Set[users.Status]
	Command     func(users.ID) seats.Command
}{
	{"send-again", "Send again", users.In(users.Invited), func(id users.ID) seats.Command { return seats.Notify{User: id} }},
	{"take-back", "Take back", users.In(users.Invited), func(id users.ID) seats.Command { return seats.TakeBack(id).Command }},
	{"deactivate", "Make inactive", users.In(users.Active), func(id users.ID) seats.Command { return seats.Deactivate{User: id} }},
	{"reactivate", "Make active", users.In(users.Inactive), func(id users.ID) seats.Command { return seats.Reactivate{User: id} }},
	{"delete", "Delete", users.In(users.Inactive), func(id users.ID) seats.Command { return seats.Delete{User: id} }},
}

// pressed returns the command of a form: an invitation, or a button on condition that all is as the page showed it.
func pressed(r *http.Request) seats.Command {
	for _, b := range buttons {
		if b.Path == r.FormValue("button") {
			c := seats.If{Command: b.Command(users.ID(r.FormValue("user"))), Status: b.Status}
			c.Invitation, _ = strconv.ParseInt(r.FormValue("invitation"), 10, 64)
			return c
		}
	}
	if r.FormValue("button") != "" { // of no page
		return nil
	}
	role, _ := users.Parse[users.Role](r.FormValue("role")) // a member without
	return seats.Invite{Role: role, Profile: profile(r)}
}

// users carries out what a form asks for, and shows the page of the URL as it is then.
func (h *host) users(w http.ResponseWriter, r *http.Request, account users.AccountID, user seats.Person) error {
	ctx, actor, asked, done, refused := r.Context(), users.As(user.ID), r.URL.Query(), seatkeeper.Result{}, error(nil)
	if r.Method == http.MethodPost {
		if done, refused = h.keeper.Do(ctx, account, actor, pressed(r)); refused == nil && !done.Outcomes[0].Unchanged {
			http.Redirect(w, r, r.URL.String(), http.StatusSeeOther)
			return nil
		}
	}
	filter, _ := users.ParseFilter(asked, "cursor") // of a link that can't be read: all users, each with buttons of their own
	cursor, _ := users.Parse[users.Cursor](asked.Get("cursor"))
	filter.Order = users.OrderName
	usage, err := h.keeper.Usage(ctx, account)
	if err != nil {
		return err
	}
	page, err := h.keeper.Page(ctx, account, filter, cursor, 20)
	if err != nil {
		return err
	}
	allowed, err := h.keeper.Allowed(ctx, account, actor, page.IDs()...)
	if err != nil {
		return err
	}
	show(w, r, refused, "users", map[string]any{"Refused": refused, "Said": cmp.Or(words.Text(refused), sorry), "There": done.Outcomes, "Words": words, "Usage": usage,
		"Page": page, "Allowed": allowed, "Buttons": buttons, "URL": r.URL, "Filter": filter, "Query": "?" + url.Values(filter.Query()).Encode() + "&cursor=", "Statuses": users.Statuses(), "Roles": users.Roles()[:users.Owner]})
	return nil
}

// mails returns the mails that follow from an event: an invitation with its link, or the news that seats run out.
func (h *host) mails(e seats.Event) []mails.Mail {
	if number := e.Invitation(); number > 0 {
		link := h.seal("invitation", url.Values{"account": {string(e.Account)}, "user": {string(e.User)}, "number": {strconv.FormatInt(number, 10)}})
		return []mails.Mail{{To: users.Filter{IDs: []users.ID{e.User}}, Subject: "You are invited", Body: h.url + "/invitation?link=" + url.QueryEscape(link)}}
	}
	said := map[seats.EventKind]string{seats.EventSeatsLow: "Few seats are free", seats.EventSeatsFull: "All seats are taken", seats.EventSeatsOver: "Too many seats are taken"}
	if subject := said[e.Kind]; subject != "" {
		return []mails.Mail{{To: users.Filter{IDs: e.Receivers}, Subject: subject, Body: h.url + "/users"}}
	}
	return nil
}

// signed stands for the check of a webhook's signature over body and time, such as Stripe's webhook.ConstructEvent.
func (h *host) signed(header http.Header, _ []byte) bool {
	return hmac.Equal([]byte(header.Get("Authorization")), []byte("Bearer "+h.secret))
}

// seal signs values for one purpose, and unseal returns them, or none if they were not so sealed.
func (h *host) seal(purpose string, values url.Values) string {
	mac := hmac.New(sha256.New, []byte(h.secret))
	mac.Write([]byte(purpose + "?" + values.Encode()))
	return hex.EncodeToString(mac.Sum(nil)) + "?" + values.Encode()
}

func (h *host) unseal(purpose, sealed string) url.Values {
	values, err := url.ParseQuery(sealed[strings.Index(sealed, "?")+1:])
	if err != nil || !hmac.Equal([]byte(sealed), []byte(h.seal(purpose, values))) {
		return nil
	}
	return values
}
