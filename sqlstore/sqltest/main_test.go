package sqltest_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
)

// children are what this program does as a child of a test, by the variable with its order.
var children = map[string]func(order string) error{dueRunner: runDue, consumerRunner: runConsumer, syncRunner: runSync}

// TestMain has eight tests at once: they wait for disks and locks more than for the processor.
func TestMain(m *testing.M) {
	for name, run := range children {
		order := os.Getenv(name)
		if order == "" {
			continue
		}
		go func() { // the parent is gone
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(3)
		}()
		if err := run(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	long.CollectLess()
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"test.parallel": "8", "rapid.checks": "6", "rapid.steps": "50"} {
		if !given[name] {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}

// child returns a process of its own with an order, see children. It ends with this process.
func child(t *testing.T, name string, order any, said io.Writer) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(order)
	require.NoError(t, err)
	program, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(program)
	c.Env = append(os.Environ(), name+"="+string(text))
	c.Stderr = said
	_, err = c.StdinPipe() // which ends with this process
	require.NoError(t, err)
	t.Cleanup(func() {
		if c.Process != nil {
			_ = c.Process.Kill()
		}
	})
	return c
}
