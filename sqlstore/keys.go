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

// ErrOldKeys is an error of [Store.Migrate] and [Store.Verify]: the stored keys are of
// another version of the comparison form than [users.FoldVersion]. Until the host calls
// [Store.RenewKeys], a search by address or username may miss users, and an invitation may
// create one twice.
var ErrOldKeys = errors.New("call RenewKeys")

// MaxKeyCollisions bounds the collisions in a [KeyReport].
const MaxKeyCollisions = 1000

// A KeyReport is the result of [Store.RenewKeys].
type KeyReport struct {
	Version    int            // the version of all keys now, except in collisions
	Accounts   int            // accounts read
	Renewed    int            // users with a rewritten key or sort name
	Collisions []KeyCollision // by account and user, at most [MaxKeyCollisions]
	Unlisted   int            // further collisions
}

// A KeyCollision is a key that two users of an account share in the new comparison form.
// Holder has it. User keeps the old stored key and is missed by searches, until one of
// the two gets another address or username or is deleted; if that was Holder,
// [Store.RenewKeys] must be called again.
type KeyCollision struct {
	Account users.AccountID
	User    users.ID
	Holder  users.ID
	Kind    users.KeyKind
}

const (
	renewPage        = 500 // users read and renewed in one commit
	maxRenewAttempts = 100 // attempts for a page while other changes come first
)

// RenewKeys rewrites the stored comparison forms (the keys and the sort name of every user)
// that differ from this release's. One process calls it once after a release with another
// [users.FoldVersion], when all processes are of that release; they may work meanwhile.
//
// It reads all users in pages of 500. Each page is one commit, which raises the revision of
// the account, with no event. After an error, a crash or an ended context another call
// continues; on current keys a call changes nothing. When all accounts are done it records the
// version, which Migrate and Verify read.
//
// If two users of an account share a key in the new form, the user who has it stored keeps it,
// otherwise the first by ID gets it; the other is listed in the report and stays as stored,
// for an admin to decide. All commands on both users work meanwhile, due dates included, and
// only a search by the shared key finds the holder alone.
//
// With an error the report covers the work so far. The error is [store.ErrConflict] if other
// changes came first too often.
func (s *Store) RenewKeys(ctx context.Context) (KeyReport, error) {
	report := KeyReport{Version: users.FoldVersion}
	for after := users.AccountID(""); ; {
		page, err := s.Accounts(ctx, after, renewPage)
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
		if len(page) < renewPage {
			break
		}
	}
	if err := s.recordKeysVersion(ctx); err != nil {
		return report, fmt.Errorf("sqlstore: renew keys: %w", s.explain(ctx, err))
	}
	return report, nil
}

// sharedForm is the place of the shared address in foldedColumns.
const sharedForm = 3

// foldedColumns are the columns in comparison form, with the kinds of unique key in them.
var foldedColumns = [...]struct {
	name string
	kind users.KeyKind
}{
	{"external_id_key", users.KeyExternalID},
	{"email_key", users.KeyEmail},
	{"username_key", users.KeyUsername},
	sharedForm: {"shared_email_key", users.KeyID}, // none
	{"sort_name", users.KeyID},
}

// A folded is a user with the stored comparison forms.
type folded struct {
	userRow
	stored [len(foldedColumns)]string
}

// storedColumns are the columns of a folded.
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

// form returns this release's value of the ith folded column.
func (f *folded) form(i int) (value any, text string) {
	f.SharesEmail = f.stored[sharedForm] != ""
	for _, c := range userColumns {
		if c.name == foldedColumns[i].name {
			value, _ = c.get(&f.userRow)
			text, _ = value.(string)
		}
	}
	return value, text
}

// renewAccount renews the keys of an account's users.
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
		case errors.Is(err, errStale) || err != nil && ctx.Err() == nil && s.classify(err) == Again:
			if attempts++; attempts == maxRenewAttempts {
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
		if len(r.page) < renewPage {
			return nil
		}
		after = r.page[len(r.page)-1].ID
	}
}

// A renewal renews the keys of one page of an account's users.
type renewal struct {
	*Store
	account    users.AccountID
	revision   uint64             // of everything read
	page       []folded           // the users
	holders    map[claim]folded   // users who have a claimed key stored
	given      map[claim]users.ID // users of the page who get a key
	collisions []KeyCollision
	renewed    int
	steps      steps
}

// A claim is a key in the ith folded column.
type claim struct {
	i     int
	value string
}

// read reads the page and the holders of its new keys, at one revision.
func (r *renewal) read(ctx context.Context, after users.ID) (err error) {
	r.revision, err = r.list(ctx, r.account, func(q *unionQuery) {
		r.page = nil
		addPart(q, storedColumns, func(f folded) { r.page = append(r.page, f) }).
			add(" FROM {users by id} WHERE account = ? AND id > ? ORDER BY id", string(r.account), string(after)).limit(renewPage)
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
					add(" FROM "+byKey(c.name)+" {in}", string(r.account), wanted[j])
			}
		}
	})
	if err == nil && revision != r.revision {
		return errStale
	}
	return err
}

// decide makes the steps. A user with a stored key that is another user's in the new form
// gives it up at once, and gets their own key with their own page.
func (r *renewal) decide() {
	id := string(r.account)
	r.steps.Store = r.Store
	r.steps.add("UPDATE {accounts} SET revision = revision + 1 WHERE id = ? AND revision = ?", id, int64(r.revision)).guards = true
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

// write executes the steps if there are any after the first.
func (r *renewal) write(ctx context.Context) error {
	if len(r.steps.all) == 1 {
		return nil
	}
	return r.execInTransaction(ctx, &r.steps)
}

// execInTransaction executes steps in a transaction of their own, on any engine. A stale account
// is an error.
func (s *Store) execInTransaction(ctx context.Context, w *steps) error {
	if m, ok := s.writer.(*mysql); ok {
		if _, err := m.ask(ctx, s); err != nil {
			return err
		}
	}
	unlock, err := s.lockWriters(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return s.transaction(ctx, func(tx *sql.Tx) error {
		stale, err := w.exec(ctx, tx, nil)
		if err == nil && len(stale) > 0 {
			err = errStale
		}
		return err
	})
}

// The version of the stored keys is a row of the table of migrations, with number 0. Without
// that row it is 1. A release with another version adds a migration that records it if there
// are no users.
const (
	keysRow    = 0
	keysPrefix = "keys_of_version_"
)

// checkKeysVersion returns an error unless the stored keys are of this release's version.
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

// recordKeysVersion records that the stored keys are of this release's version.
func (s *Store) recordKeysVersion(ctx context.Context) error {
	version, err := s.keysVersion(ctx)
	if err != nil || version == users.FoldVersion {
		return err
	}
	w := &steps{Store: s}
	w.add("INSERT INTO {migrations} (version, name) VALUES (?, ?)"+s.replace([]string{"version"}, []string{"name"}), int64(keysRow), keysPrefix+strconv.Itoa(users.FoldVersion))
	return s.execInTransaction(ctx, w)
}
