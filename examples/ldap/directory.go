// Package directory reads the people of a directory by LDAP, such as OpenLDAP and Active Directory, for a nightly
// [seatkeeper.Keeper.Sync].
package directory

import (
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Directory is a part of a directory.
type Directory struct {
	Conn   *ldap.Conn // bound by the host
	Base   string     // the entry above all people; in Active Directory a unit, since the domain refers to other parts
	Filter string     // of people: (objectClass=inetOrgPerson), or in Active Directory (&(objectCategory=person)(objectClass=user))
	ID     string     // the attribute that never changes: entryUUID, or in Active Directory objectGUID
	Page   uint32     // entries at a time, at most what the server gives: 1,000 in Active Directory
}

// Fields are those of the people of a directory, for a seats.SyncRun.
func Fields() []string {
	return []string{"external-id", "email", "username", "first-name", "last-name", "department", "title", "status"}
}

// People lists the people of the directory, page by page, and ends with [io.EOF]: they are complete. The limit of a server, a lost
// connection, and a part of the tree on another server end it with an error, so that a sync does not take the rest for leavers.
// The connection serves nothing else meanwhile, and a loop that is left early leaves a search open on it.
func (d Directory) People() iter.Seq2[users.Entry, error] {
	return func(yield func(users.Entry, error) bool) {
		paging := ldap.NewControlPaging(d.Page)
		for row := 0; ; {
			answer, err := d.Conn.Search(ldap.NewSearchRequest(
				d.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, d.Filter,
				[]string{d.ID, "mail", "uid", "sAMAccountName", "givenName", "sn", "department", "ou", "title", "userAccountControl", "pwdAccountLockedTime", "nsAccountLock"},
				[]ldap.Control{paging},
			))
			if err == nil && len(answer.Referrals) > 0 {
				err = fmt.Errorf("a part of %s is on another server", d.Base)
			}
			if err != nil {
				yield(users.Entry{}, err)
				return
			}
			for _, e := range answer.Entries {
				row++
				if !yield(users.Entry{Row: row, Profile: d.profile(e), Status: status(e)}, nil) {
					return
				}
			}
			next, _ := ldap.FindControl(answer.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
			if next == nil || len(next.Cookie) == 0 {
				yield(users.Entry{}, io.EOF)
				return
			}
			paging.SetCookie(next.Cookie)
		}
	}
}

func (d Directory) profile(e *ldap.Entry) users.Profile {
	id := value(e, d.ID)
	if d.ID == "objectGUID" { // 16 bytes
		id = hex.EncodeToString([]byte(id))
	}
	return users.Profile{
		ExternalID: id, Email: value(e, "mail"), Username: value(e, "sAMAccountName", "uid"), FirstName: value(e, "givenName"), LastName: value(e, "sn"),
		Department: value(e, "department", "ou"), Title: value(e, "title"),
	}
}

// value returns the value of the first attribute that has one. The values of an attribute have no order, and a server may give them
// in another one every night: the least one is taken.
func value(e *ldap.Entry, attributes ...string) string {
	for _, a := range attributes {
		if values := e.GetEqualFoldAttributeValues(a); len(values) > 0 {
			return slices.Min(values)
		}
	}
	return ""
}

// status returns [users.Inactive] for a disabled account: by the second bit in Active Directory, by a lock without an end in
// OpenLDAP (one with a time ends by itself), and by a mark in other servers.
func status(e *ldap.Entry) users.Status {
	control, _ := strconv.Atoi(value(e, "userAccountControl"))
	if control&2 != 0 || value(e, "pwdAccountLockedTime") == "000001010000Z" || strings.EqualFold(value(e, "nsAccountLock"), "true") {
		return users.Inactive
	}
	return users.Active
}
