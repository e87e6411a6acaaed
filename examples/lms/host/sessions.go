package host

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Sessions keep the sessions of scs in the host's database. Tokens come hashed, so that a stolen table opens no session.
type Sessions struct{ *Host }

// FindCtx returns the data of a session that has not ended.
func (s Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.DB.QueryRowContext(ctx, s.sql("SELECT data FROM lms_sessions WHERE token = ? AND expires > ?"), token, micros(time.Now())).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx writes a session.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	n, err := s.write(ctx, "UPDATE lms_sessions SET data = ?, expires = ? WHERE token = ?", data, micros(expires), token)
	if err != nil || n > 0 {
		return err
	}
	_, err = s.write(ctx, "INSERT INTO lms_sessions (token, data, expires) VALUES (?, ?, ?)", token, data, micros(expires))
	return err
}

// DeleteCtx ends a session.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.write(ctx, "DELETE FROM lms_sessions WHERE token = ?", token)
	return err
}

// Find, Commit and Delete are the form of scs without a context, which it does not call.

// Find is FindCtx.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (s Sessions) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

// Delete is DeleteCtx.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// EndSessions removes the sessions that have ended.
func (h *Host) EndSessions(ctx context.Context) error {
	_, err := h.write(ctx, "DELETE FROM lms_sessions WHERE expires <= ?", micros(time.Now()))
	return err
}
