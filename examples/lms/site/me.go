package site

import (
	"strconv"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A learnerView is a person's own page.
type learnerView struct {
	Courses []myCourse
	Offer   seats.OwnershipOffer // open for this person; zero: none
	From    string
}

// A myCourse is a license of the person there.
type myCourse struct {
	seats.LicenceExplanation
	Name    string
	Record  host.Record
	Lessons []int
	Refused error // why it can't be opened; nil: it can
	Overdue bool
}

// mine is a person's own page.
func (v *visit) mine() error {
	courses, err := v.myCourses("")
	if err != nil {
		return err
	}
	page := learnerView{Courses: courses}
	account, err := v.Keeper.Account(v.r.Context(), v.account.ID)
	if err != nil {
		return err
	}
	if account.Offer.User == v.person.ID && account.Offer.IsOpen(v.Now()) {
		page.Offer = account.Offer
		names, err := v.names(func(yield func(users.ID) bool) { yield(account.Offer.Owner) })
		if err != nil {
			return err
		}
		page.From = names[account.Offer.Owner]
	}
	return v.show("me", "My courses", page)
}

// myCourses are the open courses of the person there; pool: this one alone.
func (v *visit) myCourses(pool seats.PoolID) (list []myCourse, err error) {
	ctx := v.r.Context()
	explanation, err := v.Keeper.Explain(ctx, v.account.ID, v.person.ID)
	if err != nil {
		return nil, err
	}
	for _, l := range explanation.Licences {
		id := seats.PoolID(l.Licence.Pool)
		if !l.Open && l.State != users.LicenceAssigned || pool != "" && pool != id {
			continue
		}
		of, err := v.Keeper.Pool(ctx, v.account.ID, id)
		if err != nil {
			return nil, err
		}
		course := myCourse{LicenceExplanation: l, Name: nameOfPool(of)}
		if course.Record, err = v.Record(ctx, v.account.ID, l.Licence.ID()); err != nil {
			return nil, err
		}
		course.Overdue = course.Record.Done.IsZero() && l.Licence.DueDate != "" && l.Licence.DueDate < v.today()
		if l.State == users.LicenceAssigned {
			course.Refused = v.Keeper.May(ctx, v.account.ID, v.actor, seats.StartCourse{User: v.person.ID, Pool: id})
		}
		for lesson := range host.Lessons {
			course.Lessons = append(course.Lessons, lesson+1)
		}
		list = append(list, course)
	}
	return list, nil
}

// myCourse is a course that the person there has opened.
func (v *visit) myCourse() error {
	courses, err := v.myCourses(seats.PoolID(v.r.PathValue("course")))
	if err != nil {
		return err
	}
	if len(courses) == 0 {
		return &seats.Refusal{Code: seats.ErrNotAssigned}
	}
	if courses[0].Licence.Started.IsZero() { // a link alone uses no license
		v.redirect("/me")
		return nil
	}
	return v.show("mycourse", courses[0].Name, courses[0])
}

// learn opens a course, which spends its license, or finishes a lesson.
func (v *visit) learn() error {
	pool := seats.PoolID(v.r.PathValue("course"))
	courses, err := v.myCourses(pool)
	if err != nil {
		return err
	}
	if len(courses) == 0 {
		return &seats.Refusal{Code: seats.ErrNotAssigned}
	}
	licence := courses[0].Licence
	if lesson, err := strconv.Atoi(v.r.PostFormValue("lesson")); err == nil && !licence.Started.IsZero() {
		err = v.FinishLesson(v.r.Context(), v.account.ID, licence, lesson)
		if err != nil {
			return err
		}
	} else if err := v.StartCourse(v.r.Context(), v.account.ID, v.person.ID, licence); err != nil {
		return v.again(err, (*visit).mine)
	}
	v.redirect("/me" + courseURL(pool))
	return nil
}

// answer accepts or declines an offer of ownership.
func (v *visit) answer() error {
	command := seats.Command(seats.EndOffer{User: v.person.ID})
	if v.r.PostFormValue("do") == "accept" {
		command = seats.AcceptOwnership{User: v.person.ID, Owner: users.ID(v.r.PostFormValue("owner"))}
	}
	if _, err := v.do(command); err != nil {
		return v.again(err, (*visit).mine)
	}
	v.redirect("/me")
	return nil
}

// letIn is the way to a session of a person who is known: an inactive one is refused, with the words of the product.
func (v *visit) letIn(account users.AccountID, user users.ID) (err error) {
	if v.account, err = v.Keeper.Account(v.r.Context(), account); err != nil { // its product has the words of a refusal
		return err
	}
	if _, err := v.Keeper.Do(v.r.Context(), account, users.System(), seats.SignIn{Profile: users.Profile{ID: user}}); err != nil {
		return v.turnedAway(user, err)
	}
	return v.open(account, user, "", "/")
}
