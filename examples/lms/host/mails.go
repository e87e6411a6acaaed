package host

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/examples/lms/sentences"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Mail is a mail to a user about an event.
type Mail struct {
	Account users.AccountID
	Event   uint64
	User    users.ID
	Address string
	Subject string
	Body    string
	Made    time.Time
	Sent    time.Time // its file is in the folder
}

// SendMails drains the outbox until the context ends.
func (h *Host) SendMails(ctx context.Context) {
	for ctx.Err() == nil {
		h.Failed(ctx, "mails", h.DrainMails(ctx))
		select {
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
		}
	}
}

// DrainMails writes the mails of all new events, and puts those that are written into the folder. A host puts its mailer
// in the place of the folder.
func (h *Host) DrainMails(ctx context.Context) error {
	_, err := h.Keeper.Drain(ctx, seatkeeper.Consumer{
		Name: "mails", FromNow: true, Attempts: 5, Handle: h.writeMails, // FromNow: no invitation of last year goes out
		Report: func(ctx context.Context, err error) { h.Failed(ctx, "outbox", err) },
	})
	return errors.Join(err, h.deliver(ctx))
}

// writeMails writes the mails of a delivery and the progress in one transaction: each mail is written once.
func (h *Host) writeMails(ctx context.Context, d *seatkeeper.Delivery) error {
	return h.Store.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
		keeper := h.Keeper.InTx(bound)
		account, err := keeper.Account(ctx, d.Account)
		if err != nil {
			return err
		}
		for _, e := range d.Events {
			if e.Kind == seats.EventDeleted || e.Kind == seats.EventErased { // mails have an address in them
				if err := h.forget(ctx, tx, "account = ? AND user_id = ?", e.Account, e.User); err != nil {
					return err
				}
				continue
			}
			about, ok := abouts[e.Kind]
			if !ok {
				continue
			}
			to, ok := about.to(e)
			if !ok {
				continue
			}
			for p, err := range keeper.Users(ctx, e.Account, to) {
				if err != nil {
					return err
				}
				if p.Email == "" || !p.May.Has(seats.ReceiveNotifications) {
					continue
				}
				m, err := h.compose(ctx, keeper, account, e, about, p)
				if err != nil {
					return err
				}
				if _, err := h.exec(ctx, tx, "INSERT INTO lms_mails (account, event, user_id, address, subject, body, made, sent) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
					m.Account, m.Event, m.User, m.Address, m.Subject, m.Body, micros(m.Made)); err != nil {
					return err
				}
			}
		}
		return d.DoneIn(ctx, bound)
	})
}

// An about is what is mailed about a kind of event.
type about struct {
	to      func(seats.Event) (_ users.Filter, ok bool) // not ok: to none
	subject string
	page    string // of the site, for the link
}

func toUser(e seats.Event) (users.Filter, bool) {
	return users.Filter{IDs: []users.ID{e.User}}, e.User != ""
}

// toInvited is for events by which an invitation can go out.
func toInvited(e seats.Event) (users.Filter, bool) {
	return users.Filter{IDs: []users.ID{e.User}}, e.Invitation() > 0
}

func toReceivers(e seats.Event) (users.Filter, bool) {
	return users.Filter{IDs: e.Receivers}, len(e.Receivers) > 0 // a filter without IDs is of all users
}

func toAdmins(seats.Event) (users.Filter, bool) {
	return users.Filter{Role: users.In(users.Admin, users.Owner), Status: users.In(users.Active)}, true
}

// abouts are the events that are mailed.
var abouts = map[seats.EventKind]about{
	seats.EventInvited:          {toInvited, "", ""},
	seats.EventNotified:         {toInvited, "", ""},
	seats.EventReactivated:      {toInvited, "", ""},
	seats.EventRestored:         {toInvited, "", ""},
	seats.EventSeated:           {toInvited, "", ""},
	seats.EventEdited:           {toInvited, "", ""},
	seats.EventCourseAssigned:   {toUser, "A course for you", "/me"},
	seats.EventOwnershipOffered: {toUser, "You can become an owner", "/me"},
	seats.EventLeavingSoon:      {toUser, "Your access ends soon", "/me"},
	seats.EventSeatRequested:    {toAdmins, "A user asks for a seat", "/queue"},
	seats.EventSeatsBought:      {toReceivers, "Your order of seats", "/seats"},
	seats.EventSeatsReturned:    {toReceivers, "Seats were given back", "/seats"},
	seats.EventSeatsGrown:       {toReceivers, "Seats were added", "/seats"},
	seats.EventSeatsLow:         {toReceivers, "Few seats are left", "/seats"},
	seats.EventSeatsFull:        {toReceivers, "No seat is left", "/seats"},
	seats.EventSeatsOver:        {toReceivers, "More seats are held than there are", "/seats"},
	seats.EventSourceHeld:       {toReceivers, "A sync is held", "/sync"},
}

// compose writes a mail to a person.
func (h *Host) compose(ctx context.Context, keeper *seatkeeper.Keeper, account seats.Account, e seats.Event, about about, p seats.Person) (Mail, error) {
	name := cmp.Or(account.Name, string(account.ID))
	m := Mail{Account: e.Account, Event: e.Sequence, User: p.ID, Address: p.Email, Made: h.Now(), Subject: about.subject + ": " + name}
	greeting := "Good day,\n\n"
	if p.FirstName != "" {
		greeting = "Good day " + p.FirstName + ",\n\n"
	}
	switch number := e.Invitation(); {
	case number > 0 && p.FirstSignIn.IsZero():
		link, err := h.InvitationURL(Invitation{e.Account, p.ID, number})
		if err != nil {
			return m, err
		}
		m.Subject = "You are invited: " + name
		m.Body = greeting + name + " invites you to learn. This link lets you in:\n\n" + link + "\n\nA later message has another link, and this one ends then.\n"
		return m, nil
	case number > 0:
		m.Subject = "You can come in: " + name
		m.Body = greeting + "you have access to " + name + ". Sign in here:\n\n" + h.URL + "/\n"
		return m, nil
	}
	text, err := h.say(ctx, keeper, e)
	if err != nil {
		return m, err
	}
	m.Body = greeting + text + ".\n\n" + h.URL + about.page + "\n"
	return m, nil
}

// say says an event in a sentence.
func (h *Host) say(ctx context.Context, keeper *seatkeeper.Keeper, e seats.Event) (string, error) {
	if text := seats.English().Notice(e); text != "" {
		return strings.ToUpper(text[:1]) + text[1:], nil
	}
	names := map[users.ID]string{}
	for _, id := range []users.ID{e.User, e.Actor.User} {
		p, err := keeper.User(ctx, e.Account, id)
		if errors.Is(err, seats.ErrUnknownUser) || errors.Is(err, seats.ErrBadInput) {
			continue
		}
		if err != nil {
			return "", err
		}
		names[id] = cmp.Or(strings.TrimSpace(p.FirstName+" "+p.LastName), p.Email, p.Username, p.ExternalID)
	}
	var course string
	if e.Pool != seats.Site {
		pool, err := keeper.Pool(ctx, e.Account, e.Pool)
		if err != nil {
			return "", err
		}
		course = cmp.Or(pool.Name, string(pool.ID))
	}
	return sentences.Teller{
		Names: func(id users.ID) string { return cmp.Or(names[id], "A user") },
		Pools: func(seats.PoolID) string { return course },
		Day:   func(d users.Date) string { return string(d) },
	}.Of(e), nil
}

// deliver puts written mails into the folder. A mail whose process has ended in between is put there again, under the
// same name.
func (h *Host) deliver(ctx context.Context) error {
	mails, err := h.mailsWhere(ctx, "sent = 0 ORDER BY account, event LIMIT 500")
	for _, m := range mails {
		if err == nil {
			err = h.deliverOne(ctx, m)
		}
	}
	return err
}

func (h *Host) deliverOne(ctx context.Context, m Mail) error {
	var text strings.Builder
	for _, line := range []string{
		"From: lms@localhost", "To: " + m.Address, "Subject: " + mime.QEncoding.Encode("utf-8", m.Subject), "Date: " + m.Made.Format(time.RFC1123Z),
		"MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", strings.ReplaceAll(m.Body, "\n", "\r\n"),
	} {
		text.WriteString(line + "\r\n")
	}
	path := h.mailPath(m)
	if err := os.WriteFile(path+".part", []byte(text.String()), 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	_, err := h.write(ctx, "UPDATE lms_mails SET sent = ? WHERE account = ? AND event = ? AND user_id = ?", micros(h.Now()), m.Account, m.Event, m.User)
	return err
}

// MailFolder is the folder of the mails.
func (h *Host) MailFolder() string { return h.mailFolder() }

// mailPath is the file of a mail: an ID is too long for a name, and can have any character.
func (h *Host) mailPath(m Mail) string {
	sum := sha256.Sum256([]byte(string(m.Account) + "\x00" + string(m.User)))
	return filepath.Join(h.mailFolder(), fmt.Sprintf("%d-%x.eml", m.Event, sum[:8]))
}

// Mails lists the latest mails of an account.
func (h *Host) Mails(ctx context.Context, account users.AccountID, limit int) ([]Mail, error) {
	return h.mailsWhere(ctx, fmt.Sprintf("account = ? ORDER BY made DESC, event DESC, user_id LIMIT %d", limit), account)
}

// Mail returns a mail of an account.
func (h *Host) Mail(ctx context.Context, account users.AccountID, event uint64, user users.ID) (Mail, bool, error) {
	mails, err := h.mailsWhere(ctx, "account = ? AND event = ? AND user_id = ?", account, event, user)
	if err != nil || len(mails) == 0 {
		return Mail{}, false, err
	}
	return mails[0], true, nil
}

func (h *Host) mailsWhere(ctx context.Context, where string, args ...any) ([]Mail, error) {
	return h.mailsOf(ctx, h.DB, where, args...)
}

func (h *Host) mailsOf(ctx context.Context, q querier, where string, args ...any) (mails []Mail, err error) {
	err = h.rows(ctx, q, func(rows *sql.Rows) error {
		var m Mail
		var made, sent int64
		err := rows.Scan(&m.Account, &m.Event, &m.User, &m.Address, &m.Subject, &m.Body, &made, &sent)
		m.Made, m.Sent = instant(made), instant(sent)
		mails = append(mails, m)
		return err
	}, "SELECT account, event, user_id, address, subject, body, made, sent FROM lms_mails WHERE "+where, args...)
	return mails, err
}

// forget removes mails, and their files.
func (h *Host) forget(ctx context.Context, q querier, where string, args ...any) error {
	mails, err := h.mailsOf(ctx, q, where, args...)
	if err != nil || len(mails) == 0 {
		return err
	}
	for _, m := range mails {
		if err := os.Remove(h.mailPath(m)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	_, err = h.exec(ctx, q, "DELETE FROM lms_mails WHERE "+where, args...)
	return err
}

// DropMails removes the mails of a month ago: they are personal data.
func (h *Host) DropMails(ctx context.Context) error {
	return h.forget(ctx, h.DB, "made < ?", micros(h.Now().AddDate(0, -1, 0)))
}
