package site

import (
	"bytes"
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
)

// scim answers identity providers, and counts what was refused for the page of the source.
func (s *Site) scim() http.Handler {
	next := s.SCIM().Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, began := &scimAnswer{ResponseWriter: w}, time.Now()
		next.ServeHTTP(a, r)
		level := slog.LevelInfo
		if a.status >= 400 {
			level = slog.LevelWarn
		}
		s.Log.LogAttrs(r.Context(), level, "scim", slog.String("method", r.Method), slog.Int("status", cmp.Or(a.status, http.StatusOK)), slog.Duration("took", time.Since(began)))
		if a.status < 400 || a.status == http.StatusUnauthorized || r.Method == http.MethodGet { // providers look for what is not there
			return
		}
		var said struct{ Detail string }
		_ = json.Unmarshal(a.body.Bytes(), &said)
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		s.Failed(r.Context(), "push", s.NotePush(r.Context(), token, host.Push{Method: r.Method, Status: a.status, Detail: said.Detail}))
	})
}

// A scimAnswer keeps the body of an answer that refuses.
type scimAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader notes the status.
func (a *scimAnswer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Write notes the body of a refusal, which is short.
func (a *scimAnswer) Write(text []byte) (int, error) {
	if a.status >= 400 {
		_, _ = a.body.Write(text)
	}
	return a.ResponseWriter.Write(text)
}
