package server

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

// Groups keeps the groups of each source as documents in a table of a SQLite database, with the key of the name beside them.
type Groups struct{ DB *sql.DB }

// Migrate makes the table.
func (g Groups) Migrate(ctx context.Context) error {
	_, err := g.DB.ExecContext(ctx, `create table if not exists scim_groups (
		account text not null, source text not null, id text not null, name text not null, document text not null,
		primary key (account, source, id), unique (account, source, name))`)
	return err
}

// Get returns a group, or scim.ErrNotFound.
func (g Groups) Get(ctx context.Context, account users.AccountID, source, id string) (group scim.Group, err error) {
	var document string
	err = g.DB.QueryRowContext(ctx, `select document from scim_groups where account = ? and source = ? and id = ?`, account, source, id).Scan(&document)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return group, scim.ErrNotFound
	case err != nil:
		return group, err
	}
	return group, json.Unmarshal([]byte(document), &group)
}

// All lists the groups of a source in order of ID, one query each, so that the body of the loop may use the database.
func (g Groups) All(ctx context.Context, account users.AccountID, source string) iter.Seq2[scim.Group, error] {
	return func(yield func(scim.Group, error) bool) {
		for after := ""; ; {
			var document string
			err := g.DB.QueryRowContext(ctx, `select id, document from scim_groups where account = ? and source = ? and id > ? order by id limit 1`,
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
func (g Groups) Claim(ctx context.Context, account users.AccountID, source string, group scim.Group) error {
	key := group.Key()
	group.Members = nil
	return g.one(ctx, scim.ErrUniqueness, `insert into scim_groups (account, source, id, name, document)
		select ?1, ?2, ?3, ?4, ?5 where not exists (select 1 from scim_groups where account = ?1 and source = ?2 and name = ?4 and id <> ?3)
		on conflict (account, source, id) do update set name = excluded.name`,
		account, source, group.ID, key, document(group))
}

// errMoved is answered with 503: the repeated request meets the group as it is.
var errMoved = &seats.Refusal{Code: seats.ErrChangedMeanwhile}

// Keep replaces a group that is still as it was read. One that has not changed is not written.
func (g Groups) Keep(ctx context.Context, account users.AccountID, source string, was, now scim.Group) error {
	if document(now) == document(was) {
		return nil
	}
	return g.one(ctx, errMoved, `update scim_groups set document = ? where account = ? and source = ? and id = ? and document = ?`,
		document(now), account, source, was.ID, document(was))
}

// Delete removes a group that is still as it was read.
func (g Groups) Delete(ctx context.Context, account users.AccountID, source string, was scim.Group) error {
	return g.one(ctx, errMoved, `delete from scim_groups where account = ? and source = ? and id = ? and document = ?`,
		account, source, was.ID, document(was))
}

// one carries out a statement on one row; none is the error.
func (g Groups) one(ctx context.Context, none error, statement string, arguments ...any) error {
	result, err := g.DB.ExecContext(ctx, statement, arguments...)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		err = none
	}
	return err
}

func document(g scim.Group) string {
	text, _ := json.Marshal(g) // texts alone
	return string(text)
}
