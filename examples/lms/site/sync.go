package site

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/examples/lms/host"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A sourceRow is a source with its state.
type sourceRow struct {
	seats.Source
	Known bool   // to the account; otherwise it has tokens and no user yet
	Cause string // why it is held
	Day   seats.Losses
	Month seats.Losses
	Path  string
}

// sourceRow makes the row of a source.
func (v *visit) sourceRow(name string) sourceRow {
	s, known := v.account.Sources.Of(name)
	row := sourceRow{Source: s, Known: known, Path: sourceURL(name)}
	if s.IsHeld() {
		row.Cause = causeText(s.Hold.Cause)
	}
	now := v.Now().Unix() / 3600
	for _, l := range s.Lost {
		if l.Hour > now-24 {
			row.Day = addLosses(row.Day, l.Losses)
		}
		if l.Hour > now-30*24 {
			row.Month = addLosses(row.Month, l.Losses)
		}
	}
	return row
}

func addLosses(a, b seats.Losses) seats.Losses {
	return seats.Losses{Leavers: a.Leavers + b.Leavers, Keys: a.Keys + b.Keys, Admins: a.Admins + b.Admins}
}

// causeText says why a source is held.
func causeText(code string) string { return forAdmins.Reason(users.Reason{Code: code}) }

func sourceURL(name string) string { return "/sync/" + url.PathEscape(name) }

// syncs lists the sources.
func (v *visit) syncs() error {
	account, err := v.Keeper.Account(v.r.Context(), v.account.ID)
	if err != nil {
		return err
	}
	v.account = account
	var names []string
	for s := range account.Sources.All() {
		names = append(names, s.Name)
	}
	more, err := v.TokenSources(v.r.Context(), account.ID)
	if err != nil {
		return err
	}
	var list []sourceRow
	for _, name := range slices.Compact(slices.Sorted(slices.Values(append(names, more...)))) {
		list = append(list, v.sourceRow(name))
	}
	return v.show("syncs", "Sync", list)
}

// newSource goes to the page of a source: it makes itself with its first user, setting or token.
func (v *visit) newSource() error {
	name := strings.TrimSpace(v.r.PostFormValue("name"))
	if err := users.CheckID(name); err != nil {
		return v.again(&seats.Refusal{Code: seats.ErrBadInput, Field: "source", Reason: err}, (*visit).syncs)
	}
	v.redirect(sourceURL(name))
	return nil
}

// A sourceView is the page of a source.
type sourceView struct {
	sourceRow
	Sample  []personResult // users of the hold
	Edit    error          // why the person there can't change it; nil: they can
	Release error
	NoHold  error
	Tokens  []host.Token
	Fresh   string // a new token, shown once
	Address string // of the SCIM endpoint
	Pushes  []host.Push
	Runs    []host.Run
	List    string // the URL of its users as a file
	Bounds  []sourceBound
}

// A sourceBound is a number of the guard's form. Usual stands for 0.
type sourceBound struct {
	Label, Name, Usual string
	Value, Most        int64
}

// bounds are the numbers of the guard's form.
func (r sourceRow) bounds() []sourceBound {
	g, p := r.Guard, r.Patience
	return []sourceBound{
		{"Leavers that always pass", "few", "5", g.Few, seats.MaxSeats},
		{"Per cent of leavers in a day", "day", "10", g.Day, 100},
		{"Per cent of leavers in 30 days", "month", "25", g.Month, 100},
		{"Per cent of leavers at any time", "ever", "50", g.Ever, 100},
		{"Files without a user before they leave", "runs", "1", p.Runs, 100},
		{"Hours without a user before they leave", "hours", "0", p.Hours, 8784},
		{"Rank among syncs", "rank", "none", int64(r.Rank), 1000},
	}
}

func (v *visit) source() error { return v.sourceWith("") }

// sourceWith shows a source, with a token that was just made.
func (v *visit) sourceWith(token string) error {
	ctx, name := v.r.Context(), v.r.PathValue("source")
	if err := users.CheckID(name); err != nil {
		return errNoPage
	}
	var err error
	if v.account, err = v.Keeper.Account(ctx, v.account.ID); err != nil {
		return err
	}
	page := sourceView{sourceRow: v.sourceRow(name), Fresh: token, Address: v.URL + "/scim/v2",
		List: "/export/users/csv?" + url.Values{"sources": {"sync:" + name}, "status": {users.In(users.Invited, users.Active).String()}}.Encode()}
	page.Bounds = page.bounds()
	for _, id := range page.Source.Hold.Sample {
		page.Sample = append(page.Sample, personResult{ID: string(id)})
	}
	may := func(c seats.Command) error { return v.Keeper.May(ctx, v.account.ID, v.actor, c) }
	page.Edit, page.NoHold = may(v.editOfSource(name)), may(holdOf(name))
	page.Release = may(seats.ReleaseSource{Source: name})
	var failed [4]error
	failed[0] = v.named(page.Sample)
	page.Tokens, failed[1] = v.Tokens(ctx, v.account.ID, name)
	page.Runs, failed[2] = v.Runs(ctx, v.account.ID, name, 20)
	page.Pushes, failed[3] = v.Pushes(ctx, v.account.ID, name)
	if err := joined(failed[:]...); err != nil {
		return err
	}
	return v.show("source", "Sync "+name, page)
}

// editOfSource asks whether the person there may change a source. Who may do that also runs its files and makes its tokens.
func (v *visit) editOfSource(name string) seats.Command {
	s, _ := v.account.Sources.Of(name)
	return seats.EditSource{Source: name, Rank: &s.Rank}
}

func holdOf(name string) seats.Command {
	return seats.HoldSource{Source: name, Cause: seats.ErrHeldByHand.Code}
}

// editSource carries out a form of the page of a source.
func (v *visit) editSource() error {
	name, form := v.r.PathValue("source"), v.r.PostFormValue
	said := "The settings of the sync are saved."
	var command seats.Command
	switch form("do") {
	case "edit":
		rank, adopts := number(form("rank")), form("adopts") != ""
		guard := seats.Guard{Few: int64(number(form("few"))), Day: int64(number(form("day"))), Month: int64(number(form("month"))), Ever: int64(number(form("ever")))}
		patience := seats.Patience{Runs: int64(number(form("runs"))), Hours: int64(number(form("hours")))}
		command = seats.EditSource{Source: name, Rank: &rank, Adopts: &adopts, Guard: &guard, Patience: &patience}
	case "hold":
		command, said = holdOf(name), "The sync is held."
	case "release":
		command, said = seats.ReleaseSource{Source: name, Reason: form("reason")}, "The sync goes on, with what was held. A file that was stopped can be carried out now."
	case "reject":
		command, said = seats.RejectRun{Source: name, Reason: form("reason")}, "The sync goes on, without what was held."
	case "token", "revoke":
		return v.editTokens(name)
	default:
		return errNoPage
	}
	if _, err := v.do(command); err != nil {
		return v.again(err, (*visit).source)
	}
	v.note(said)
	v.redirect(sourceURL(name))
	return nil
}

// editTokens makes or ends a token. A new one is shown on this page alone.
func (v *visit) editTokens(name string) error {
	ctx := v.r.Context()
	if err := v.Keeper.May(ctx, v.account.ID, v.actor, v.editOfSource(name)); err != nil {
		return v.again(err, (*visit).source)
	}
	if v.r.PostFormValue("do") == "revoke" {
		if err := v.RevokeToken(ctx, v.account.ID, name, v.r.PostFormValue("token")); err != nil {
			return err
		}
		v.note("The token lets in no more.")
		v.redirect(sourceURL(name))
		return nil
	}
	token, err := v.NewToken(ctx, v.account.ID, name)
	if err != nil {
		return err
	}
	return v.sourceWith(token)
}

// takeRoster keeps a complete file of a source, and goes on to its columns.
func (v *visit) takeRoster() error {
	name := v.r.PathValue("source")
	if err := v.Keeper.May(v.r.Context(), v.account.ID, v.actor, v.editOfSource(name)); err != nil {
		return err
	}
	file, header, err := v.r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		v.note("Choose a file first.")
		v.redirect(sourceURL(name))
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	u, err := v.KeepUpload(v.r.Context(), v.account.ID, header.Filename, file)
	if err != nil {
		return err
	}
	u.Reading.Source = name
	if err := v.SaveUpload(v.r.Context(), u); err != nil {
		return err
	}
	v.redirect("/uploads/" + u.ID + "?look=1")
	return nil
}

// A syncView is what a run of a file would do.
type syncView struct {
	Differences seats.Differences
	Totals      seats.Totals
	Before      seats.Usage
	After       seats.Usage
	Stops       string // why it would be stopped; empty: it would not
	Held        bool   // by a hold that is there already
	Leavers     []personResult
	Untouched   []rowResult
	Path        string // of the source
}

// lookSync compares a file with the users of its source.
func (v *visit) lookSync(page *uploadView) error {
	look, err := v.Faults(page.Upload, v.account.Policy)
	if err != nil {
		return err
	}
	page.Look = &look
	for _, f := range look.Faults {
		page.Faults = append(page.Faults, sentence(forAdmins.Fault(f)))
	}
	if look.Refused {
		return nil
	}
	plan, err := v.PreviewSync(v.r.Context(), page.Upload, v.account)
	if err != nil {
		if text := forAdmins.Text(err); text != "" {
			page.Trouble = sentence(text)
			return nil
		}
		return err
	}
	sync := syncView{Differences: plan.Differences, Totals: plan.Plan.Totals, Before: plan.Plan.Before, After: plan.Plan.After, Path: sourceURL(page.Reading.Source)}
	if plan.Stops != nil {
		sync.Stops, sync.Held = forAdmins.Text(plan.Stops), errors.Is(plan.Stops, seats.ErrHeld)
	}
	for _, id := range plan.Differences.Leavers(100) {
		sync.Leavers = append(sync.Leavers, personResult{ID: string(id)})
	}
	sync.Untouched = v.untouched(plan.Differences, 100)
	page.Sync = &sync
	return v.named(sync.Leavers)
}

// untouched are the rows that a run leaves as they are, at most so many.
func (v *visit) untouched(d seats.Differences, most int) (rows []rowResult) {
	for _, u := range d.Untouched[:min(most, len(d.Untouched))] {
		rows = append(rows, rowResult{u.Row, forAdmins.Text(u.Refusal)})
	}
	return rows
}

// syncFile carries out the differences that were shown, and no others.
func (v *visit) syncFile(u host.Upload) error {
	if err := v.Keeper.May(v.r.Context(), v.account.ID, v.actor, v.editOfSource(u.Reading.Source)); err != nil {
		return err
	}
	u, err := v.Rerun(v.r.Context(), u)
	if err != nil {
		return err
	}
	err = v.start(host.Job{Kind: host.Sync, Total: int64(number(v.r.PostFormValue("total"))), Spec: host.Spec{Upload: u.ID, Plan: v.r.PostFormValue("plan")}}, nil)
	if errors.Is(err, host.ErrBegun) {
		v.redirect("/uploads/" + u.ID) // and on to its job
		return nil
	}
	return err
}

// A runView is the page of a run: what it counted, and what did not fit.
type runView struct {
	host.Run
	State host.Job
	Rows  []untouchedRow
	More  int // that are not listed
	Again bool
}

// An untouchedRow is a user or a row that a run left as it is.
type untouchedRow struct {
	rowResult
	User personResult
}

func (v *visit) run() error {
	run, err := v.RunOf(v.r.Context(), v.account.ID, v.r.PathValue("job"))
	if err != nil {
		return err
	}
	job, err := v.Job(v.r.Context(), v.account.ID, run.Job)
	if err != nil {
		return err
	}
	page := runView{Run: run, State: job, Again: job.State == host.Failed}
	for _, code := range run.Differences.UntouchedCodes {
		page.More += code.Count
	}
	page.More -= len(run.Differences.Untouched)
	who := make([]personResult, len(run.Differences.Untouched))
	for i, u := range run.Differences.Untouched {
		who[i].ID = string(u.Refusal.User)
	}
	if err := v.named(who); err != nil {
		return err
	}
	for i, row := range v.untouched(run.Differences, len(who)) {
		page.Rows = append(page.Rows, untouchedRow{row, who[i]})
	}
	return v.show("run", "Run of "+run.Source+", "+view{visit: v}.Day(run.Made), page)
}

// SourceURL is the page of a source.
func (v view) SourceURL(name string) string { return sourceURL(name) }
