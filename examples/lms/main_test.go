package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestMain is the program itself for a test that kills it.
func TestMain(m *testing.M) {
	if os.Getenv("LMS_PROGRAM") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A program is the LMS as a process of its own.
type program struct {
	*exec.Cmd
	url string
	log bytes.Buffer
}

func start(t *testing.T, address, folder string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0], "-demo", "-addr", address, "-folder", folder), url: "http://" + address}
	p.Env, p.Stderr = append(os.Environ(), "LMS_PROGRAM=1"), &p.log
	require.NoError(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Kill() })
	require.Eventually(t, func() bool {
		answer, err := http.Get(p.url)
		return err == nil && answer.Body.Close() == nil
	}, time.Minute, 20*time.Millisecond)
	return p
}

func free(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func text(t *testing.T, answer *http.Response, err error) string {
	t.Helper()
	require.NoError(t, err)
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s", content)
	return string(content)
}

// TestProgram_killed: the server is killed in the middle of an import. After the restart the import goes on, and no person is
// there twice. Sessions go on too.
func TestProgram_killed(t *testing.T) {
	const people = 20_000
	address, folder := free(t), t.TempDir()
	p := start(t, address, folder)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar}
	get := func(path string) string { answer, err := client.Get(p.url + path); return text(t, answer, err) }
	post := func(path string, form url.Values) string {
		answer, err := client.PostForm(p.url+path, form)
		return answer.Request.URL.Path + "\n" + text(t, answer, err)
	}
	post("/sign-in", url.Values{"account": {"oakridge"}, "user": {"oakridge-owner"}})
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "many.csv")
	require.NoError(t, err)
	fmt.Fprintln(part, "email,first name")
	for i := range people {
		fmt.Fprintf(part, "p%d@oakridge.example,P%d\n", i, i)
	}
	require.NoError(t, w.Close())
	answer, err := client.Post(p.url+"/uploads", w.FormDataContentType(), &body)
	upload := answer.Request.URL.Path
	text(t, answer, err)
	require.Contains(t, get(upload+"?look=1"), fmt.Sprintf("Import %d people", people))
	job, page, _ := strings.Cut(post(upload, url.Values{"do": {"import"}}), "\n")
	require.Contains(t, page, "At work")

	done := regexp.MustCompile(`At work: (\d+) of`)
	for begun := false; !begun; time.Sleep(time.Millisecond) {
		found := done.FindStringSubmatch(get(job))
		require.NotNil(t, found, "the import was over before the server could be killed")
		begun = found[1] != "0"
	}
	require.NoError(t, p.Process.Kill())
	_ = p.Wait()
	require.Less(t, imported(t, folder), people)
	p = start(t, address, folder)
	require.Contains(t, get(job), "Import of a file") // the session goes on
	for ended := fmt.Sprintf("%d changed", people); !strings.Contains(get(job), ended); time.Sleep(100 * time.Millisecond) {
	}

	// It ends in order, and lets a request under way end.
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.Wait())
	require.NotContains(t, p.log.String(), ".example", "an address in the log")
	require.Equal(t, people, imported(t, folder))
}

// imported counts the people of the file, in an account that must be in order.
func imported(t *testing.T, folder string) int {
	t.Helper()
	h, err := host.Open(t.Context(), host.Options{Folder: folder})
	require.NoError(t, err)
	defer h.Close()
	n, err := h.Keeper.Count(t.Context(), "oakridge", users.Filter{Sources: []users.Source{{Kind: users.SourceImport, Name: "many.csv"}}})
	require.NoError(t, err)
	drift, err := h.Keeper.Audit(t.Context(), "oakridge")
	require.NoError(t, err)
	require.Empty(t, drift)
	return int(n)
}

// TestRun_ends: after SIGTERM the requests under way are answered, and new ones are not taken.
func TestRun_ends(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	address := free(t)
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, settings{address: address, folder: t.TempDir()}, slog.New(slog.DiscardHandler))
	}()
	require.Eventually(t, func() bool {
		answer, err := http.Get("http://" + address)
		return err == nil && answer.Body.Close() == nil
	}, time.Minute, 10*time.Millisecond)
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /sign-in HTTP/1.1\r\nHost: lms\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	answer := make([]byte, 64)
	n, err := conn.Read(answer)
	require.NoError(t, err)
	require.Contains(t, string(answer[:n]), "HTTP/1.1 100 Continue") // the request is under way
	_, err = io.WriteString(conn, "refer")
	require.NoError(t, err)
	stop()
	require.Eventually(t, func() bool {
		other, err := net.Dial("tcp", address)
		return err != nil || other.Close() != nil
	}, time.Minute, 10*time.Millisecond)
	_, err = io.WriteString(conn, "ence")
	require.NoError(t, err)
	n, err = conn.Read(answer)
	require.NoError(t, err)
	require.Contains(t, string(answer[:n]), "HTTP/1.1 403")
	require.NoError(t, <-ended)
}
