package servers

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
)

// testament reads lines until the last process that could write them has ended, and
// does then what each says: sends a signal to the process group whose number is in
// the folder, unmounts the folder and removes it, again if a
// process wrote there at its end.
const testament = `
lines=$(cat)
echo "$lines" | while read -r signal folder; do
	if [ ! -d "$folder" ]; then continue; fi
	if [ -e "$folder/pid" ]; then kill -s "$signal" -- "-$(cat "$folder/pid")"; fi
	umount -l "$folder"
	rm -rf "$folder" || { sleep 1; rm -rf "$folder"; }
done`

// will is a shell that outlives this process, by a moment. It cleans up after a test
// process that is killed the same way as after one that comes to its end.
var will = sync.OnceValues(func() (io.Writer, error) {
	shell := exec.Command("sh", "-c", testament)
	shell.Dir = "/"
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	lines, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	return lines, shell.Start()
})

// bequeath leaves a folder to the will.
func bequeath(signal, folder string) error {
	w, err := will()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, signal, folder)
	return err
}

// missing is an error that says what to install.
type missing string

func (m missing) Error() string { return string(m) }

// lack skips a test for want of something, but not in CI.
func lack(t testing.TB, why string) {
	t.Helper()
	if ci := os.Getenv("CI"); ci != "" {
		if off, err := strconv.ParseBool(ci); err != nil || off {
			t.Fatal(why)
		}
	}
	t.Skip(why)
}
