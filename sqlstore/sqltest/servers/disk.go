package servers

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
)

// SmallDisk returns a folder on a disk of its own that has room for so many bytes,
// rounded up to pages of memory. The disk goes when the test ends, so close what is
// open there before. Only root may mount, and not in every container: elsewhere the
// test is skipped, or fails in CI.
func SmallDisk(t testing.TB, bytes int64) (folder string) {
	t.Helper()
	folder, err := temporary("", "KILL")
	if err == nil {
		err = mount(folder, bytes)
	}
	need(t, err)
	t.Cleanup(func() {
		// A process that another test is about to start has a file open for a moment.
		if text, err := exec.Command("umount", "-l", folder).CombinedOutput(); err != nil {
			t.Errorf("%s", text)
		}
		_ = os.Remove(folder)
	})
	return folder
}

// Fill leaves no room on the disk of the folder until Empty. Call it again to take what
// was freed there since.
func Fill(folder string) error {
	f, err := os.OpenFile(filler(folder), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	for part := int64(64 << 20); err == nil && part >= 4096; {
		switch err = syscall.Fallocate(int(f.Fd()), 0, size, part); err {
		case nil:
			size += part
		case syscall.ENOSPC:
			part, err = part/2, nil
		}
	}
	return err
}

// Empty gives back the room that Fill took.
func Empty(folder string) error { return os.Remove(filler(folder)) }

func filler(folder string) string { return filepath.Join(folder, "filler") }

// onDisk is whether all data lies in the system's temporary folder.
var onDisk atomic.Bool

// OnDisk puts the data of all servers and folders that follow into the system's temporary
// folder, for programs that measure: a sync takes the disk's time there. The environment
// variable TMPDIR names another folder.
func OnDisk() { onDisk.Store(true) }

// Folder returns a folder for the files of a test, in memory where there is room.
func Folder(t testing.TB) string {
	t.Helper()
	folder, err := temporary(memory(), "KILL")
	need(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// memory returns a folder that lies in memory and has room for the data of all
// servers, or else the empty name. The servers sync their data as ever. It takes no time
// there, and what was written is lost with the machine, but not with a server.
func memory() string {
	const shared, room = "/dev/shm", 4 << 30
	var disk syscall.Statfs_t
	if onDisk.Load() || syscall.Statfs(shared, &disk) != nil || int64(disk.Bavail)*int64(disk.Bsize) < room {
		return ""
	}
	return shared
}

// mount puts a small disk of its own over the folder.
func mount(folder string, bytes int64) error {
	options := fmt.Sprintf("size=%d,mode=0777", bytes)
	if text, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "seats", folder).CombinedOutput(); err != nil {
		return missing(fmt.Sprintf("no small disk: only root may mount one, and not in every container: %s", text))
	}
	return nil
}
