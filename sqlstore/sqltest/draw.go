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
	from    time.Time // when the account is opened
	at      time.Time // when the clients ask
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
	s := script{from: gen.Epoch, at: gen.Epoch.Add(gen.One(d.Dice, 0, 0, gen.Term, 2*gen.Term, 4*gen.Term)), keepers: d.keepers, opening: d.Opening()}
	s.opening.Account = account
	s.first = question{Mode: each, Actor: users.System(), First: true}
	for _, id := range d.People[:3] {
		s.first.Commands = append(s.first.Commands, seats.Add{Profile: d.ProfileOf(id), Role: gen.One(d.Dice, users.Member, users.Manager, users.Admin)})
	}
	s.first.Commands = append(s.first.Commands, d.ahead()...)
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

// ahead draws what makes a course scarce, and what is due when the clients ask.
func (d dice) ahead() []seats.Command {
	all := []seats.Command{seats.SetTotal{Pool: gen.Course, Total: seats.Of(int64(1 + d.Below(2)))}}
	if d.Chance(30) {
		all = append(all, seats.EditPool{Pool: gen.Course, Term: &seats.LicenceTerm{Days: 1 + d.Below(3)}})
	}
	for _, id := range d.People[:2] {
		all = append(all, seats.AssignCourse{User: id, Pool: gen.Course})
	}
	_, more := d.Request()
	all = append(all, more...)
	for range d.Below(3) {
		all = append(all, seats.Schedule{User: gen.One(d.Dice, d.People...), Leave: users.From(d.day())})
	}
	if d.Chance(30) {
		all = append(all, seats.BookTotal{Date: d.day(), Total: seats.Of(int64(2 + d.Below(3)))})
	}
	if d.Chance(30) {
		all = append(all, seats.Invite{Profile: d.ProfileOf(gen.One(d.Dice, everyUser...)), Start: d.day()})
	}
	return all
}

// day draws one of the days before the clients ask or soon after.
func (d dice) day() users.Date { return users.DateOf(gen.Epoch.AddDate(0, 0, 1+d.Below(3))) }

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
