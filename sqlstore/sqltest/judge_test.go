package sqltest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/seatkeeper/seatkeeper/store/storetest/faults"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// twoForOneSeat is a history of one client after another: ada gets the last seat,
// ben does not, and then the store is looked at.
func twoForOneSeat(t *testing.T) history {
	t.Helper()
	invite := func(id users.ID) question {
		p := users.Profile{ID: id, Email: gen.Email(id)}
		return question{Mode: do, Actor: users.System(), Commands: []seats.Command{seats.Invite{Profile: p}}}
	}
	s := script{
		opening: seats.Opening{Account: "acme", Total: seats.Of(2), Owner: users.Profile{ID: "olive", Email: "oli@acme.example"}},
		at:      gen.Epoch, first: question{Mode: usage},
		clients: [][]question{{invite("ada"), invite("ben")}},
	}
	st := memstore.New()
	h, err := s.perform(t.Context(), st, []store.Store{st})
	require.NoError(t, err)
	require.Len(t, h.Operations, 4)
	require.Empty(t, h.judge())
	return h
}

// ada and ben are the places of what is asked about them.
const ada, ben = 1, 2

func TestAnswersThatAreWrong(t *testing.T) {
	for name, spoil := range map[string]func(*history){
		"done, and said not to be":     func(h *history) { h.Operations[ada].Answer = answer{Fate: failed} },
		"let in and refused":           func(h *history) { h.Operations[ben].Answer = h.Operations[ada].Answer },
		"refused with a wrong number":  func(h *history) { h.Operations[ben].Answer.Refusal.Held = 1 },
		"refused without the remedies": func(h *history) { h.Operations[ben].Answer.Refusal.Remedies = nil },
		"refused before it was full": func(h *history) {
			h.Operations[ben].Asked, h.Operations[ben].Answered = 0, h.Operations[ada].Asked-1
		},
		"a revision that was not yet": func(h *history) { h.Operations[ada].Answer.Revision++ },
		"an event of another user":    func(h *history) { h.Operations[ada].Answer.First++ },
		"a person changed on the way": func(h *history) { h.Operations[3].Answer.Seen.Users[0].NotificationCount++ },
	} {
		t.Run(name, func(t *testing.T) {
			h := twoForOneSeat(t)
			spoil(&h)
			require.Equal(t, illegal, h.judge())
		})
	}
}

// TestALostAnswer may be of something that was done or not, but not both.
func TestALostAnswer(t *testing.T) {
	h := twoForOneSeat(t)
	end := h.Operations[3].Answered + 1
	lose := func(i int) { h.Operations[i].Answered, h.Operations[i].Answer = end, answer{Fate: open} }
	lose(ada)
	require.Empty(t, h.judge(), "it was done")
	lose(ben)
	require.Empty(t, h.judge(), "and this was not")
	h.Operations[3].Answer.Seen.Users = h.Operations[3].Answer.Seen.Users[1:]
	require.Equal(t, illegal, h.judge(), "ada's seat is held, and ada not there")
}

// TestTooManyLostAnswers: what may have been done in any of a million orders is given up, with the memory that it would take.
func TestTooManyLostAnswers(t *testing.T) {
	h := twoForOneSeat(t)
	lost := h.Operations[ada]
	lost.Answer = answer{Fate: open}
	lost.Asked, lost.Answered = 0, h.Operations[3].Answered+1
	for range 20 {
		lost.Client++
		lost.Question.Commands = seats.Commands{seats.BuySeats{Quantity: 1}, seats.BuySeats{Quantity: int64(lost.Client) + 1}}
		h.Operations = append(h.Operations, lost)
	}
	h.Operations[3].Answer.Seen.Users = nil
	require.Equal(t, "not judged within 50000 steps", h.judge())
}

func TestWhatAnErrorSays(t *testing.T) {
	lost := store.ErrUnknown
	for _, c := range []struct {
		mode mode
		err  error
		want fate
	}{
		{do, nil, answered}, {do, &seats.Refusal{Code: seats.ErrNoSeats}, answered}, {do, lost, open}, {usage, lost, broken},
		{each, context.Canceled, failed}, {look, context.DeadlineExceeded, failed}, {do, store.ErrBroken, broken}, {do, store.ErrNotFound, broken},
	} {
		var a answer
		a.judge(c.mode, c.err)
		require.Equal(t, c.want, a.Fate, "%v", c.err)
	}
}

// TestAHistoryIsReadBackAsItWas requires it of a hundred, with all there is in them.
func TestAHistoryIsReadBackAsItWas(t *testing.T) {
	for n := range uint64(100) {
		st := memstore.New()
		s := drawScript(7, n, "acme")
		stores := make([]store.Store, s.keepers)
		for k := range stores {
			stores[k] = withFaults(st, n+uint64(k))
		}
		h, err := s.perform(t.Context(), st, stores)
		require.NoError(t, err)
		text, err := encode(h)
		require.NoError(t, err)
		again, err := decode(text)
		require.NoError(t, err)
		twice, err := encode(again)
		require.NoError(t, err)
		require.Equal(t, string(text), string(twice))
		require.Equal(t, h.judged()[0].Input.(*operation).String(), again.judged()[0].Input.(*operation).String())
		require.Empty(t, again.judge())
	}
}

// everyAnswer is a history of one client after another with an answer of each kind.
func everyAnswer(t *testing.T) history {
	t.Helper()
	invite := func(id users.ID) seats.Command {
		return seats.Invite{Profile: users.Profile{ID: id, Email: gen.Email(id)}}
	}
	ask := func(m mode, key string, commands ...seats.Command) question {
		return question{Mode: m, Actor: users.System(), Key: key, Commands: commands}
	}
	s := script{
		opening: seats.Opening{Account: "acme", Total: seats.Of(2), Owner: users.Profile{ID: "olive", Email: "oli@acme.example"}},
		at:      gen.Epoch, first: question{Mode: usage},
		clients: [][]question{{
			ask(do, "k", invite("ada")), ask(do, "k", invite("ada")), ask(each, "k", invite("ada")), ask(each, "", invite("ada"), invite("ben")),
			{Mode: user, User: "ada"}, {Mode: user, User: "ben"}, {Mode: usage},
			ask(do, "", seats.BuySeats{Quantity: 1}),
		}},
	}
	st := memstore.New()
	h, err := s.perform(t.Context(), st, []store.Store{st})
	require.NoError(t, err)
	require.Empty(t, h.judge())
	return h
}

func TestEveryKindOfAnswerIsHeldAgainstTheWorld(t *testing.T) {
	const fresh, again, reused, two, ada, absent, numbers, order, last = 1, 2, 3, 4, 5, 6, 7, 8, 9
	at := func(h *history, i int) *answer { return &h.Operations[i].Answer }
	for name, spoil := range map[string]func(*history){
		"new, and said to be repeated":    func(h *history) { at(h, fresh).Repeated = true },
		"repeated, and said to be new":    func(h *history) { at(h, again).Repeated = false },
		"an event that is not told":       func(h *history) { at(h, again).First = 0 },
		"the event of another repetition": func(h *history) { at(h, again).First = 1 },
		"an order that tells others":      func(h *history) { at(h, order).Told = []users.ID{"ada"} },
		"an order without receivers":      func(h *history) { at(h, order).Told = nil },
		"a receiver told already":         func(h *history) { at(h, fresh).Told = []users.ID{"olive"} },
		"another outcome":                 func(h *history) { at(h, fresh).Outcomes[0].User = "ben" },
		"a reused key that was let pass":  func(h *history) { at(h, reused).Outcomes[0].Refusal = nil },
		"another refusal of one of two":   func(h *history) { at(h, two).Outcomes[1].Refusal.Code = seats.ErrForbidden },
		"another status":                  func(h *history) { at(h, ada).Person.Status = users.Active },
		"refused otherwise":               func(h *history) { at(h, absent).Refusal.Code = seats.ErrForbidden },
		"here though unknown":             func(h *history) { *at(h, absent) = *at(h, ada) },
		"other numbers":                   func(h *history) { at(h, numbers).Usage.Held++ },
		"another tally":                   func(h *history) { at(h, numbers).Usage.People[users.Active][users.Member][0]++ },
		"another tally in the store":      func(h *history) { at(h, last).Seen.Account.Tally[users.Active][users.Member][0]++ },
		"another name of the account":     func(h *history) { at(h, last).Seen.Account.Name = "Acme" },
		"closed by no call":               func(h *history) { at(h, last).Seen.Account.Closed = gen.Epoch },
		"a revision that is past":         func(h *history) { at(h, last).Seen.Account.Revision-- },
	} {
		h := everyAnswer(t)
		spoil(&h)
		require.Equal(t, illegal, h.judge(), name)
	}
}

func TestWorldsThatDiffer(t *testing.T) {
	w := world{Least: 1}
	for _, v := range []world{
		{}, {seats.Snapshot{Past: []seats.Event{{Key: "k"}}}, 1}, {seats.Snapshot{Pools: []seats.Pool{{}}}, 1}, {seats.Snapshot{Licences: []users.Licence{{}}}, 1},
		{seats.Snapshot{Users: []users.User{{}}}, 1}, {seats.Snapshot{Account: seats.Account{Sequence: 1}}, 1},
	} {
		require.False(t, w.equal(&v), "%+v", v)
	}
	require.True(t, w.equal(&world{Least: 1}))
}

func TestAnErrorLeavesNoHalfAnswer(t *testing.T) {
	for err, want := range map[error]fate{
		store.ErrUnknown: open, store.ErrConflict: failed, faults.ErrInjected: failed, store.ErrBroken: broken,
		fmt.Errorf("%w: %w", store.ErrUnknown, faults.ErrInjected): open,
	} {
		a := answer{Revision: 3, First: 2, Outcomes: []seats.Outcome{{}}}
		a.judge(do, err)
		require.Equal(t, answer{Fate: want, Error: err.Error()}, a)
	}
}

// TestFaultsAreOfEveryKind and about one call in ten has one.
func TestFaultsAreOfEveryKind(t *testing.T) {
	f := withFaults(memstore.New(), 1)
	f.Wait = 0
	for range 2000 {
		_, _ = f.Commit(t.Context())
	}
	struck := strings.Join(f.Struck(), "\n")
	for _, fault := range faults.All() {
		require.Contains(t, struck, fault.String()+" at call")
	}
	require.InDelta(t, 220, len(f.Struck()), 100)
}
