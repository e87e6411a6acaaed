package directory_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	directory "github.com/seatkeeper/seatkeeper/examples/ldap"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// settings are those of a server with the attributes of Active Directory that the example reads, and a limit of two entries for
// all but the root.
const settings = `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'account2' SUP top AUXILIARY MAY ( userAccountControl $ objectGUID ) )
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile %[1]s/pid
database mdb
suffix "dc=acme,dc=example"
rootdn "cn=root,dc=acme,dc=example"
rootpw secret
directory %[1]s
sizelimit 2
`

// start starts a server with these entries, and returns its address.
func start(t *testing.T, entries string) string {
	program, err := exec.LookPath("slapd")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("needs slapd: apt-get install slapd")
		}
		t.Skip("needs slapd: apt-get install slapd")
	}
	folder := t.TempDir()
	config := filepath.Join(folder, "slapd.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, settings, folder), 0o600))
	add := exec.Command("slapadd", "-f", config, "-q")
	add.Stdin = bytes.NewBufferString(entries)
	out, err := add.CombinedOutput()
	require.NoError(t, err, "%s", out)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	server := exec.Command(program, "-f", config, "-h", "ldap://"+address, "-d", "0")
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, time.Minute, 10*time.Millisecond)
	return address
}

func connect(t *testing.T, address string, root bool) *ldap.Conn {
	conn, err := ldap.DialURL("ldap://" + address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	if root {
		require.NoError(t, conn.Bind("cn=root,dc=acme,dc=example", "secret"))
	}
	return conn
}

const people = 1200

// staff are the entries of so many people, with values in base64 as an export has them.
func staff() string {
	var out bytes.Buffer
	_, _ = fmt.Fprint(&out, "dn: dc=acme,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Acme\ndc: acme\n\n")
	for i := range people {
		_, _ = fmt.Fprintf(&out, "dn: uid=w%[1]d,dc=acme,dc=example\nobjectClass: inetOrgPerson\nobjectClass: account2\nuid: w%[1]d\ncn: w%[1]d\nsn:: %[2]s\nmail: z%[1]d@acme.example\nmail: w%[1]d@acme.example\nou: Sales\nuserAccountControl: %[3]d\nobjectGUID:: %[4]s\n\n",
			i, base64.StdEncoding.EncodeToString([]byte("Müller")), 512+2*(i%100/99), base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "\xff%015d", i)))
	}
	return out.String()
}

func TestDirectory(t *testing.T) {
	address := start(t, staff())
	root := connect(t, address, true)
	k, err := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Of(2000), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"}})
	require.NoError(t, err)
	d := directory.Directory{Conn: root, Base: "dc=acme,dc=example", Filter: "(objectClass=inetOrgPerson)", ID: "entryUUID", Page: 100}
	sync := func(d directory.Directory, want string) {
		t.Helper()
		result, err := k.Sync(t.Context(), "acme", seats.SyncRun{Source: "directory", Fields: directory.Fields()}, d.People(), nil)
		require.NoError(t, err)
		require.Equal(t, want, result.Differences.String())
	}
	sync(d, "1200 rows: 0 as before, 1188 join")
	sync(d, "1200 rows: 1188 as before")
	p, err := k.Find(t.Context(), "acme", users.ByUsername("w7"))
	require.NoError(t, err)
	require.Equal(t, []string{"Müller", "w7@acme.example", "Sales"}, []string{p.LastName, p.Email, p.Department})

	require.NoError(t, root.Del(ldap.NewDelRequest("uid=w0,dc=acme,dc=example", nil)))
	off := ldap.NewModifyRequest("uid=w1,dc=acme,dc=example", nil)
	off.Replace("userAccountControl", []string{"514"})
	require.NoError(t, root.Modify(off))
	name := ldap.NewModifyDNRequest("uid=w2,dc=acme,dc=example", "uid=w2b", true, "")
	require.NoError(t, root.ModifyDN(name))
	sync(d, "1199 rows: 1185 as before, 2 leave, 1 changes")

	// A server that gives two entries at most, to this user, ends the run without a leaver.
	limited := d
	limited.Conn = connect(t, address, false)
	_, err = k.Sync(t.Context(), "acme", seats.SyncRun{Source: "directory", Fields: directory.Fields()}, limited.People(), nil)
	require.True(t, ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded), err)
	sync(d, "1199 rows: 1187 as before")

	limited.Conn = root
	limited.ID, limited.Page = "objectGUID", 500
	for e, err := range limited.People() {
		require.NoError(t, err)
		require.Regexp(t, "^ff3030", e.Profile.ExternalID)
		break
	}
}

// TestDirectory_lost: a connection that is lost ends the list with its error.
func TestDirectory_lost(t *testing.T) {
	conn := connect(t, start(t, staff()), true)
	n := 0
	for _, err := range (directory.Directory{Conn: conn, Base: "dc=acme,dc=example", Filter: "(uid=*)", ID: "entryUUID", Page: 100}).People() {
		if n++; n == 100 {
			require.NoError(t, conn.Close())
		}
		if n > 100 {
			require.Error(t, err)
			require.NotErrorIs(t, err, io.EOF)
		}
	}
	require.Equal(t, 101, n)
}
