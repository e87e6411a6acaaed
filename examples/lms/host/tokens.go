package host

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	server "github.com/seatkeeper/seatkeeper/examples/scim"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Token lets an identity provider push the users of a source by SCIM. Its text is shown once, and kept hashed.
type Token struct {
	ID   string
	Made time.Time
	Used time.Time // the last time, to the minute; zero: never
}

// NewToken makes a token of a source, and returns its text.
func (h *Host) NewToken(ctx context.Context, account users.AccountID, source string) (string, error) {
	text := "lms_" + rand.Text()
	sum := sha256.Sum256([]byte(text))
	_, err := h.write(ctx, "INSERT INTO lms_tokens (hash, id, account, source, made, used) VALUES (?, ?, ?, ?, ?, 0)",
		hex.EncodeToString(sum[:]), rand.Text(), account, source, micros(h.Now()))
	return text, err
}

// RevokeToken ends a token at once.
func (h *Host) RevokeToken(ctx context.Context, account users.AccountID, source, id string) error {
	n, err := h.write(ctx, "DELETE FROM lms_tokens WHERE id = ? AND account = ? AND source = ?", id, account, source)
	if err == nil && n == 0 {
		err = ErrNoJob
	}
	return err
}

// Tokens lists the tokens of a source, the newest first.
func (h *Host) Tokens(ctx context.Context, account users.AccountID, source string) (tokens []Token, err error) {
	err = h.rows(ctx, h.DB, func(rows *sql.Rows) error {
		var t Token
		var made, used int64
		err := rows.Scan(&t.ID, &made, &used)
		t.Made, t.Used = instant(made), instant(used)
		tokens = append(tokens, t)
		return err
	}, "SELECT id, made, used FROM lms_tokens WHERE account = ? AND source = ? ORDER BY made DESC", account, source)
	return tokens, err
}

// TokenSources lists the names of sources that have a token.
func (h *Host) TokenSources(ctx context.Context, account users.AccountID) (names []string, err error) {
	err = h.rows(ctx, h.DB, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, "SELECT DISTINCT source FROM lms_tokens WHERE account = ? ORDER BY source", account)
	return names, err
}

// scimAccess returns the access of a token by its hash.
func (h *Host) scimAccess(ctx context.Context, sum [sha256.Size]byte) (access server.Access, ok bool, err error) {
	hash := hex.EncodeToString(sum[:])
	var used int64
	err = h.DB.QueryRowContext(ctx, h.sql("SELECT account, source, used FROM lms_tokens WHERE hash = ?"), hash).Scan(&access.Account, &access.Source, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return access, false, nil
	}
	if err != nil {
		return access, false, err
	}
	access.Connection = scim.Connection{Source: access.Source, Base: h.URL + "/scim/v2"}
	if now := h.Now(); now.Sub(instant(used)) > time.Minute {
		_, err = h.write(ctx, "UPDATE lms_tokens SET used = ? WHERE hash = ?", micros(now), hash)
	}
	return access, true, err
}

// SCIM is the endpoint for identity providers, to be mounted at /scim/v2.
func (h *Host) SCIM() *server.Server {
	return &server.Server{Keeper: h.Keeper, Groups: groups{h}, Tokens: h.scimAccess, Log: h.Log}
}
