package site

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A coursePlace is one of the queue of a course.
type coursePlace struct {
	Number int
	User   users.ID
	Name   string
	Pool   seats.PoolID
	Course string
	Asks   bool
}

// coursePlaces fills in the queues of the courses.
func (v *visit) coursePlaces(page *queueView) error {
	var ids []users.ID
	for pool, err := range v.Keeper.Pools(v.r.Context(), v.account.ID) {
		if err != nil {
			return err
		}
		if pool.ID == seats.Site {
			continue
		}
		for w := range pool.Waiting.All() {
			if len(page.Courses) == placesShown {
				page.More++
				continue
			}
			ids = append(ids, w.User)
			page.Courses = append(page.Courses, coursePlace{Number: pool.Waiting.Position(w.User), User: w.User, Pool: pool.ID, Course: nameOfPool(pool), Asks: w.Asks})
		}
	}
	if len(ids) == 0 {
		return nil
	}
	names, err := v.names(slices.Values(ids))
	if err != nil {
		return err
	}
	for i := range page.Courses {
		page.Courses[i].Name = names[page.Courses[i].User]
	}
	return nil
}
