package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A page is a template with the layout around it.
type page struct{ *template.Template }

// A view is what a template shows.
type view struct {
	*visit
	Title string
	Told  told // of the form before
	Page  any
}

// A told is what the form before did. User is the one that it is about; empty: one of the page.
type told struct{ Note, Warning, User string }

// readPages reads each template together with the layout and the parts that several pages have.
func readPages(files embed.FS) (map[string]*page, error) {
	shared, err := template.New("").Funcs(functions).ParseFS(files, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	entries, err := files.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	pages := map[string]*page{}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".html")
		if name == "layout" || name == "parts" {
			continue
		}
		t, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if t, err = t.ParseFS(files, path.Join("templates", e.Name())); err != nil {
			return nil, err
		}
		pages[name] = &page{t}
	}
	return pages, nil
}

// show writes a page. It is made whole before the first byte goes out, so that a fault in it is an error page.
func (v *visit) show(name, title string, data any) error {
	return v.showPart(name, "layout", title, data)
}

// showPart writes a part of a page alone, for htmx.
func (v *visit) showPart(name, part, title string, data any) error {
	p := v.pages[name]
	if p == nil {
		return fmt.Errorf("no template %s", name)
	}
	var text bytes.Buffer
	pop := func(key string) string { return v.sessions.PopString(v.r.Context(), key) }
	if err := p.ExecuteTemplate(&text, part, view{v, title, told{pop(keyNote), pop(keyWarning), pop(keyAbout)}, data}); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(v.status)
	_, _ = text.WriteTo(v.w) // the visitor may have gone
	return nil
}

// A link is one of the navigation.
type link struct {
	Path, Label string
	who         who
}

var navigation = []link{
	{"/users", "Users", admins},
	{"/add", "Add", admins},
	{"/seats", "Seats", admins},
	{"/courses", "Courses", readers},
	{"/sync", "Sync", admins},
	{"/queue", "Queue", admins},
	{"/events", "Events", admins},
	{"/jobs", "Jobs", admins},
	{"/account", "Account", admins},
	{"/accounts", "All accounts", vendor},
	{"/me", "My courses", learners},
}

// Links are the pages that the person there may see.
func (v view) Links() (links []link) {
	if v.account.ID == "" && !v.support() {
		return nil
	}
	for _, l := range navigation {
		if v.account.ID == "" && l.who != vendor {
			continue
		}
		if v.may(l.who) {
			links = append(links, l)
		}
	}
	return links
}

// Here is the path and query of the page, for the forms that lead back to it.
func (v view) Here() string { return v.r.URL.RequestURI() }

// Query is the query of the page, for the links to the same list in another form.
func (v view) Query() template.URL { return template.URL(v.r.URL.Query().Encode()) }

// At reports whether the page is under a path, for the mark in the navigation.
func (v view) At(path string) bool {
	return v.r.URL.Path == path || strings.HasPrefix(v.r.URL.Path, path+"/")
}

// Account is the account of the session.
func (v view) Account() seats.Account { return v.account }

// Person is the person there; zero for support.
func (v view) Person() seats.Person { return v.person }

// Who names the person there.
func (v view) Who() string {
	switch {
	case v.support():
		return "Vendor's support, " + v.actor.Name
	case v.person.ID != "":
		return nameOf(v.person.Profile) + ", " + v.person.Role.String()
	}
	return ""
}

// Alert says why the form that led here was refused.
func (v view) Alert() string {
	if v.alert == "" || strings.HasSuffix(v.alert, ".") {
		return sentence(v.alert)
	}
	return sentence(v.alert) + "."
}

// Seat is the product's word for a seat.
func (v view) Seat() string { return v.seatWord().One }

// MoreSeats is a number of further seats, in the product's word.
func (v view) MoreSeats(n int64) string {
	return plural(n, "more "+v.seatWord().One, "more "+v.seatWord().Many)
}

// About says a text about seats in the product's word.
func (v view) About(text string) string { return v.about(text) }

// Over says what is to be done about seats taken above the total; empty: there are none.
func (v view) Over(excess int64) string {
	if excess <= 0 {
		return ""
	}
	do := "made inactive or deleted"
	if v.account.Policy.Withheld.Has(users.ActionDelete) {
		do = "made inactive"
	}
	return v.about(plural(excess, "more seat is", "more seats are")+" taken than there are. No user can be added") +
		" until there is room: " + plural(excess, "user has", "users have") + " to be " + do + " first."
}

// Approves reports whether the product has users approved.
func (v view) Approves() bool { return v.account.Policy.Activation == seats.Approval }

// Label is the product's own word for an action.
func (v view) Label(a action) string { return v.label(a) }

// Manages reports whether the person there sees the pages of users.
func (v view) Manages() bool { return v.may(admins) }

// Text says an error in the product's words.
func (v view) Text(err error) string { return v.words().Text(err) }

// Fault says a fault of a file.
func (v view) Fault(f users.Fault) string { return sentence(v.words().Fault(f)) }

// Day is the day of an instant in the account's time zone.
func (v view) Day(t time.Time) string { return v.in(t, "2 Jan 2006") }

// Moment is an instant in the account's time zone.
func (v view) Moment(t time.Time) string { return v.in(t, "2 Jan 2006, 15:04") }

func (v view) in(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	zone, err := time.LoadLocation(v.account.Zone)
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone).Format(layout)
}

var functions = template.FuncMap{
	"name":     nameOf,
	"title":    func(s fmt.Stringer) string { return sentence(s.String()) },
	"sentence": sentence,
	"plural":   counted,
	"field":    fieldLabel,
	"address":  breakable,
	"date":     dateText,
	"join":     strings.Join,
	"next":     func(n int) int { return n + 1 },
	"list":     func(texts ...string) []string { return texts },
	"args":     func(args ...any) []any { return args },
}

// breakable is an email address that a line can break after its @.
func breakable(address string) template.HTML {
	local, domain, _ := strings.Cut(address, "@")
	if domain == "" {
		return template.HTML(template.HTMLEscapeString(address))
	}
	return template.HTML(template.HTMLEscapeString(local) + "@<wbr>" + template.HTMLEscapeString(domain))
}

// counted is a number of things, of any type of number.
func counted(n any, one, many string) string {
	if fmt.Sprint(n) == "1" {
		return "1 " + one
	}
	return fmt.Sprint(n) + " " + many
}

// nameOf is the name to show: the names, else what identifies the person.
func nameOf(p users.Profile) string {
	if name := strings.TrimSpace(p.FirstName + " " + p.LastName); name != "" {
		return name
	}
	for _, key := range []string{p.Email, p.Username, p.ExternalID} {
		if key != "" {
			return key
		}
	}
	return deletedUser
}

// sentence is a text with a capital at its beginning; the words of a name of the library stand apart.
func sentence(text string) string {
	if !strings.Contains(text, " ") {
		text = strings.ReplaceAll(text, "-", " ")
	}
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// dateText is a day as people write it.
func dateText(d users.Date) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Format("2 Jan 2006")
}
