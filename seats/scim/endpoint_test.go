package scim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

const acme users.AccountID = "acme"

var start = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// tb is what a test and a property have in common.
type tb interface {
	require.TestingT
	Helper()
}

// endpoint is a host of one connection without HTTP.
type endpoint struct {
	scim.Connection
	keeper   *seatkeeper.Keeper
	groups   map[string]scim.Group
	ids      int
	commands []seats.Command // of the last request
}

func newEndpoint(t tb, total int64, policy seats.Policy) *endpoint {
	t.Helper()
	e := &endpoint{Connection: scim.Connection{Source: "idp", Base: "https://learn.example/scim/v2"}, groups: map[string]scim.Group{}}
	id := 0
	keeper, err := seatkeeper.New(memstore.New(), seatkeeper.Options{
		Now:   func() time.Time { return start },
		NewID: func() users.ID { id++; return users.ID(fmt.Sprintf("n%03d", id)) },
	})
	require.NoError(t, err)
	e.keeper = keeper
	_, err = keeper.Open(ctx, seats.Opening{Account: acme, Policy: policy, Total: seats.Of(total), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"}})
	require.NoError(t, err)
	return e
}

var ctx = context.Background()

func (e *endpoint) people() scim.People {
	return scim.People{
		Find:  func(key users.Key) (seats.Person, error) { return e.keeper.Find(ctx, acme, key) },
		List:  func(f users.Filter) iter.Seq2[seats.Person, error] { return e.keeper.Users(ctx, acme, f) },
		Count: func(f users.Filter) (int64, error) { return e.keeper.Count(ctx, acme, f) },
	}
}

// do answers a request: a method and a path with its query, such as PATCH /Users/u1.
func (e *endpoint) do(request, body string) (int, scim.Document) {
	e.commands = nil
	status, d, err := e.answer(request, []byte(body))
	if err != nil {
		failure := scim.ErrorOf(err)
		return failure.Status, failure.Document()
	}
	return status, d
}

func (e *endpoint) answer(request string, body []byte) (int, scim.Document, error) {
	method, target, _ := strings.Cut(request, " ")
	u, err := url.Parse(target)
	if err != nil {
		return 0, nil, err
	}
	kind, id, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	switch kind {
	case "Users":
		return e.users(method, users.ID(id), u.Query(), body)
	case "Groups":
		return e.group(method, id, u.Query(), body)
	}
	return 0, nil, scim.ErrNotFound
}

func (e *endpoint) users(method string, id users.ID, parameters url.Values, text []byte) (int, scim.Document, error) {
	if method == "GET" && id == "" {
		q, err := e.Query(parameters)
		if err != nil {
			return 0, nil, err
		}
		page, err := q.Users(e.people())
		return 200, e.Users(q, page), err
	}
	body, err := read(method, text)
	if err != nil {
		return 0, nil, err
	}
	if method == "POST" {
		present, err := body.Find(e.people())
		if err != nil {
			return 0, nil, err
		}
		commands, err := e.Create(body, present)
		if err != nil {
			return 0, nil, err
		}
		result, err := e.run(e.Actor(), commands)
		if err != nil {
			return 0, nil, err
		}
		created, err := scim.Created(result.Outcomes)
		if err != nil {
			return 0, nil, err
		}
		return e.user(201, created)
	}
	person, err := e.keeper.User(ctx, acme, id)
	if err != nil && !errors.Is(err, seats.ErrUnknownUser) {
		return 0, nil, err
	}
	switch method {
	case "PUT", "PATCH":
		commands, err := e.Change(body, person.User)
		if err != nil {
			return 0, nil, err
		}
		if _, err := e.run(e.Actor(), commands); err != nil {
			return 0, nil, err
		}
	case "DELETE":
		steps, err := e.Remove(person.User)
		if err != nil {
			return 0, nil, err
		}
		for _, step := range steps {
			if _, err := e.run(step.Actor, step.Commands); err != nil {
				return 0, nil, err
			}
		}
		return 204, nil, nil
	}
	return e.user(200, id)
}

func (e *endpoint) user(status int, id users.ID) (int, scim.Document, error) {
	person, err := e.keeper.User(ctx, acme, id)
	if err == nil && !e.Shows(person.User) {
		err = scim.ErrNotFound
	}
	return status, e.User(person.User), err
}

func (e *endpoint) run(actor users.Actor, commands []seats.Command) (seatkeeper.Result, error) {
	e.commands = append(e.commands, commands...)
	if len(commands) == 0 {
		return seatkeeper.Result{}, nil
	}
	return e.keeper.Do(ctx, acme, actor, commands...)
}

func read(method string, text []byte) (scim.Body, error) {
	switch method {
	case "POST", "PUT":
		return scim.ReadResource(text)
	case "PATCH":
		return scim.ReadPatch(text)
	}
	return scim.Body{}, nil
}

func (e *endpoint) group(method, id string, parameters url.Values, text []byte) (int, scim.Document, error) {
	g, ok := e.groups[id]
	switch {
	case method == "GET" && id == "":
		q, err := e.GroupQuery(parameters)
		if err != nil {
			return 0, nil, err
		}
		d, err := e.Groups(q, func(yield func(scim.Group, error) bool) {
			for _, id := range slices.Sorted(maps.Keys(e.groups)) {
				if !yield(e.groups[id], nil) {
					return
				}
			}
		})
		return 200, d, err
	case !ok && method == "DELETE":
		return 204, nil, nil
	case !ok && method != "POST":
		return 0, nil, scim.ErrNotFound
	case method == "GET":
		return 200, e.Group(g).Show(parameters), nil
	}
	body, err := read(method, text)
	if err != nil {
		return 0, nil, err
	}
	status, change := 200, scim.GroupChange{}
	switch method {
	case "POST":
		e.ids++
		status = 201
		change, err = e.CreateGroup(body, fmt.Sprintf("g%d", e.ids))
	case "DELETE":
		change = e.RemoveGroup(g)
	default:
		change, err = e.ChangeGroup(body, g)
	}
	if err != nil {
		return 0, nil, err
	}
	for _, other := range e.groups {
		if other.ID != change.Group.ID && other.Key() == change.Group.Key() {
			return 0, nil, scim.ErrUniqueness
		}
	}
	e.commands = change.Commands
	var outcomes []seats.Outcome
	if len(change.Commands) > 0 {
		result, err := e.keeper.DoEach(ctx, acme, e.Actor(), change.Commands...)
		if err != nil {
			return 0, nil, err
		}
		outcomes = result.Outcomes
	}
	kept, err := change.Settle(outcomes)
	if err != nil {
		return 0, nil, err
	}
	if change.Deleted {
		delete(e.groups, id)
		return 204, nil, nil
	}
	e.groups[kept.ID] = kept
	return status, e.Group(kept), nil
}

// given makes users of the source, active but for those with another status.
func (e *endpoint) given(t tb, all []users.User) {
	t.Helper()
	for _, u := range all {
		u.Created, u.StatusSince = start, start
		if u.Source == (users.Source{}) {
			u.Source = users.Source{Kind: users.SourceSync, Name: e.Source}
		}
		if u.Status == users.NoStatus {
			u.Status = users.Active
		}
		if u.Status == users.Inactive {
			u.LeftAs = users.Active
		}
		_, err := e.keeper.Do(ctx, acme, users.System(), seats.Import{User: u})
		require.NoError(t, err)
	}
}

// revision is that of the account: the same if nothing was written.
func (e *endpoint) revision(t tb) uint64 {
	t.Helper()
	a, err := e.keeper.Account(ctx, acme)
	require.NoError(t, err)
	return a.Revision
}

// asJSON returns a value as it arrives at the provider.
func asJSON(t tb, value any) (read map[string]any) {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	if value != nil {
		require.NoError(t, json.Unmarshal(text, &read))
	}
	return read
}
