package sqltest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
		p := users.Profile{ID: id, Email: email(id)}
		return question{Mode: do, Actor: users.System(), Commands: []seats.Command{seats.Invite{Profile: p}}}
	}
	s := script{
		opening: seats.Opening{Account: "acme", Seats: seats.Of(2), Owner: users.Profile{ID: "olive", Email: "oli@acme.example"}},
		at:      epoch, first: question{Mode: usage},
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
		"an event of somebody else":   func(h *history) { h.Operations[ada].Answer.First++ },
		"a person changed on the way": func(h *history) { h.Operations[3].Answer.Seen.Users[0].Notices++ },
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
			stores[k] = faults(st, n+uint64(k))
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
		began := time.Now()
		require.Empty(t, again.judge())
		require.Less(t, time.Since(began), patience/4, "a history has to be small enough")
	}
}
