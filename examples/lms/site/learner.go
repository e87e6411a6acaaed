package site

import (
	"cmp"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A myCourse is a course of the person there.
type myCourse struct {
	seats.LicenceExplanation
	Name    string
	Why     string // why it can't be opened; empty: it can
	Overdue bool
}

// mine is a person's own page, with their courses.
func (v *visit) mine() error {
	explanation, err := v.Keeper.Explain(v.r.Context(), v.account.ID, v.person.ID)
	if err != nil {
		return err
	}
	var list []myCourse
	for _, l := range explanation.Licences {
		if l.State == users.LicenceReturned || l.State == users.LicenceArchived {
			continue
		}
		pool, err := v.Keeper.Pool(v.r.Context(), v.account.ID, seats.PoolID(l.Licence.Pool))
		if err != nil {
			return err
		}
		mine := myCourse{LicenceExplanation: l, Name: nameOfPool(pool)}
		mine.Overdue = l.State == users.LicenceAssigned && l.Licence.DueDate != "" && l.Licence.DueDate < users.DateOf(v.Now())
		if err := v.Keeper.May(v.r.Context(), v.account.ID, v.actor, v.first(pool.ID)); err != nil {
			mine.Why = v.words().Text(err)
		}
		list = append(list, mine)
	}
	slices.SortStableFunc(list, func(a, b myCourse) int {
		return cmp.Compare(dueBy(a.Licence), dueBy(b.Licence))
	})
	return v.show("me", "My page", list)
}

// dueBy orders licences: those without a due date come last.
func dueBy(l users.Licence) users.Date { return cmp.Or(l.DueDate, "9999-12-31") }

// first is the first access of the person there to a course. It is unchanged afterwards, as long as the course is open.
func (v *visit) first(pool seats.PoolID) seats.StartCourse {
	return seats.StartCourse{User: v.person.ID, Pool: pool}
}

// openCourse opens a course. The first access uses the license for good.
func (v *visit) openCourse() error {
	pool := seats.PoolID(v.r.PathValue("course"))
	if _, err := v.do(v.first(pool)); err != nil {
		return v.again(err, (*visit).mine)
	}
	v.redirect("/me" + courseURL(pool))
	return nil
}

// lesson is the content of a course, for those who have started it.
func (v *visit) lesson() error {
	id := seats.PoolID(v.r.PathValue("course"))
	plan, err := v.Keeper.Preview(v.r.Context(), v.account.ID, v.actor, v.first(id))
	if err != nil {
		return err
	}
	switch o := plan.Steps[0].Outcome; {
	case o.Refusal != nil:
		return o.Refusal
	case !o.Unchanged: // a link alone uses no license
		v.redirect("/me")
		return nil
	}
	pool, err := v.Keeper.Pool(v.r.Context(), v.account.ID, id)
	if err != nil {
		return err
	}
	return v.show("lesson", nameOfPool(pool), pool)
}
