package host

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Lessons is the number of lessons of a course, all alike in this host.
const Lessons = 3

// A Record is what a user did with a license of a course.
type Record struct {
	users.LicenceID
	Opened  time.Time
	Lessons int
	Done    time.Time // zero: lessons are left
}

// StartCourse opens a course for a user by themselves. The license is spent and the record begins in one transaction.
func (h *Host) StartCourse(ctx context.Context, account users.AccountID, user users.ID, l users.Licence) error {
	return h.Store.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
		result, err := h.Keeper.InTx(bound).Do(ctx, account, users.As(user), seats.StartCourse{User: user, Pool: seats.PoolID(l.Pool)})
		if err != nil || result.Outcomes[0].Unchanged {
			return err
		}
		_, err = h.exec(ctx, tx, "INSERT INTO lms_records (account, user_id, pool, number, opened, lessons, done) VALUES (?, ?, ?, ?, ?, 0, 0)",
			account, user, l.Pool, l.Number, micros(h.Now()))
		return err
	})
}

// FinishLesson counts a lesson of an opened course. The same lesson twice counts once.
func (h *Host) FinishLesson(ctx context.Context, account users.AccountID, l users.Licence, lesson int) error {
	if lesson < 1 || lesson > Lessons {
		return &seats.Refusal{Code: seats.ErrBadInput, Field: "lesson", Reason: seats.ErrNotThere}
	}
	var done int64
	if lesson == Lessons {
		done = micros(h.Now())
	}
	record, err := h.Record(ctx, account, l.ID())
	if err != nil {
		return err
	}
	if record.Opened.IsZero() { // opened before the host kept records
		_, err = h.write(ctx, "INSERT INTO lms_records (account, user_id, pool, number, opened, lessons, done) VALUES (?, ?, ?, ?, ?, ?, ?)",
			account, l.User, l.Pool, l.Number, micros(l.Started), lesson, done)
		return err
	}
	_, err = h.write(ctx, "UPDATE lms_records SET lessons = ?, done = ? WHERE account = ? AND user_id = ? AND pool = ? AND number = ? AND lessons = ?",
		lesson, done, account, l.User, l.Pool, l.Number, lesson-1)
	return err
}

// Record returns the record of a license; the zero record if there is none.
func (h *Host) Record(ctx context.Context, account users.AccountID, id users.LicenceID) (r Record, err error) {
	var opened, done int64
	r.LicenceID = id
	err = h.DB.QueryRowContext(ctx, h.sql("SELECT opened, lessons, done FROM lms_records WHERE account = ? AND user_id = ? AND pool = ? AND number = ?"),
		account, id.User, id.Pool, id.Number).Scan(&opened, &r.Lessons, &done)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	r.Opened, r.Done = instant(opened), instant(done)
	return r, err
}
