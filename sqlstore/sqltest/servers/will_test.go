package servers

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestChild runs in a process of its own, started by the next test. It prints the folders and
// the addresses of its servers.
func TestChild(t *testing.T) {
	end := os.Getenv("SERVERS_TEST_ENDS")
	if end == "" {
		t.Skip("it is run by another test")
	}
	started := []*Server{Postgres(t)}
	if end == "is killed" {
		started = append(started, MariaDB(t))
		if os.Geteuid() == 0 {
			fmt.Println("folder", SmallDisk(t, 1<<20))
		}
	}
	for _, s := range started {
		fmt.Println("folder", s.folder)
		fmt.Println("address", s.address)
	}
	fmt.Println("started")
	switch end {
	case "is killed":
		select {}
	case "panics":
		go panic("outside of the test's goroutine")
		select {}
	}
}

func TestChild_leavesNothing(t *testing.T) {
	Postgres(t) // or skips
	MariaDB(t)
	for _, end := range []string{"comes to its end", "panics", "is killed"} {
		t.Run(end, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestChild$")
			child.Env = append(os.Environ(), "SERVERS_TEST_ENDS="+end)
			output, err := child.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, child.Start())
			found := map[string][]string{}
			lines := bufio.NewScanner(output)
			for lines.Scan() && lines.Text() != "started" {
				kind, what, _ := strings.Cut(lines.Text(), " ")
				found[kind] = append(found[kind], what)
			}
			require.NotEmpty(t, found["address"])
			for _, folder := range found["folder"] {
				require.DirExists(t, folder)
			}
			if end == "is killed" {
				require.NoError(t, child.Process.Kill())
			}
			for lines.Scan() { // until the output is closed
			}
			_ = child.Wait()
			for _, address := range found["address"] {
				require.Eventually(t, func() bool {
					connection, err := net.Dial("tcp", address)
					if err == nil {
						_ = connection.Close()
					}
					return err != nil
				}, patience, patience/1000)
			}
			for _, folder := range found["folder"] {
				require.Eventually(t, func() bool {
					_, err := os.Stat(folder)
					return os.IsNotExist(err)
				}, patience, patience/1000)
			}
		})
	}
}
