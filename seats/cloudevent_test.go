package seats_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
)

func TestEvent_CloudEvent(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada")
	e := s.lastEvent()
	e.Account, e.Digest = "acme north/1", "internal"
	for _, source := range []string{"https://lms.example/seats", "https://lms.example/seats/"} {
		text, err := json.Marshal(e.CloudEvent(source))
		require.NoError(t, err)
		var attributes map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(text, &attributes))
		var data seats.Event
		require.NoError(t, json.Unmarshal(attributes["data"], &data))
		delete(attributes, "data")
		text, err = json.Marshal(attributes)
		require.NoError(t, err)
		require.JSONEq(t, `{"specversion":"1.0","source":"https://lms.example/seats/acme%20north%2F1","id":"2","type":"seatkeeper.added","subject":"ada",
			"time":"2026-03-01T12:00:00Z","datacontenttype":"application/json","partitionkey":"acme north/1","sequence":"00000000000000000002"}`, string(text))
		want := e
		want.Digest = ""
		require.Equal(t, want, data)
	}
	s.do(system, seats.SetTotal{Total: seats.Of(3)})
	text, err := json.Marshal(s.lastEvent().CloudEvent("urn:lms"))
	require.NoError(t, err)
	require.NotContains(t, string(text), "subject", "an event about no user")
}
