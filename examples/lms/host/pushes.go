package host

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Push is a kind of request of an identity provider that was refused. The detail has no name and no address.
type Push struct {
	Method string
	Status int
	Detail string
	Times  int64
	Latest time.Time
}

// maxDetail bounds the bytes of a detail, which is part of a key.
const maxDetail = 200

// NotePush counts a refused request by the text of its token.
func (h *Host) NotePush(ctx context.Context, token string, p Push) error {
	sum := sha256.Sum256([]byte(token))
	access, ok, err := h.scimAccess(ctx, sum)
	if err != nil || !ok {
		return err
	}
	p.Detail = strings.ToValidUTF8(p.Detail[:min(len(p.Detail), maxDetail)], "")
	now := micros(h.Now())
	count := func() (int64, error) {
		return h.write(ctx, "UPDATE lms_pushes SET times = times + 1, latest = ? WHERE account = ? AND source = ? AND method = ? AND status = ? AND detail = ?",
			now, access.Account, access.Source, p.Method, p.Status, p.Detail)
	}
	if n, err := count(); err != nil || n > 0 {
		return err
	}
	_, err = h.write(ctx, "INSERT INTO lms_pushes (account, source, method, status, detail, times, latest) VALUES (?, ?, ?, ?, ?, 1, ?)",
		access.Account, access.Source, p.Method, p.Status, p.Detail, now)
	if err != nil { // another request of the kind was faster
		if n, again := count(); again == nil && n > 0 {
			return nil
		}
	}
	return err
}

// Pushes lists what was refused to a source within 30 days, the latest first.
func (h *Host) Pushes(ctx context.Context, account users.AccountID, source string) (pushes []Push, err error) {
	err = h.rows(ctx, h.DB, func(rows *sql.Rows) error {
		var p Push
		var latest int64
		err := rows.Scan(&p.Method, &p.Status, &p.Detail, &p.Times, &latest)
		p.Latest = instant(latest)
		pushes = append(pushes, p)
		return err
	}, "SELECT method, status, detail, times, latest FROM lms_pushes WHERE account = ? AND source = ? AND latest > ? ORDER BY latest DESC LIMIT 50",
		account, source, micros(h.Now().AddDate(0, 0, -30)))
	return pushes, err
}
