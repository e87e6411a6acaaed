package host

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"net/url"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// signInTerm is the life of a link to sign in.
const signInTerm = 15 * time.Minute

// Seal signs values for one purpose.
func (h *Host) Seal(purpose string, values url.Values) string {
	text := values.Encode()
	return hex.EncodeToString(h.sign([]byte(purpose+"?"+text))) + "?" + text
}

// Unseal returns the values that were signed for the purpose and have not ended, or none.
func (h *Host) Unseal(purpose, sealed string) url.Values {
	_, query, _ := strings.Cut(sealed, "?")
	values, err := url.ParseQuery(query)
	if err != nil || !hmac.Equal([]byte(sealed), []byte(h.Seal(purpose, values))) {
		return nil
	}
	if ends := values.Get("ends"); ends != "" && ends < h.Now().UTC().Format(time.RFC3339) {
		return nil
	}
	return values
}

// SignInLink is the link by which a person signs in for a quarter of an hour.
func (h *Host) SignInLink(account users.AccountID, user users.ID) string {
	return h.URL + "/sign-in?link=" + url.QueryEscape(h.Seal("sign-in", url.Values{
		"account": {string(account)}, "user": {string(user)}, "ends": {h.Now().Add(signInTerm).UTC().Format(time.RFC3339)},
	}))
}

// signInPause is the time between two mails with links to one person: a stranger can ask for them.
const signInPause = time.Minute

// MailSignIn writes the mail with the link of a sign-in, unless one was written a moment ago. It is about no event: its number is the instant, far beyond those of events.
func (h *Host) MailSignIn(ctx context.Context, q querier, account users.AccountID, p users.Profile) error {
	now := micros(h.Now())
	var recent int
	err := q.QueryRowContext(ctx, h.sql("SELECT COUNT(*) FROM lms_mails WHERE account = ? AND user_id = ? AND event > ?"),
		account, p.ID, micros(h.Now().Add(-signInPause))).Scan(&recent)
	if err != nil || recent > 0 {
		return err
	}
	_, err = h.exec(ctx, q, "INSERT INTO lms_mails (account, event, user_id, address, subject, body, made, sent) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
		account, now, p.ID, p.Email, "Sign in", "Follow this link within a quarter of an hour to sign in:\n\n"+h.SignInLink(account, p.ID)+"\n", now)
	return err
}
