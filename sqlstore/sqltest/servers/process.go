package servers

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A process is a program that is started, killed and started again, in a folder of
// its own.
type process struct {
	program   string
	arguments []string
	folder    string
	owner     *syscall.Credential // of the folder and the process; nil: we are
	pid       int
	ended     chan struct{} // closed when it and its children have ended; nil before the first start
	failed    error         // how it has ended
}

// held lets go of the program when the process's number is in the folder, so that
// the program never runs without a will that knows of it.
const held = `read -r _ && exec "$@" </dev/null`

// start starts the program in a session of its own: what a terminal sends to the
// tests does not reach it.
func (p *process) start(more ...string) error {
	words := append([]string{"-c", held, "sh", p.program}, p.arguments...)
	cmd := exec.Command("sh", append(words, more...)...)
	cmd.Dir = p.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: p.owner}
	log, err := os.Create(filepath.Join(p.folder, "log"))
	if err != nil {
		return err
	}
	// Not the file itself: Wait then waits until no child has this output open.
	output := struct{ io.Writer }{log}
	cmd.Stdout, cmd.Stderr = output, output
	hold, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("in %s, which the user of %s has to be able to enter: %w", p.folder, p.program, err)
	}
	p.pid, p.ended = cmd.Process.Pid, make(chan struct{})
	go func() {
		p.failed = cmd.Wait()
		_ = os.Remove(p.pidFile())
		_ = log.Close()
		close(p.ended)
	}()
	if err := os.WriteFile(p.pidFile(), []byte(strconv.Itoa(p.pid)), 0o644); err != nil {
		p.kill()
		return err
	}
	_, err = io.WriteString(hold, "\n")
	if failed := hold.Close(); !errors.Is(failed, os.ErrClosed) { // by Wait: it has ended already
		err = errors.Join(err, failed)
	}
	return err
}

// run runs another program in the same folder as the same user, to its end.
func (p *process) run(program string, arguments ...string) error {
	q := process{program: program, arguments: arguments, folder: p.folder, owner: p.owner}
	if err := q.start(); err != nil {
		return err
	}
	<-q.ended
	if q.failed != nil {
		return fmt.Errorf("%s: %w:\n%s", program, q.failed, q.log())
	}
	return nil
}

func (p *process) pidFile() string { return filepath.Join(p.folder, "pid") }

func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return p.ended != nil
	}
}

// kill stops the process first, so that it begins nothing during the search for its
// children, which may have sessions of their own.
func (p *process) kill() {
	if !p.running() {
		return
	}
	_ = syscall.Kill(-p.pid, syscall.SIGSTOP)
	for _, child := range children(p.pid) {
		_ = syscall.Kill(child, syscall.SIGKILL)
	}
	_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	<-p.ended
}

// children returns the children of a process, where there is /proc. PostgreSQL's end
// elsewhere, too, but when they notice.
func children(of int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, _ := os.ReadFile(path) // "pid (name) state parent ..."
		_, rest, _ := strings.Cut(string(stat), ") ")
		if words := strings.Fields(rest); len(words) > 1 && words[1] == strconv.Itoa(of) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// log returns the end of what the process has written.
func (p *process) log() string {
	text, _ := os.ReadFile(filepath.Join(p.folder, "log"))
	return string(text[max(0, len(text)-4000):])
}

// newFolder makes a folder that is left to the will, and that belongs to the user of
// the given name if we are root. It lies on a disk of its own of the given size; 0: on that
// of all.
func newFolder(name, signal string, disk int64) (folder string, owner *syscall.Credential, err error) {
	folder, err = temporary(memory(), signal)
	if err == nil && disk > 0 {
		err = mount(folder, disk)
	}
	if err != nil || os.Geteuid() != 0 {
		return folder, nil, err
	}
	account, err := user.Lookup(name)
	if err != nil {
		return folder, nil, err
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	return folder, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, uid, gid)
}

// places are where programs and libraries are besides PATH.
var places = []string{
	"/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin",
	"/usr/lib/galera", "/usr/lib/galera-4", "/usr/lib64/galera-4", "/usr/lib64/galera",
}

// find returns where the file is, the one of the highest version if there are many,
// or the error that says what to install.
func find(file string, install missing) (string, error) {
	if path, err := exec.LookPath(file); err == nil {
		return filepath.EvalSymlinks(path) // what else is needed lies beside the program
	}
	var best string
	for _, place := range places {
		found, _ := filepath.Glob(filepath.Join(place, file))
		for _, path := range found {
			if version(path) > version(best) || best == "" {
				best = path
			}
		}
	}
	if best == "" {
		return "", install
	}
	return best, nil
}

// version returns the last number in a path.
func version(path string) (n int) {
	numbers := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(numbers) > 0 {
		n, _ = strconv.Atoi(numbers[len(numbers)-1])
	}
	return n
}

// ports returns free ports. They are below those that the system gives to connections,
// so that they are still free after a restart.
func ports(count int) (free []int) {
	for len(free) < count {
		port := 10000 + rand.IntN(20000)
		if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			defer listener.Close() // not before all are found, so that they differ
			free = append(free, port)
		}
	}
	return free
}
