package seatkeeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestKeeper_AccountsOf(t *testing.T) {
	ctx := t.Context()
	plan := map[int]faults.Fault{}
	f := faults.New(memstore.New(), func(n int) faults.Fault { return plan[n] })
	k := on(t, f, seatkeeper.Options{})
	require.NoError(t, lastError(k.AccountsOf(ctx, users.ByID("owner"))))
	require.Equal(t, 1, f.Calls(), "without an account there is nothing to load")
	var want []string
	for i := range 450 {
		id := users.AccountID(fmt.Sprintf("site-%04d", i))
		_, err := k.Open(ctx, seats.Opening{Account: id, Total: seats.Of(9), Owner: profile("owner")})
		require.NoError(t, err)
		if i%150 == 0 {
			_, err := k.Do(ctx, id, system, seats.Add{Profile: profile("ada")})
			require.NoError(t, err)
			want = append(want, string(id)+" active")
		}
	}
	list := func(key users.Key) (all []string) {
		for m, err := range k.AccountsOf(ctx, key) {
			require.NoError(t, err)
			require.Empty(t, m.Account.Salt)
			all = append(all, fmt.Sprint(m.Account.ID, " ", m.Person.Shown))
		}
		return all
	}
	ada := users.ByEmail("ADA@acme.example")
	require.Equal(t, want, list(ada))
	require.Len(t, list(users.ByID("owner")), 450)
	require.Empty(t, list(users.ByUsername("ada")))
	for range k.AccountsOf(ctx, users.ByID("owner")) {
		break
	}

	_, err := k.Do(ctx, "site-0000", owner, seats.Deactivate{User: "ada"})
	require.NoError(t, err)
	_, err = k.Do(ctx, "site-0150", owner, seats.Delete{User: "ada"})
	require.NoError(t, err)
	require.Equal(t, []string{"site-0000 inactive", "site-0300 active"}, list(ada))
	require.Equal(t, []string{"site-0000 inactive", "site-0300 active"}, list(users.ByID("ada")), "a tombstone is no user")

	for n := 1; n <= 3; n++ { // Accounts, and Load of the first and of the last page
		plan[f.Calls()+n] = faults.Fail
		require.Error(t, lastError(k.AccountsOf(ctx, ada)))
	}
}
