package filestore_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// softDeleting is a store with a common mistake: to delete a user it
// sets the status and leaves the rest of the row as it was.
type softDeleting struct{ store.Store }

func (s softDeleting) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	for i, c := range changes {
		for j, u := range c.Updated {
			if u.Status != users.Deleted {
				continue
			}
			before, err := s.Load(ctx, seats.Need{Account: c.Account.ID, Users: []users.ID{u.ID}})
			if err != nil {
				return nil, err
			}
			for _, row := range before[0].Users {
				row.Status = users.Deleted
				changes[i].Updated[j] = row
			}
		}
	}
	return s.Store.Commit(ctx, changes...)
}

// TestSequences_soft_deleting fails, and so is run by the next one alone.
func TestSequences_soft_deleting(t *testing.T) {
	if os.Getenv("SOFT_DELETING") == "" {
		t.Skip("it fails; run it with SOFT_DELETING=1 to see how")
	}
	storetest.Lockstep(t, func(testing.TB) store.Store {
		return softDeleting{memstore.New()}
	})
}

// TestSequences_readable_failure requires one line for each call of a failure, down to the one
// that shows it.
func TestSequences_readable_failure(t *testing.T) {
	run := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSequences_soft_deleting$", "-rapid.nofailfile", "-rapid.checks=300", "-rapid.shrinktime=2s")
	run.Env = append(os.Environ(), "SOFT_DELETING=1")
	output, err := run.CombinedOutput()
	require.Error(t, err)
	calls := regexp.MustCompile(`draw call: .*`).FindAllString(string(output), -1)
	require.NotEmpty(t, calls, "%s", output)
	require.Contains(t, calls[0], "Opening")
	require.Regexp(t, `Delete\{|Erase\{|EraseAccount`, calls[len(calls)-1])
	t.Logf("%s", output)
}
