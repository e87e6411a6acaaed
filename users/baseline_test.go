package users_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestBaseline_Lasting(t *testing.T) {
	edited := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	p := users.Profile{ID: "u1", FirstName: "Ada", LastName: "Ash", Username: "ada", Email: "ada@acme.example", ExternalID: "7", Title: "Chef"}
	b := p.Baseline()
	require.Equal(t, users.Profile{FirstName: "Ada", LastName: "Ash", Username: "ada", Email: "ada@acme.example", ExternalID: "7"}, b.Profile())
	b.Edited = edited
	require.Equal(t, &b, b.Lasting(edited.Add(users.BaselineTerm-1)))
	require.Nil(t, b.Lasting(edited.Add(users.BaselineTerm)))
	require.Nil(t, (*users.Baseline)(nil).Lasting(edited))
	require.Empty(t, users.User{Profile: p, Status: users.Active, Baseline: &b}.Tombstone().Baseline)
}
