package sqltest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A script is what is going to be asked in a history: who is there first, and
// each client's questions.
type script struct {
	opening seats.Opening
	at      time.Time
	keepers int
	first   question
	clients [][]question
}

// everyUser is the few who can be in an account. Those with a 2 have the keys of
// those without one, so that a user who was deleted can come again.
var everyUser = []users.ID{"ada", "ben", "cleo", "ada2", "dan", "ben2", "olive"}

// dice draw the questions of a script.
type dice struct {
	gen.Dice
	keepers int
}

func drawScript(seed, number uint64, account users.AccountID) script {
	r := rand.New(rand.NewPCG(seed, number))
	d := dice{gen.FromRand(r, everyUser[:3+r.IntN(4)]), 2 + r.IntN(2)}
	s := script{at: gen.Epoch, keepers: d.keepers, opening: d.Opening()}
	s.opening.Account = account
	s.first = question{Mode: each, Actor: users.System()}
	for _, id := range d.People[:3] {
		s.first.Commands = append(s.first.Commands, seats.Add{Profile: d.ProfileOf(id), Role: gen.One(d.Dice, users.Member, users.Manager, users.Admin)})
	}
	for range 3 + d.Below(3) {
		var questions []question
		for range 4 + d.Below(6) {
			questions = append(questions, d.question())
		}
		s.clients = append(s.clients, questions)
	}
	for key := range d.Below(4) {
		d.key(s, fmt.Sprint("k", key%2))
	}
	return s
}

// key gives a question a key and lets others ask it again, or something else under
// the same key.
func (d dice) key(s script, key string) {
	q := d.question()
	if q.Key = key; !q.Mode.writes() {
		return
	}
	for range 2 + d.Below(2) {
		q.Keeper = d.Below(d.keepers)
		client := gen.One(d.Dice, s.clients...)
		client[d.Below(len(client))] = q
	}
}

func (d dice) question() question {
	q := question{Mode: gen.One(d.Dice, do, do, do, do, do, do, do, each, each, usage, user, look), Keeper: d.Below(d.keepers)}
	if d.Chance(3) {
		q.Hurry = time.Duration(1 + d.Below(100_000))
	}
	switch {
	case q.Mode == user:
		q.User = gen.One(d.Dice, d.People...)
	case q.Mode.writes():
		q.Actor, q.Commands = d.Request()
	}
	return q
}
