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

// MailSignIn writes the mail with the link of a sign-in. It is about no event: its number is the instant, far beyond those of events.
func (h *Host) MailSignIn(ctx context.Context, q querier, account users.AccountID, p users.Profile) error {
	now := micros(h.Now())
	_, err := h.exec(ctx, q, "INSERT INTO lms_mails (account, event, user_id, address, subject, body, made, sent) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
		account, now, p.ID, p.Email, "Sign in", "Follow this link within a quarter of an hour to sign in:\n\n"+h.SignInLink(account, p.ID)+"\n", now)
	return err
}
