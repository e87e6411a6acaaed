// Package site has the pages of the LMS. A file has a screen: its routes are in routes.go, its template has its name.
package site

import (
	"cmp"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/httpstatus"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Site is the pages of a host.
type Site struct {
	*host.Host
	Demo bool // visitors sign in as any person

	sessions *scs.SessionManager
	pages    map[string]*page
	labels   labels
	past     pastPoints
}

//go:embed static templates
var files embed.FS

// maxBody bounds the forms; an upload has a bound of its own.
const maxBody = 1 << 20

// New returns the site of a host.
func New(h *host.Host, demo bool) (*Site, error) {
	s := &Site{Host: h, Demo: demo, sessions: scs.New()}
	s.sessions.Store = host.Sessions{Host: h}
	s.sessions.HashTokenInStore = true
	s.sessions.Lifetime = 3 * 24 * time.Hour // without an IdleTimeout, which would write at each page
	s.sessions.Cookie.Name = "lms"
	s.sessions.Cookie.Secure = strings.HasPrefix(h.URL, "https:")
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		h.Failed(r.Context(), "session", err)
		http.Error(w, sorry, http.StatusInternalServerError)
	}
	var err error
	s.pages, err = readPages(files)
	return s, err
}

// policy is what pages may load: files of the site alone, and nothing inside of a page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Handler returns the handler of all requests. Requests from pages of other sites change nothing.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.Handle(r.pattern, s.sessions.LoadAndSave(s.guard(r)))
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		panic(err)
	}
	mux.Handle("GET /static/", http.StripPrefix("/static/", cached(http.FileServerFS(static))))
	mux.Handle("/scim/v2/", http.StripPrefix("/scim/v2", s.scim()))
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(s.sessions.LoadAndSave(s.guard(route{who: anyone, page: func(*visit) error { return errOtherSite }})))
	return headers(own.Handler(mux))
}

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // URLs can have names in them
		h.Set("Cache-Control", "no-store")      // the back button asks again
		next.ServeHTTP(w, r)
	})
}

func cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=600")
		next.ServeHTTP(w, r)
	})
}

// guard serves a route to those who may. A line of the log has the pattern: URLs can have names in them.
func (s *Site) guard(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		if route.body == 0 {
			route.body = maxBody
		}
		r.Body = http.MaxBytesReader(w, r.Body, route.body)
		v := &visit{Site: s, w: w, r: r, status: http.StatusOK}
		err := v.enter(route.who)
		if err == nil && route.body == maxBody {
			err = v.readForm()
		}
		if err == nil {
			err = route.page(v)
		}
		switch {
		case err != nil && v.begun: // a cut file must not look like a whole one
			s.Failed(r.Context(), "download", err)
			panic(http.ErrAbortHandler)
		case err != nil:
			v.refuse(err)
		}
		level := slog.LevelInfo
		switch {
		case r.Context().Err() != nil: // the visitor has gone on to another page
		case v.status >= 500:
			level = slog.LevelError
		case v.status >= 400:
			level = slog.LevelWarn
		}
		s.Log.LogAttrs(r.Context(), level, "page", slog.String("pattern", cmp.Or(r.Pattern, r.Method)), slog.Int("status", v.status),
			slog.Duration("took", time.Since(began)), slog.String("account", string(v.account.ID)),
			slog.String("user", string(v.person.ID)), slog.Any("err", err))
	})
}

// readForm reads a form whole, so that one that is cut off by the bound is refused and not half read.
func (v *visit) readForm() error {
	err := v.r.ParseForm()
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); err == nil || tooLarge {
		return err
	}
	return &users.DocumentError{Text: "site: no form"}
}

// refuse answers with the page of an error, in the product's words.
func (v *visit) refuse(err error) {
	var tooLarge *http.MaxBytesError
	v.status = httpstatus.Of(err)
	text := cmp.Or(v.words().Text(err), sorry)
	switch {
	case errors.As(err, &tooLarge):
		v.status, text = http.StatusRequestEntityTooLarge, "This is too large to be taken"
	case errors.Is(err, errOtherSite):
		v.status, text = http.StatusForbidden, "This form was sent from another site. Open the page here, and send it again"
	case isDocument(err):
		v.status, text = http.StatusBadRequest, "This address or form is not understood"
	case errors.Is(err, errNoSession):
		if v.r.Method == http.MethodGet && !v.partial() {
			v.redirect("/")
			return
		}
		v.status, text = http.StatusUnauthorized, "Your session has ended. Sign in again"
	case errors.Is(err, host.ErrNoJob), errors.Is(err, errNoPage):
		v.status, text = http.StatusNotFound, "There is nothing under this address"
	case errors.Is(err, seats.ErrForbidden) && v.status == http.StatusForbidden && v.person.ID != "":
		text += ". You are signed in as " + v.person.Role.String()
	}
	if err := v.show("refused", "Sorry", text); err != nil {
		v.Failed(v.r.Context(), "page", err)
	}
}

// isDocument reports an unreadable text, such as a filter in an address.
func isDocument(err error) bool {
	_, is := errors.AsType[*users.DocumentError](err)
	return is
}
