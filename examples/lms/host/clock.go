package host

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
)

// Clock carries out what is dated, every ten seconds. Every night it frees the seats of users who were not seen for long,
// as far as a policy says so, and compares all accounts with their events.
func (h *Host) Clock(ctx context.Context) {
	night := h.Now().AddDate(0, 0, 1)
	for ctx.Err() == nil {
		_, err := h.Keeper.RunDue(ctx, seatkeeper.DueRun{})
		h.Failed(ctx, "due", err)
		if h.Now().After(night) {
			night = night.AddDate(0, 0, 1)
			h.Failed(ctx, "sessions", h.EndSessions(ctx))
			h.Failed(ctx, "uploads", h.DropUploads(ctx))
			h.Failed(ctx, "mails", h.DropMails(ctx))
			h.nightly(ctx)
		}
		select {
		case <-time.After(10 * time.Second):
		case <-ctx.Done():
		}
	}
}

func (h *Host) nightly(ctx context.Context) {
	for account, err := range h.Keeper.Accounts(ctx, "") {
		h.Failed(ctx, "accounts", err)
		if err != nil {
			return
		}
		_, err = h.Keeper.FreeUnseen(ctx, account.ID, seats.Unseen{})
		h.Failed(ctx, "unseen", err)
		drift, err := h.Keeper.Audit(ctx, account.ID)
		h.Failed(ctx, "audit", err)
		if len(drift) > 0 {
			h.Log.ErrorContext(ctx, "drift", "account", account.ID, "drift", drift)
		}
	}
}
