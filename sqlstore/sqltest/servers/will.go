package servers

import (
	"cmp"
	"errors"
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

// temporary makes a folder in another one and leaves it to the will.
func temporary(in, signal string) (folder string, err error) {
	w, err := will()
	if err != nil {
		return "", err
	}
	if folder, err = os.MkdirTemp(in, "seats"); err != nil {
		return "", err
	}
	_, err = fmt.Fprintln(w, signal, folder)
	return folder, err
}

// missing is an error that says what to install.
type missing string

func (m missing) Error() string { return string(m) }

// need ends a test for an error. For want of something it skips the test, but not in CI.
func need(t testing.TB, err error) {
	t.Helper()
	var absent missing
	switch ci, bad := strconv.ParseBool(cmp.Or(os.Getenv("CI"), "false")); {
	case err == nil:
	case errors.As(err, &absent) && !ci && bad == nil:
		t.Skip(absent)
	default:
		t.Fatal(err)
	}
}
