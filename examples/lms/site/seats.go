package site

import (
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// monthsAhead is how far the calendar of the seats page looks.
const monthsAhead = 6

// A seatsView is the page of the bought seats.
type seatsView struct {
	Usage     seats.Usage
	Buy       bounds
	Return    bounds
	SetTotal  error // why the total can't be set; nil: it can
	Receivers int64 // owners and admins who are active
	Among     bool  // the person there is one of them
	Days      []calendarDay
	Unfit     string // the first day on which something does not fit

	From, To users.Date
	Periods  []poolPeriod
	Under    bool // the period is not over
	Fault    string
}

// bounds are those of one order. Why says why there is none now. Never: there is none at any time.
type bounds struct {
	Least, Most int64
	Why         error
	Never       bool
}

// A calendarDay is a day to come, in words.
type calendarDay struct {
	Date    users.Date
	Entries []calendarEntry
}

// A calendarEntry is what happens.
type calendarEntry struct {
	seats.CalendarEntry
	Text string
}

// A poolPeriod is the use of the seats, or of a course, in a period.
type poolPeriod struct {
	seats.Period
	Name             string
	SeatDays, Bought string
}

// boundsOf asks the library for the bounds of an order: an order of one unit passes, or its refusal has them.
func (v *visit) boundsOf(order func(int64) seats.Command) bounds {
	err := v.Keeper.May(v.r.Context(), v.account.ID, v.actor, order(1))
	refusal, is := errors.AsType[*seats.Refusal](err)
	switch {
	case err == nil:
		b := bounds{Least: 1}
		if refusal, is := errors.AsType[*seats.Refusal](v.Keeper.May(v.r.Context(), v.account.ID, v.actor, order(seats.MaxSeats))); is {
			b.Most = refusal.Most
		}
		return b
	case is && refusal.Code == seats.ErrOrderSize && refusal.Least > 0 && refusal.Most >= refusal.Least:
		return bounds{Least: refusal.Least, Most: refusal.Most}
	}
	if is {
		refusal.Remedies = nil // they are about the one unit that was asked for
	}
	return bounds{Why: err, Never: !is || refusal.Code != seats.ErrOrderSize}
}

func (v *visit) seatsPage() error {
	ctx := v.r.Context()
	usage, err := v.Keeper.Usage(ctx, v.account.ID)
	if err != nil {
		return err
	}
	page := seatsView{
		Usage:    usage,
		Buy:      v.boundsOf(func(n int64) seats.Command { return seats.BuySeats{Quantity: n} }),
		Return:   v.boundsOf(func(n int64) seats.Command { return seats.ReturnSeats{Quantity: n} }),
		SetTotal: v.Keeper.May(ctx, v.account.ID, v.actor, seats.SetTotal{Total: usage.Total}),
	}
	receive := users.In(users.Owner, users.Admin)
	page.Receivers, page.Among = usage.People.Count(users.In(users.Active), receive), receive.Has(v.person.Role) && !v.support()
	if err := v.calendar(&page); err != nil {
		return err
	}
	if err := v.periods(&page); err != nil {
		return err
	}
	return v.show("seats", v.about("Seats"), page)
}

// calendar fills in what is dated in the months to come.
func (v *visit) calendar(page *seatsView) error {
	today := v.today()
	calendar, err := v.Keeper.Calendar(v.r.Context(), v.account.ID, today.AddDays(30*monthsAhead))
	if err != nil {
		return err
	}
	if day, ok := calendar.Unfit(); ok {
		page.Unfit = dateText(day.Date)
	}
	var ids []users.ID
	for _, day := range calendar.Days {
		for _, e := range day.Entries {
			ids = append(ids, e.User, e.By.User)
		}
	}
	teller, err := v.teller(ids)
	if err != nil {
		return err
	}
	for _, day := range calendar.Days {
		d := calendarDay{Date: day.Date}
		for _, e := range day.Entries {
			d.Entries = append(d.Entries, calendarEntry{e, teller.Coming(e)})
		}
		page.Days = append(page.Days, d)
	}
	return nil
}

// today is the day in the account's zone.
func (v *visit) today() users.Date {
	return users.DateOf(v.Now().In(v.zone()))
}

// periods fills in the use of the seats and of each course in the period of the URL.
func (v *visit) periods(page *seatsView) error {
	asked := v.r.URL.Query()
	today := v.today()
	page.From, page.To = users.Date(asked.Get("from")), users.Date(asked.Get("to"))
	if page.From == "" || page.To == "" { // the month before, to be asked for
		first := users.Date(string(today)[:8] + "01")
		page.To = first.AddDays(-1)
		page.From = users.Date(string(page.To)[:8] + "01")
		return nil
	}
	if page.From.Check() != nil || page.To.Check() != nil || page.To < page.From {
		page.Fault = "Give two days, the first before the last."
		return nil
	}
	page.Under = page.To >= today
	zone := v.zone()
	for pool, err := range v.Keeper.Pools(v.r.Context(), v.account.ID) {
		if err != nil {
			return err
		}
		if pool.IsCode() {
			continue
		}
		period, err := v.Keeper.Period(v.r.Context(), v.account.ID, pool.ID, page.From.Start(zone), page.To.End(zone))
		if err != nil {
			return err
		}
		name := v.about("Seats")
		if pool.ID != seats.Site {
			name = nameOfPool(pool)
		}
		page.Periods = append(page.Periods, poolPeriod{period, name, ratText(period.SeatDays), ratText(period.BoughtSeatDays)})
	}
	return nil
}

func ratText(r *big.Rat) string {
	if r == nil {
		return "unlimited"
	}
	return r.FloatString(1)
}

// order carries out the forms of the page.
func (v *visit) order() error {
	var command seats.Command
	switch do := v.r.PostFormValue("do"); do {
	case "buy", "return":
		quantity, err := strconv.ParseInt(strings.TrimSpace(v.r.PostFormValue("quantity")), 10, 64)
		if err != nil {
			return v.again(&seats.Refusal{Code: seats.ErrBadInput, Field: "quantity", Reason: errNoNumber}, (*visit).seatsPage)
		}
		command = seats.BuySeats{Quantity: quantity}
		if do == "return" {
			command = seats.ReturnSeats{Quantity: quantity}
		}
	case "set", "book":
		total, err := users.Parse[seats.Count](v.r.PostFormValue("total"))
		if err != nil {
			return v.again(&seats.Refusal{Code: seats.ErrBadInput, Field: "total", Reason: errNoNumber}, (*visit).seatsPage)
		}
		command = seats.SetTotal{Total: total}
		if day := users.Date(v.r.PostFormValue("date")); day != "" {
			command = seats.BookTotal{Total: total, Date: day}
		}
	case "cancel":
		command = seats.BookTotal{}
	default:
		return errNoPage
	}
	result, err := v.do(command)
	if err != nil {
		return v.again(err, (*visit).seatsPage)
	}
	text, err := v.orderText(command, result.Events)
	if err != nil {
		return err
	}
	v.note(text)
	v.redirect("/seats")
	return nil
}

// orderText says what an order did, who of the queue has a seat now, and who receives the confirmation.
func (v *visit) orderText(command seats.Command, events []seats.Event) (string, error) {
	switch c := command.(type) {
	case seats.SetTotal:
		return "The total is " + c.Total.String() + " now.", nil
	case seats.BookTotal:
		if c.Date == "" {
			return "What was booked is cancelled.", nil
		}
		return "From " + dateText(c.Date) + " on the total is " + c.Total.String() + ".", nil
	}
	i := slices.IndexFunc(events, func(e seats.Event) bool { return len(e.Receivers) > 0 })
	if i < 0 {
		return "Nothing had to change.", nil
	}
	e := events[i]
	usage, err := v.Keeper.Usage(v.r.Context(), v.account.ID)
	if err != nil {
		return "", err
	}
	names, err := v.names(slices.Values(e.Receivers))
	if err != nil {
		return "", err
	}
	var list []string
	for _, id := range e.Receivers {
		list = append(list, names[id])
	}
	what := plural(e.Count, v.about("seat went back"), v.about("seats went back"))
	if command.Action() == users.ActionBuySeats {
		what = plural(e.Count, v.about("seat more is here"), v.about("seats more are here"))
	}
	what += ": " + usage.Available.String() + " free now."
	seated := int64(0)
	for _, e := range events {
		if e.Kind == seats.EventSeated {
			seated++
		}
	}
	if seated > 0 {
		what += " " + plural(seated, "user", "users") + " of the queue came in."
	}
	return what + " The confirmation goes to " + listed(list) + ".", nil
}

// plural is a number with the form of a word that goes with it.
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(n, 10) + " " + many
}

// listed joins names, and counts those beyond the fifth.
func listed(names []string) string {
	if len(names) > 5 {
		names = append(slices.Clone(names[:5]), strconv.Itoa(len(names)-5)+" more")
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		text := names[0]
		for _, name := range names[1 : n-1] {
			text += ", " + name
		}
		return text + " and " + names[n-1]
	}
}

// TotalCard is the title of the card that has the bought seats; empty: the product has no such card.
func (v view) TotalCard() string {
	cards := v.account.Policy.Cards
	if cards == (seats.Cards{}) {
		return "Seats" // the standard cards
	}
	i := slices.IndexFunc(cards[:], func(c seats.CardSpec) bool { return c.Figure == seats.FigureTotal })
	if i < 0 {
		return ""
	}
	return cards[i].Title
}
