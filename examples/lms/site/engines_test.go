package site_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestEngines has what the host keeps in its own tables on PostgreSQL and MariaDB: tokens and groups, mails, runs, jobs.
func TestEngines(t *testing.T) {
	for name, source := range map[string]func(testing.TB) string{
		"PostgreSQL": func(t testing.TB) string { return servers.Postgres(t).Database(t, "lms") },
		"MariaDB":    func(t testing.TB) string { return servers.MariaDB(t).Database(t, "lms") },
	} {
		t.Run(name, func(t *testing.T) {
			p := newProduct(t, source(t), false)
			_, err := p.host.Keeper.Open(t.Context(), seats.Opening{
				Account: "larkfield", Total: seats.Of(20), Owner: users.Profile{ID: "larkfield-owner", Email: "olive@larkfield.example"},
			})
			require.NoError(t, err)
			p.drain()
			testSCIM(t, p)
			b := p.as("larkfield", users.Owner)
			b.post("/users/bulk", url.Values{"which": {"all"}, "action": {"edit"}, "location": {"Archive"}, "back": {"/users"}, "sure": {"1"}})
			p.do("larkfield", users.As("larkfield-owner"), seats.Invite{Profile: users.Profile{ID: "cy", FirstName: "Cy", Email: "cy@larkfield.example"}})
			p.drain()
			cy := p.browser()
			cy.post(p.link(b, "larkfield", "cy"), nil).says(200, "Good day")
			p.do("larkfield", users.System(), seats.SetTotal{Pool: "fire", Total: seats.Of(1)}, seats.AssignCourse{User: "cy", Pool: "fire"})
			cy.post("/me/courses/fire", nil).says(200, "fire")
			p.do("larkfield", users.As("larkfield-owner"), seats.Delete{User: "cy"})
			p.drain()
			b.get("/mails").says(200).without("cy@larkfield.example")
			b.carryOut(b.nightly("hr", "night.csv", "email,first name\nbo@larkfield.example,Bo\n").says(200, "Carry it out")).says(200, "1 changed")
			b.get("/sync/hr").says(200, "night.csv", "1 joins")
			require.Len(t, b.csv("/events.csv?by=sync:hr"), 1)
		})
	}
}
