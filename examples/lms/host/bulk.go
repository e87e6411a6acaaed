package host

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// runBulk carries out the action on users of the job's lines. Some users at a time, their seats, their lines and the
// receipt are written in one transaction: after the end of the process the job goes on, and no user is done twice.
func (h *Host) runBulk(ctx context.Context, j Job) error {
	for ctx.Err() == nil {
		lines, err := h.Lines(ctx, j.ID, j.Done, perCommit)
		if err != nil || len(lines) == 0 {
			return err
		}
		var commands []seats.Command
		for _, l := range lines {
			commands = append(commands, j.Spec.Order.Command(l.User))
		}
		next := j
		if err := h.Store.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
			next = j
			call := seatkeeper.Call{Correlation: j.ID, Reason: j.Spec.Order.Reason}
			result, err := h.Keeper.InTx(bound).With(call).DoEach(ctx, j.Account, j.Actor, commands...)
			if err != nil {
				return err
			}
			for i, o := range result.Outcomes {
				text, err := json.Marshal(o)
				if err != nil {
					return err
				}
				if _, err := h.exec(ctx, tx, "UPDATE lms_lines SET outcome = ? WHERE job = ? AND line = ?", string(text), j.ID, lines[i].Line); err != nil {
					return err
				}
			}
			next.count(result.Outcomes)
			return h.settled(ctx, tx, next, next.Done, result.Receipt)
		}); err != nil {
			return err
		}
		j = next
	}
	return ctx.Err()
}

// runUndo puts back what another job did, from its end to its beginning.
func (h *Host) runUndo(ctx context.Context, j Job) error {
	receipts, err := h.Receipts(ctx, j.Spec.Of)
	if err != nil {
		return err
	}
	var undone int
	if err := h.DB.QueryRowContext(ctx, h.sql("SELECT COUNT(*) FROM lms_receipts WHERE job = ?"), j.ID).Scan(&undone); err != nil {
		return err
	}
	for i := len(receipts) - 1 - undone; i >= 0 && ctx.Err() == nil; i-- {
		next := j
		if err := h.Store.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
			next = j
			result, err := h.Keeper.InTx(bound).With(seatkeeper.Call{Correlation: j.ID}).Undo(ctx, j.Account, j.Actor, receipts[i])
			if err != nil {
				return err
			}
			for n, o := range result.Outcomes {
				text, err := json.Marshal(o)
				if err != nil {
					return err
				}
				if _, err := h.exec(ctx, tx, "INSERT INTO lms_lines (job, line, user_id, outcome) VALUES (?, ?, ?, ?)",
					j.ID, j.Done+int64(n)+1, o.User, string(text)); err != nil {
					return err
				}
			}
			next.count(result.Outcomes)
			return h.settled(ctx, tx, next, int64(len(receipts)-i), result.Receipt)
		}); err != nil {
			return err
		}
		j = next
	}
	return ctx.Err()
}

func (j *Job) count(outcomes []seats.Outcome) {
	for _, o := range outcomes {
		switch {
		case o.Refusal != nil:
			j.Refused++
		case !o.Unchanged:
			j.Passed++
		}
	}
	j.Done += int64(len(outcomes))
}

// settled writes the progress of a job, and the receipt of what was done.
func (h *Host) settled(ctx context.Context, tx querier, j Job, part int64, receipt seats.Receipt) error {
	text, err := json.Marshal(receipt)
	if err != nil {
		return err
	}
	if _, err := h.exec(ctx, tx, "INSERT INTO lms_receipts (job, part, receipt) VALUES (?, ?, ?)", j.ID, part, string(text)); err != nil {
		return err
	}
	_, err = h.exec(ctx, tx, "UPDATE lms_jobs SET total = ?, done = ?, passed = ?, refused = ?, beat = ? WHERE id = ?",
		max(j.Total, j.Done), j.Done, j.Passed, j.Refused, micros(time.Now()), j.ID)
	return err
}

// Receipts returns the receipts of a job, in order.
func (h *Host) Receipts(ctx context.Context, job string) (receipts []seats.Receipt, err error) {
	err = h.rows(ctx, h.DB, func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		var receipt seats.Receipt
		if err := json.Unmarshal([]byte(text), &receipt); err != nil {
			return err
		}
		receipts = append(receipts, receipt)
		return nil
	}, "SELECT receipt FROM lms_receipts WHERE job = ? ORDER BY part", job)
	return receipts, err
}
