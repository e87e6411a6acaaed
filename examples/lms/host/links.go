package host

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Invitation is what the link of an invitation says. The number makes it void once a newer one went out.
type Invitation struct {
	Account users.AccountID `json:"a"`
	User    users.ID        `json:"u"`
	Number  int64           `json:"n"`
}

// ErrNoLink is the error for a link that the host did not make.
var ErrNoLink = errors.New("the link is not one of an invitation")

// InvitationURL is the link of an invitation. It is signed: a link can't be guessed from another one.
func (h *Host) InvitationURL(i Invitation) (string, error) {
	text, err := json.Marshal(i)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	return h.URL + "/welcome/" + encode(text) + "." + encode(h.sign(text)), nil
}

// ReadInvitation reads the last part of a link.
func (h *Host) ReadInvitation(token string) (i Invitation, err error) {
	body, signature, _ := strings.Cut(token, ".")
	text, bad := base64.RawURLEncoding.DecodeString(body)
	signed, wrong := base64.RawURLEncoding.DecodeString(signature)
	if bad != nil || wrong != nil || !hmac.Equal(signed, h.sign(text)) {
		return i, ErrNoLink
	}
	return i, json.Unmarshal(text, &i)
}

func (h *Host) sign(text []byte) []byte {
	mac := hmac.New(sha256.New, h.linkKey)
	_, _ = mac.Write(text)
	return mac.Sum(nil)
}

// secret returns a key of the host, and makes it if there is none yet.
func (h *Host) secret(ctx context.Context, name string) (key []byte, err error) {
	read := func() error {
		return h.DB.QueryRowContext(ctx, h.sql("SELECT value FROM lms_secrets WHERE name = ?"), name).Scan(&key)
	}
	if err = read(); !errors.Is(err, sql.ErrNoRows) {
		return key, err
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh)
	if _, err := h.write(ctx, "INSERT INTO lms_secrets (name, value) VALUES (?, ?)", name, fresh); err != nil && read() != nil {
		return nil, err
	}
	return key, read() // that of another process, if it was faster
}
