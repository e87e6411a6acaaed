package host

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// groups keep the groups of SCIM as documents, on any database of the host. A hash of the name is beside each, so that a name of any length is
// unique in its source.
type groups struct{ *Host }

// Get returns a group, or scim.ErrNotFound.
func (g groups) Get(ctx context.Context, account users.AccountID, source, id string) (group scim.Group, err error) {
	var document string
	err = g.DB.QueryRowContext(ctx, g.sql("SELECT document FROM lms_groups WHERE account = ? AND source = ? AND id = ?"), account, source, id).Scan(&document)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return group, scim.ErrNotFound
	case err != nil:
		return group, err
	}
	return group, json.Unmarshal([]byte(document), &group)
}

// All lists the groups of a source in order of ID, one query each, so that the body of the loop may use the database.
func (g groups) All(ctx context.Context, account users.AccountID, source string) iter.Seq2[scim.Group, error] {
	return func(yield func(scim.Group, error) bool) {
		for after := ""; ; {
			var document string
			err := g.DB.QueryRowContext(ctx, g.sql("SELECT id, document FROM lms_groups WHERE account = ? AND source = ? AND id > ? ORDER BY id LIMIT 1"),
				account, source, after).Scan(&after, &document)
			if errors.Is(err, sql.ErrNoRows) {
				return
			}
			var group scim.Group
			if err == nil {
				err = json.Unmarshal([]byte(document), &group)
			}
			if !yield(group, err) || err != nil {
				return
			}
		}
	}
}

// Claim takes the name of a group, before users get it, and adds a new group without its members. A name of another group is
// scim.ErrUniqueness.
func (g groups) Claim(ctx context.Context, account users.AccountID, source string, group scim.Group) error {
	name := nameHash(group)
	group.Members = nil
	taken := func(q querier) error {
		var n int
		err := q.QueryRowContext(ctx, g.sql("SELECT COUNT(*) FROM lms_groups WHERE account = ? AND source = ? AND name = ? AND id <> ?"), account, source, name, group.ID).Scan(&n)
		if err == nil && n > 0 {
			err = scim.ErrUniqueness
		}
		return err
	}
	err := g.Store.InTx(ctx, func(tx *sql.Tx, _ store.Bound) error {
		if err := taken(tx); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, g.sql("SELECT COUNT(*) FROM lms_groups WHERE account = ? AND source = ? AND id = ?"), account, source, group.ID).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			_, err := g.exec(ctx, tx, "UPDATE lms_groups SET name = ? WHERE account = ? AND source = ? AND id = ?", name, account, source, group.ID)
			return err
		}
		_, err := g.exec(ctx, tx, "INSERT INTO lms_groups (account, source, id, name, document) VALUES (?, ?, ?, ?, ?)", account, source, group.ID, name, document(group))
		return err
	})
	if err != nil && taken(g.DB) == scim.ErrUniqueness { // another request was faster
		return scim.ErrUniqueness
	}
	return err
}

// errMoved is answered with 503: the repeated request meets the group as it is.
var errMoved = &seats.Refusal{Code: seats.ErrChangedMeanwhile}

// Keep replaces a group that is still as it was read. One that has not changed is not written.
func (g groups) Keep(ctx context.Context, account users.AccountID, source string, was, now scim.Group) error {
	if document(now) == document(was) {
		return nil
	}
	return g.one(ctx, "UPDATE lms_groups SET document = ? WHERE account = ? AND source = ? AND id = ? AND document = ?",
		document(now), account, source, was.ID, document(was))
}

// Delete removes a group that is still as it was read.
func (g groups) Delete(ctx context.Context, account users.AccountID, source string, was scim.Group) error {
	return g.one(ctx, "DELETE FROM lms_groups WHERE account = ? AND source = ? AND id = ? AND document = ?", account, source, was.ID, document(was))
}

// one carries out a statement on one row; none is errMoved.
func (g groups) one(ctx context.Context, statement string, arguments ...any) error {
	n, err := g.write(ctx, statement, arguments...)
	if err == nil && n == 0 {
		err = errMoved
	}
	return err
}

func nameHash(g scim.Group) string {
	sum := sha256.Sum256([]byte(g.Key()))
	return hex.EncodeToString(sum[:])
}

func document(g scim.Group) string {
	text, _ := json.Marshal(g) // texts alone
	return string(text)
}
