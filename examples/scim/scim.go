// Package server lets identity providers push users and groups by SCIM: it mounts package seats/scim on net/http, with a
// bearer token for each connection, over any Keeper, and keeps the groups in a table of its own.
//
// The host makes a token for an admin who connects a provider, shows it once and keeps its SHA-256, see Tokens.
package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

// Access is what a token gives: a connection to one account.
type Access struct {
	Account users.AccountID
	scim.Connection
}

// A Server answers the requests of identity providers.
type Server struct {
	Keeper *seatkeeper.Keeper
	Groups GroupTable
	// Tokens returns the access of a token by its SHA-256, so that a stolen table of tokens opens nothing.
	Tokens func(context.Context, [sha256.Size]byte) (Access, bool, error)
	Log    *slog.Logger // of failures; no identities
}

// A GroupTable keeps the groups of each source. [Groups] is one on SQLite, and has what the methods are to do.
type GroupTable interface {
	Get(ctx context.Context, account users.AccountID, source, id string) (scim.Group, error)
	All(ctx context.Context, account users.AccountID, source string) iter.Seq2[scim.Group, error]
	Claim(ctx context.Context, account users.AccountID, source string, group scim.Group) error
	Keep(ctx context.Context, account users.AccountID, source string, was, now scim.Group) error
	Delete(ctx context.Context, account users.AccountID, source string, was scim.Group) error
}

// A call is one request of a connection.
type call struct {
	*Server
	Access
	r *http.Request
}

// A reply is a status and a body; nil: no body.
type reply struct {
	status int
	body   scim.Document
}

// Handler returns the endpoint, to be mounted below a prefix with http.StripPrefix.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, answer := range map[string]func(call) (reply, error){
		"GET /Users":                 call.listUsers,
		"POST /Users":                call.createUser,
		"GET /Users/{id}":            call.getUser,
		"PUT /Users/{id}":            call.changeUser,
		"PATCH /Users/{id}":          call.changeUser,
		"DELETE /Users/{id}":         call.deleteUser,
		"GET /Groups":                call.listGroups,
		"POST /Groups":               call.createGroup,
		"GET /Groups/{id}":           call.getGroup,
		"PUT /Groups/{id}":           call.changeGroup,
		"PATCH /Groups/{id}":         call.changeGroup,
		"DELETE /Groups/{id}":        call.deleteGroup,
		"GET /ServiceProviderConfig": func(c call) (reply, error) { return reply{200, c.ServiceProviderConfig()}, nil },
		"GET /ResourceTypes":         func(c call) (reply, error) { return reply{200, c.ResourceTypes()}, nil },
		"GET /ResourceTypes/{id}":    func(c call) (reply, error) { return found(c.ResourceType(c.r.PathValue("id"))) },
		"GET /Schemas":               func(c call) (reply, error) { return reply{200, c.Schemas()}, nil },
		"GET /Schemas/{id}":          func(c call) (reply, error) { return found(c.Schema(c.r.PathValue("id"))) },
		"/":                          func(call) (reply, error) { return reply{}, scim.ErrNotFound }, // a plain text would be taken for broken JSON
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, answer) })
	}
	return mux
}

// serve checks the token and writes the answer.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, answer func(call) (reply, error)) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	access, ok, err := s.Tokens(r.Context(), sha256.Sum256([]byte(token)))
	var out reply
	switch {
	case err != nil:
	case !ok:
		w.Header().Set("WWW-Authenticate", "Bearer")
		err = scim.ErrUnauthorized
	default:
		r.Body = http.MaxBytesReader(w, r.Body, scim.MaxBody)
		out, err = answer(call{s, access, r})
	}
	if failure := scim.ErrorOf(err); failure != nil {
		out = reply{failure.Status, failure.Document()}
		if failure.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(failure.RetryAfter.Seconds())))
		}
		if failure.Status >= 500 {
			s.Log.ErrorContext(r.Context(), "scim", "source", access.Source, "err", errors.Unwrap(failure))
		}
	}
	if out.body == nil {
		w.WriteHeader(out.status)
		return
	}
	w.Header().Set("Content-Type", scim.MediaType)
	if version := out.body.Version(); version != "" {
		w.Header().Set("ETag", version)
		w.Header().Set("Location", out.body.Location())
	}
	w.WriteHeader(out.status)
	_ = json.NewEncoder(w).Encode(out.body)
}

// found is the reply to GET.
func found(d scim.Document, err error) (reply, error) { return reply{200, d}, err }

// people are the users of the account, for look-ups and lists.
func (c call) people() scim.People {
	ctx := c.r.Context()
	return scim.People{
		Find:  func(key users.Key) (seats.Person, error) { return c.Keeper.Find(ctx, c.Account, key) },
		List:  func(f users.Filter) iter.Seq2[seats.Person, error] { return c.Keeper.Users(ctx, c.Account, f) },
		Count: func(f users.Filter) (int64, error) { return c.Keeper.Count(ctx, c.Account, f) },
	}
}

// body reads the body of a request.
func (c call) body() (scim.Body, error) {
	text, err := io.ReadAll(c.r.Body)
	switch {
	case err != nil:
		return scim.Body{}, scim.ErrTooLarge
	case c.r.Method == http.MethodPatch:
		return scim.ReadPatch(text)
	}
	return scim.ReadResource(text)
}

// do carries out commands, all or nothing. None write nothing.
func (c call) do(actor users.Actor, commands []seats.Command) (seatkeeper.Result, error) {
	if len(commands) == 0 {
		return seatkeeper.Result{}, nil
	}
	return c.Keeper.With(seatkeeper.Call{Reason: "scim"}).Do(c.r.Context(), c.Account, actor, commands...)
}

func (c call) listUsers() (reply, error) {
	q, err := c.Query(c.r.URL.Query())
	if err != nil {
		return reply{}, err
	}
	page, err := q.Users(c.people())
	return reply{200, c.Users(q, page)}, err
}

// stored returns the user of the path; the zero user for an unknown one.
func (c call) stored() (users.User, error) {
	person, err := c.Keeper.User(c.r.Context(), c.Account, users.ID(c.r.PathValue("id")))
	if errors.Is(err, seats.ErrUnknownUser) {
		return users.User{}, nil
	}
	return person.User, err
}

// shown answers with a user as they are now.
func (c call) shown(status int, id users.ID) (reply, error) {
	person, err := c.Keeper.User(c.r.Context(), c.Account, id)
	if err == nil && !c.Shows(person.User) {
		err = scim.ErrNotFound
	}
	return reply{status, c.User(person.User).Show(c.r.URL.Query())}, err
}

func (c call) getUser() (reply, error) { return c.shown(200, users.ID(c.r.PathValue("id"))) }

func (c call) createUser() (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	present, err := body.Find(c.people())
	if err != nil {
		return reply{}, err
	}
	commands, err := c.Create(body, present)
	if err != nil {
		return reply{}, err
	}
	result, err := c.do(c.Actor(), commands)
	if err != nil {
		return reply{}, err
	}
	id, err := scim.Created(result.Outcomes)
	if err != nil {
		return reply{}, err
	}
	return c.shown(201, id)
}

func (c call) changeUser() (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	u, err := c.stored()
	if err != nil {
		return reply{}, err
	}
	commands, err := c.Change(body, u)
	if err != nil {
		return reply{}, err
	}
	if _, err := c.do(c.Actor(), commands); err != nil {
		return reply{}, err
	}
	return c.shown(200, u.ID)
}

func (c call) deleteUser() (reply, error) {
	u, err := c.stored()
	if err != nil {
		return reply{}, err
	}
	steps, err := c.Remove(u)
	if err != nil {
		return reply{}, err
	}
	for _, step := range steps {
		if _, err := c.do(step.Actor, step.Commands); err != nil {
			return reply{}, err
		}
	}
	return reply{status: 204}, nil
}

func (c call) listGroups() (reply, error) {
	q, err := c.GroupQuery(c.r.URL.Query())
	if err != nil {
		return reply{}, err
	}
	return found(c.Connection.Groups(q, c.Server.Groups.All(c.r.Context(), c.Account, c.Source)))
}

func (c call) getGroup() (reply, error) {
	g, err := c.Server.Groups.Get(c.r.Context(), c.Account, c.Source, c.r.PathValue("id"))
	return reply{200, c.Group(g).Show(c.r.URL.Query())}, err
}

func (c call) createGroup() (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	change, err := c.CreateGroup(body, rand.Text())
	if err != nil {
		return reply{}, err
	}
	empty := change.Group
	empty.Members = nil
	return c.carryOut(201, empty, change)
}

func (c call) changeGroup() (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	g, err := c.Server.Groups.Get(c.r.Context(), c.Account, c.Source, c.r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	change, err := c.ChangeGroup(body, g)
	if err != nil {
		return reply{}, err
	}
	return c.carryOut(200, g, change)
}

func (c call) deleteGroup() (reply, error) {
	g, err := c.Server.Groups.Get(c.r.Context(), c.Account, c.Source, c.r.PathValue("id"))
	if errors.Is(err, scim.ErrNotFound) {
		return reply{status: 204}, nil
	}
	if err != nil {
		return reply{}, err
	}
	return c.carryOut(204, g, c.RemoveGroup(g))
}

// carryOut takes the name of a changed group, carries out the commands in bounded commits, and keeps the group. A request that
// is cut off is repeated by the provider, and goes on from there.
func (c call) carryOut(status int, was scim.Group, change scim.GroupChange) (reply, error) {
	ctx := c.r.Context()
	if isNew := status == 201; isNew || !change.Deleted && was.Key() != change.Group.Key() {
		if err := c.Server.Groups.Claim(ctx, c.Account, c.Source, change.Group); err != nil {
			return reply{}, err
		}
	}
	var outcomes []seats.Outcome
	if len(change.Commands) > 0 {
		result, err := c.Keeper.With(seatkeeper.Call{Reason: "scim"}).DoEach(ctx, c.Account, c.Actor(), change.Commands...)
		if err != nil {
			return reply{}, err
		}
		outcomes = result.Outcomes
	}
	kept, err := change.Settle(outcomes)
	switch {
	case err != nil:
		return reply{}, err
	case change.Deleted:
		return reply{status: status}, c.Server.Groups.Delete(ctx, c.Account, c.Source, was)
	}
	return reply{status, c.Group(kept).Show(c.r.URL.Query())}, c.Server.Groups.Keep(ctx, c.Account, c.Source, was, kept)
}
