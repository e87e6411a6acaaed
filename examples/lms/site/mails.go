package site

import (
	"net/url"
	"strconv"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/users"
)

// A mailsView is the mail folder of an account.
type mailsView struct {
	Folder string
	Mails  []mailRow
}

// A mailRow is a mail with its page.
type mailRow struct {
	host.Mail
	Path string
}

const mailsShown = 200

// mails lists what was mailed. Links of invitations let people in: only the demo shows them to an admin.
func (v *visit) mails() error {
	if !v.Demo {
		return errNoPage
	}
	mails, err := v.Mails(v.r.Context(), v.account.ID, mailsShown)
	if err != nil {
		return err
	}
	page := mailsView{Folder: v.MailFolder()}
	for _, m := range mails {
		page.Mails = append(page.Mails, mailRow{m, "/mails/" + strconv.FormatUint(m.Event, 10) + "/" + url.PathEscape(string(m.User))})
	}
	return v.show("mails", "Mails", page)
}

// A mailView is one mail, with its link apart.
type mailView struct {
	host.Mail
	Before, Link, After string
}

func (v *visit) mail() error {
	if !v.Demo {
		return errNoPage
	}
	event, _ := strconv.ParseUint(v.r.PathValue("event"), 10, 64)
	m, ok, err := v.Mail(v.r.Context(), v.account.ID, event, users.ID(v.r.PathValue("user")))
	if err != nil {
		return err
	}
	if !ok {
		return errNoPage
	}
	page := mailView{Mail: m, Before: m.Body}
	page.Before, page.Link, page.After = cutLink(m.Body, v.URL)
	return v.show("mail", m.Subject, page)
}
