package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// ErrOldKeys is what [Store.Migrate] and [Store.Verify] say of tables whose keys were made
// by another version of the comparison form than this release compares by
// ([users.FoldVersion]). Until [Store.RenewKeys] was called users may not be found by an
// address or a username, and come twice.
var ErrOldKeys = errors.New("call RenewKeys")

// MaxKeyCollisions is how many collisions a [KeyReport] lists.
const MaxKeyCollisions = 1000

// A KeyReport says what [Store.RenewKeys] has done.
type KeyReport struct {
	Version    int            // of the comparison form that all keys are of now, but for collisions
	Accounts   int            // that were looked through
	Renewed    int            // users of whom a key or the sort name was rewritten
	Collisions []KeyCollision // by account and user, at most [MaxKeyCollisions]
	Unlisted   int            // further collisions
}

// A KeyCollision is a key that two users of an account share in the new comparison form.
// Holder has it. User keeps the key as it was stored before, by which nobody is found any
// more, until one of the two is given another address or username or is deleted, and
// [Store.RenewKeys] is called again if it was Holder.
type KeyCollision struct {
	Account users.AccountID
	User    users.ID
	Holder  users.ID
	Kind    users.KeyKind
}

const (
	renewedAtOnce = 500 // users who are looked through and renewed in one commit
	renewAttempts = 100 // times that a page of them is tried while others get in between
)

// RenewKeys compares the stored comparison forms of all users, which are the keys that users
// are found by and the sort name, with those of this release, and rewrites those that
// differ. It is called once after a release with another [users.FoldVersion], by one process,
// when all of them are of that release; hosts may work meanwhile.
//
// It reads everything, in pages of 500 users, and each page is one commit, which raises the
// revision of the account and writes no event. Calling it again after an error, a crash or
// a context that ended goes on, and calling it twice changes nothing. Where two users of an
// account share a key in the new form, the one who has it stored keeps it, else the first by
// ID gets it; the other is listed in the report and stays as it is, for an admin to decide.
// Meanwhile every command on both users works, and what is due of them happens: a change
// of a user writes no key but those that it takes or ends. Only searching by the shared key
// finds the holder alone.
// The report of an error is that of what was done so far. Where others get in between again
// and again the error is [store.ErrConflict].
//
// When all accounts were looked through it notes the version, which Migrate and Verify read.
func (s *Store) RenewKeys(ctx context.Context) (KeyReport, error) {
	report := KeyReport{Version: users.FoldVersion}
	for after := users.AccountID(""); ; {
		page, err := s.Accounts(ctx, after, renewedAtOnce)
		if err != nil {
			return report, err
		}
		for _, a := range page {
			if err := s.renewAccount(ctx, a.ID, &report); err != nil {
				return report, fmt.Errorf("sqlstore: renew keys: %w", err)
			}
			report.Accounts++
			after = a.ID
		}
		if len(page) < renewedAtOnce {
			break
		}
	}
	if err := s.noteKeys(ctx); err != nil {
		return report, fmt.Errorf("sqlstore: renew keys: %w", s.explain(ctx, err))
	}
	return report, nil
}

// foldedColumns are the columns that follow from others by the comparison form, and the
// kinds of key in them.
var foldedColumns = [...]struct {
	name string
	kind users.KeyKind
}{
	{"external_id_key", users.KeyExternalID},
	{"email_key", users.KeyEmail},
	{"username_key", users.KeyUsername},
	{"sort_name", users.KeyID}, // none
}

// A folded is a user with the comparison forms that are stored.
type folded struct {
	userRow
	stored [len(foldedColumns)]string
}

// storedColumns are those that a folded is read from.
var storedColumns = append([]column[folded]{
	text("id", func(f *folded) *users.ID { return &f.ID }),
	text("first_name", func(f *folded) *string { return &f.FirstName }),
	text("last_name", func(f *folded) *string { return &f.LastName }),
	text("username", func(f *folded) *string { return &f.Username }),
	text("email", func(f *folded) *string { return &f.Email }),
	text("external_id", func(f *folded) *string { return &f.ExternalID }),
}, storedForms()...)

func storedForms() (all []column[folded]) {
	for i, c := range foldedColumns {
		all = append(all, text(c.name, func(f *folded) *string { return &f.stored[i] }))
	}
	return all
}

// form is what the ith of the columns has to be, by the columns that are written.
func (f *folded) form(i int) (value any, text string) {
	for _, c := range userColumns {
		if c.name == foldedColumns[i].name {
			value, _ = c.get(&f.userRow)
			text, _ = value.(string)
		}
	}
	return value, text
}

// renewAccount renews the keys of the people of an account.
func (s *Store) renewAccount(ctx context.Context, account users.AccountID, report *KeyReport) error {
	after, attempts := users.ID(""), 0
	for {
		r := renewal{Store: s, account: account, given: map[claim]users.ID{}}
		err := r.read(ctx, after)
		if err == nil {
			r.decide()
			err = r.write(ctx)
		}
		switch {
		case errors.Is(err, errMoved) || err != nil && ctx.Err() == nil && s.classify(err) == Again:
			if attempts++; attempts == renewAttempts {
				return fmt.Errorf("%w: %w", store.ErrConflict, err)
			}
			pause(ctx, attempts)
			continue
		case err != nil:
			return s.explain(ctx, err)
		}
		attempts = 0
		report.Renewed += r.renewed
		for _, c := range r.collisions {
			if len(report.Collisions) == MaxKeyCollisions {
				report.Unlisted++
				continue
			}
			report.Collisions = append(report.Collisions, c)
		}
		if len(r.page) < renewedAtOnce {
			return nil
		}
		after = r.page[len(r.page)-1].ID
	}
}

// A renewal is what becomes of the keys of some people of an account.
type renewal struct {
	*Store
	account    users.AccountID
	revision   uint64             // at which everything was read
	page       []folded           // the people
	holders    map[claim]folded   // who has, as it is stored, what one of them is to have
	given      map[claim]users.ID // who of them is to have it
	collisions []KeyCollision
	renewed    int
	steps      steps
}

// A claim is a key in the ith of the columns.
type claim struct {
	i     int
	value string
}

// read reads the people, and those who have one of their keys. Both are of one moment.
func (r *renewal) read(ctx context.Context, after users.ID) (err error) {
	r.revision, err = r.list(ctx, r.account, func(q *unionQuery) {
		r.page = nil
		addPart(q, storedColumns, func(f folded) { r.page = append(r.page, f) }).
			add(" FROM {users by id} WHERE account = ? AND id > ? ORDER BY id", string(r.account), string(after)).limit(renewedAtOnce)
	})
	var wanted [len(foldedColumns)]list
	some := false
	for i := range r.page {
		for j := range foldedColumns {
			if _, form := r.page[i].form(j); form != r.page[i].stored[j] && form != "" && foldedColumns[j].kind != users.KeyID {
				wanted[j], some = append(wanted[j], form), true
			}
		}
	}
	if err != nil || !some {
		return err
	}
	revision, err := r.list(ctx, r.account, func(q *unionQuery) {
		r.holders = map[claim]folded{}
		for j, c := range foldedColumns {
			if len(wanted[j]) > 0 {
				addPart(q, storedColumns, func(f folded) { r.holders[claim{j, f.stored[j]}] = f }).
					add(" FROM {users} WHERE account = ? AND "+c.name+" ?", string(r.account), wanted[j])
			}
		}
	})
	if err == nil && revision != r.revision {
		return errMoved
	}
	return err
}

// decide makes the steps. Whoever has a key that is not theirs in the new form gives it up
// at once: nobody is found by it, and theirs comes with their own page.
func (r *renewal) decide() {
	id := string(r.account)
	r.steps.Store = r.Store
	r.steps.add("UPDATE {accounts} SET revision = revision + 1 WHERE id = ? AND revision = ?", id, int64(r.revision))
	r.steps.all[0].moves = true
	type update struct {
		user   string
		column int
		value  any
	}
	var updates []update
	last := users.ID("")
	for i := range r.page {
		f := &r.page[i]
		for j, c := range foldedColumns {
			value, form := f.form(j)
			if form == f.stored[j] {
				continue
			}
			if form != "" && c.kind != users.KeyID {
				want := claim{j, form}
				holder, held := r.holders[want]
				rival := r.given[want]
				if held {
					if _, theirs := holder.form(j); theirs == form {
						rival = holder.ID
					}
				}
				if rival != "" {
					r.collisions = append(r.collisions, KeyCollision{r.account, f.ID, rival, c.kind})
					continue
				}
				r.given[want] = f.ID
				if held {
					r.steps.add("UPDATE {users} SET "+c.name+" = NULL WHERE account = ? AND id = ?", id, string(holder.ID))
				}
			}
			updates = append(updates, update{string(f.ID), j, value})
			if f.ID != last {
				r.renewed, last = r.renewed+1, f.ID
			}
		}
	}
	for _, u := range updates {
		r.steps.add("UPDATE {users} SET "+foldedColumns[u.column].name+" = ? WHERE account = ? AND id = ?", u.value, id, u.user)
	}
}

// write carries out the steps, if there are any besides the first.
func (r *renewal) write(ctx context.Context) error {
	if len(r.steps.all) == 1 {
		return nil
	}
	return r.inTransaction(ctx, r.steps.all)
}

// inTransaction carries out steps in a transaction of their own, on any engine.
func (s *Store) inTransaction(ctx context.Context, all []step) error {
	if w, is := s.writer.(*mysql); is {
		if _, err := w.known(ctx, s); err != nil {
			return err
		}
	}
	unlock, err := s.lockWriters(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return s.transaction(ctx, func(tx *sql.Tx) error { return s.carryOut(ctx, tx, all, nil) })
}

// The version of the comparison form that stored keys are of stands among the migrations,
// under a number that none of them has. Where it is missing it is 1, the first one. A release
// with another version adds a migration that notes it where there are no users.
const (
	keysRow    = 0
	keysPrefix = "keys_of_version_"
)

// checkKeysVersion says that stored keys are not of this release's version.
func (s *Store) checkKeysVersion(ctx context.Context) error {
	version, err := s.keysVersion(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("sqlstore: %w", err)
	case version != users.FoldVersion:
		return fmt.Errorf("sqlstore: the keys were made by version %d of the comparison form, and this release compares by version %d: %w", version, users.FoldVersion, ErrOldKeys)
	}
	return nil
}

func (s *Store) keysVersion(ctx context.Context) (version int, err error) {
	err = s.retryRead(ctx, func() error {
		version = 1
		rows, err := s.rows(ctx, s.query().add("SELECT name FROM {migrations} WHERE version = ?", int64(keysRow)))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			if version, err = strconv.Atoi(strings.TrimPrefix(name, keysPrefix)); err != nil {
				return fmt.Errorf("%smigrations has no version of the keys in row %d, but another text", s.prefix, keysRow)
			}
		}
		return rows.Err()
	})
	return version, err
}

// noteKeys writes down that stored keys are of this release's version.
func (s *Store) noteKeys(ctx context.Context) error {
	version, err := s.keysVersion(ctx)
	if err != nil || version == users.FoldVersion {
		return err
	}
	w := &steps{Store: s}
	w.add("INSERT INTO {migrations} (version, name) VALUES (?, ?)", int64(keysRow), keysPrefix+strconv.Itoa(users.FoldVersion)).
		add(replace(s.dialect, "version", []column[string]{{name: "name"}}))
	return s.inTransaction(ctx, w.all)
}
