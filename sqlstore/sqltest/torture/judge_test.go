package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestVerdict_call(t *testing.T) {
	event := func(place int, change seats.ChangeID) seats.Event {
		return seats.Event{Account: "a", Key: "k", Index: place, Change: change, Kind: seats.EventInvited}
	}
	one, two := event(0, "c"), event(1, "c")
	for _, c := range []struct {
		name   string
		answer answer
		there  []seats.Event
		want   verdict
	}{
		{"as_told", answer{Said: acknowledged, Events: digest([]seats.Event{two, one})}, []seats.Event{one, two}, verdict{acknowledged: 1}},
		{"beside_the_queue", answer{Said: acknowledged, Events: digest([]seats.Event{one, {Account: "a", Index: 0, Change: "c", Kind: seats.EventSeated}})}, []seats.Event{one}, verdict{acknowledged: 1}},
		{"gone", answer{Said: acknowledged, Events: digest([]seats.Event{one})}, nil, verdict{acknowledged: 1, lost: 1}},
		{"half", answer{Said: acknowledged, Events: digest([]seats.Event{one, two})}, []seats.Event{one}, verdict{acknowledged: 1, lost: 1}},
		{"twice", answer{Said: unknown}, []seats.Event{one, event(0, "d")}, verdict{unknown: 1, doubled: 1}},
		{"elsewhere", answer{Account: "b", Said: unknown}, []seats.Event{one}, verdict{unknown: 1, doubled: 1}},
		{"refused", answer{Said: refused}, nil, verdict{}},
		{"refused_and_there", answer{Said: refused}, []seats.Event{one}, verdict{doubled: 1}},
		{"killed", answer{Said: begun}, []seats.Event{one}, verdict{unknown: 1}},
		{"each", answer{Said: acknowledged, Places: []int{0, 1}}, []seats.Event{one, event(1, "d")}, verdict{acknowledged: 1}},
		{"each_in_part", answer{Said: acknowledged, Places: []int{0, 1}}, []seats.Event{one}, verdict{acknowledged: 1, lost: 1}},
		{"each_and_a_refused_one", answer{Said: acknowledged, Places: []int{0}}, []seats.Event{one, two}, verdict{acknowledged: 1, doubled: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.answer.Account == "" {
				c.answer.Account = "a"
			}
			var v verdict
			v.call(c.answer, c.there)
			require.Equal(t, c.want, v)
			require.Equal(t, c.want.acknowledged > 0 && c.want.lost+c.want.doubled == 0, v.passes())
		})
	}
}

func TestReadJournals(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, end string, entries ...entry) {
		var text []byte
		for _, e := range entries {
			line, err := json.Marshal(e)
			require.NoError(t, err)
			text = append(append(text, line...), '\n')
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), append(text, end...), 0o600))
	}
	write("journal-0-0", `{"key":"torn`, entry{Key: "killed", Said: begun},
		entry{Key: "found out", Said: begun}, entry{Key: "found out", Said: unknown}, entry{Key: "found out", Said: acknowledged, Events: "1-a"},
		entry{Key: "never found out", Said: unknown}, entry{Key: "never found out", Said: refused})
	write("journal-1-0", "", entry{Key: "no", Said: begun}, entry{Key: "no", Said: refused})
	told, err := readJournals(folder)
	require.NoError(t, err)
	said := map[string]string{}
	for key, a := range told {
		said[key] = a.Said
	}
	require.Equal(t, map[string]string{"killed": begun, "found out": acknowledged, "never found out": unknown, "no": refused}, said)
	require.Equal(t, "1-a", told["found out"].Events)
}

// TestJudge has accounts in memory, in one of which events were forged.
func TestJudge(t *testing.T) {
	s := memstore.New()
	k, err := seatkeeper.New(s, seatkeeper.Options{})
	require.NoError(t, err)
	for i := range accounts {
		_, err := k.Open(t.Context(), seats.Opening{Account: accountID(i), Total: seats.Of(2), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"}})
		require.NoError(t, err)
	}
	invite := seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}}
	done, err := k.With(seatkeeper.Call{Key: "k"}).Do(t.Context(), accountID(7), users.System(), invite)
	require.NoError(t, err)
	told := map[string]answer{"k": {Account: accountID(7), Said: acknowledged, Events: digest(done.Events)}}
	v, err := judge(s, told)
	require.NoError(t, err)
	require.Equal(t, verdict{acknowledged: 1}, v)

	snapshots, err := s.Load(t.Context(), seats.Need{Account: accountID(7)})
	require.NoError(t, err)
	c := seats.Change{ID: "forged", Base: snapshots[0].Account.Revision, Account: snapshots[0].Account}
	c.Account.Revision++
	c.Account.Sequence++
	e := done.Events[0]
	e.Sequence, e.Change, e.Held, e.Delta = c.Account.Sequence, c.ID, 3, 1
	c.Events = []seats.Event{e}
	results, err := s.Commit(t.Context(), c)
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
	v, err = judge(s, told)
	require.NoError(t, err)
	require.Positive(t, v.drift)
	require.Equal(t, verdict{acknowledged: 1, lost: 1, doubled: 1, oversold: 1, drift: v.drift}, v)
	require.False(t, v.passes())
}
