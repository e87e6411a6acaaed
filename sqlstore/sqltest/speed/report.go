package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// A row is the result of a work on an engine. Floor, peer and ours are calls a second, or amounts where the row is of these.
type row struct {
	Key     string  `json:"row"`  // of its title
	Work    string  `json:"work"` // the title
	DB      string  `json:"db"`
	Clients int     `json:"clients"`
	Floor   float64 `json:"floor"`
	Peer    float64 `json:"peer"`
	Ours    float64 `json:"ours"`
	Ratio   float64 `json:"ratio"` // of ours to the floor; where less is better, of times or amounts
	Must    float64 `json:"must"`
	Aim     float64 `json:"aim"`
	Reached bool    `json:"reached"` // what it must, in everything
	// Of ours. Times are milliseconds; trips, bytes and allocations are of a call alone.
	P50         float64 `json:"p50"`
	P99         float64 `json:"p99"`
	MustP99     float64 `json:"must_p99,omitempty"`
	Share       float64 `json:"slowest_share,omitempty"`
	MustShare   float64 `json:"must_slowest_share,omitempty"`
	Trips       float64 `json:"trips"`
	LogBytes    float64 `json:"log_bytes"`
	Allocations float64 `json:"allocations"`
	Ways        []tried `json:"ways"`
	Error       string  `json:"error,omitempty"`
}

func newRow(key string, clients int, ways []tried) row {
	r := row{Key: key, Clients: clients, Ways: ways}
	for _, t := range ways {
		switch t.Name {
		case floorWay:
			r.Floor = t.Rate
		case peerWay:
			r.Peer = t.Rate
		case oursWay:
			r.Ours, r.Ratio = t.Rate, t.Ratio
			r.P50, r.P99, r.Share, r.Trips, r.LogBytes, r.Allocations = t.P50, t.P99, t.Share, t.Trips, t.LogBytes, t.Allocations
		}
	}
	return r
}

// invert makes times of rates.
func (r *row) invert() {
	for i := range r.Ways {
		if r.Ways[i].Ratio > 0 {
			r.Ways[i].Ratio = 1 / r.Ways[i].Ratio
		}
	}
	if r.Ratio > 0 {
		r.Ratio = 1 / r.Ratio
	}
}

// of is the ratio of a way; 0 where it has none.
func (r row) of(name string) float64 {
	for _, t := range r.Ways {
		if t.Name == name {
			return t.Ratio
		}
	}
	return 0
}

// judge names the row by the sizes of its run, and compares it with its target. Without one, or with other sizes than
// it is set for, nothing is reached.
func (r *row) judge(s sizes) {
	title, t := titleOf(r.Key), targetOf(r.Key, r.DB)
	r.Work = s.fill(title.text)
	if !s.fit(title.at) || r.unmeasured() {
		return
	}
	r.Must, r.Aim, r.MustP99, r.MustShare = t.must, t.aim, t.p99, t.share
	enough := r.Ratio >= t.must
	if title.most {
		enough = r.Ratio <= t.must
	}
	r.Reached = r.Error == "" && t.must > 0 && enough && (t.p99 == 0 || r.P99 <= t.p99) && r.Share >= t.share
}

// unmeasured reports whether the Keeper was left out.
func (r row) unmeasured() bool { return r.Error == "" && r.Ratio == 0 }

// otherSizes reports whether the row has a target, which is set for other sizes.
func (r row) otherSizes() bool {
	return r.Must == 0 && targetOf(r.Key, r.DB).must > 0 && r.Error == "" && !r.unmeasured()
}

// print prints what all ways did.
func (r row) print(to io.Writer) {
	fmt.Fprintf(to, "\n%s, %s\n", r.Work, titleOfDB(r.DB))
	switch {
	case r.Error != "":
		fmt.Fprintf(to, "FAILED, and has no figures: %s\n", r.Error)
		return
	case len(r.Ways) == 0:
		fmt.Fprintln(to, phrases(", ", "peer %s", short(r.Peer), "seatkeeper %s", short(r.Ours), "must %s", short(r.Must), "aim %s", short(r.Aim), "reached: %s", r.verdict()))
		return
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, line := range lines(r.columns(), r.Ways) {
		fmt.Fprintln(table, strings.Join(line, "\t")+"\t")
	}
	_ = table.Flush()
	if bounds := phrases(", and ", "p99 of at most %s ms", short(r.MustP99), "at least %s of its share for the slowest process", short(r.MustShare)); bounds != "" {
		fmt.Fprintln(to, "reached counts too:", bounds)
	}
}

// columns are those of the ways.
func (r row) columns() []column[tried] {
	title := titleOf(r.Key)
	ratio := "x " + r.Ways[0].Name
	if title.most && title.unit == "" {
		ratio = "time " + ratio
	}
	ours := func(text string) func(tried) string {
		return func(t tried) string {
			if t.Name != oursWay {
				return ""
			}
			return text
		}
	}
	return []column[tried]{
		{"way", func(t tried) string { return t.Name }},
		{ratio, func(t tried) string { return short(t.Ratio) }},
		{cmp.Or(title.unit, "ops/s"), func(t tried) string { return short(t.Rate) }},
		{"p50 ms", func(t tried) string { return short(t.P50) }},
		{"p99 ms", func(t tried) string { return short(t.P99) }},
		{"slowest", func(t tried) string { return short(t.Share) }},
		{"trips", func(t tried) string { return short(t.Trips) }},
		{"log bytes", func(t tried) string { return short(t.LogBytes) }},
		{"allocations", func(t tried) string { return short(t.Allocations) }},
		{"must", ours(short(r.Must))},
		{"aim", ours(short(r.Aim))},
		{"reached", ours(r.verdict())},
	}
}

func (r row) verdict() string {
	switch {
	case r.Error != "":
		return "failed"
	case r.Must == 0:
		return ""
	case r.Reached:
		return "yes"
	}
	return "no"
}

// short has three digits that matter; empty for 0.
func short(x float64) string {
	switch {
	case x == 0:
		return ""
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// phrases joins formats, each with its value, without those of empty values.
func phrases(separator string, pairs ...string) string {
	var all []string
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			all = append(all, fmt.Sprintf(pair[0], pair[1]))
		}
	}
	return strings.Join(all, separator)
}

// bounded is a value and its bound.
func bounded(value, bound float64, unit string) string {
	switch {
	case value == 0:
		return ""
	case bound == 0:
		return short(value) + unit
	}
	return fmt.Sprintf("%s%s (must %s)", short(value), unit, short(bound))
}

// A column is that of a table.
type column[T any] struct {
	head string
	cell func(T) string
}

// lines are the head and the rows of a table. Columns that are empty everywhere are left out.
func lines[T any](columns []column[T], items []T) [][]string {
	lines := make([][]string, 1+len(items))
	for _, c := range columns {
		if !slices.ContainsFunc(items, func(item T) bool { return c.cell(item) != "" }) {
			continue
		}
		lines[0] = append(lines[0], c.head)
		for i, item := range items {
			lines[1+i] = append(lines[1+i], c.cell(item))
		}
	}
	return lines
}

func markdown(to io.Writer, lines [][]string) {
	fmt.Fprintln(to)
	for i, line := range lines {
		fmt.Fprintf(to, "| %s |\n", strings.Join(line, " | "))
		if i == 0 {
			fmt.Fprintf(to, "|%s\n", strings.Repeat(" --- |", len(line)))
		}
	}
}

func ofWay(head, way string) column[row] {
	return column[row]{head, func(r row) string { return short(r.of(way)) }}
}

var rowColumns = []column[row]{
	{"work", func(r row) string { return r.Work }},
	{"database", func(r row) string { return titleOfDB(r.DB) }},
}

var summaryColumns = append(slices.Clip(rowColumns),
	ofWay("peer", peerWay), ofWay("best by hand", bestWay), ofWay("same rows", sameWay),
	column[row]{"seatkeeper", func(r row) string { return short(r.Ratio) }},
	column[row]{"p99", func(r row) string { return bounded(r.P99, r.MustP99, " ms") }},
	column[row]{"slowest process", func(r row) string { return bounded(r.Share, r.MustShare, "") }},
	column[row]{"must", func(r row) string { return short(r.Must) }},
	column[row]{"aim", func(r row) string { return short(r.Aim) }},
	column[row]{"reached", row.verdict},
)

// summary prints the settings, and the rows as a table in Markdown.
func (f figures) summary(to io.Writer) {
	for _, r := range f.Runs {
		fmt.Fprintf(to, "\n%s\n", r)
	}
	var rows []row
	var flags []string
	for _, r := range f.Rows {
		if r.Error != "" { // then there are no figures
			r.Ratio, r.P99, r.Share, r.Ways = 0, 0, 0, nil
		}
		rows = append(rows, r)
		if r.otherSizes() {
			flags = append(flags, titleOf(r.Key).at.flags()...)
		}
	}
	markdown(to, lines(summaryColumns, rows))
	if len(flags) > 0 {
		slices.Sort(flags)
		fmt.Fprintf(to, "\nRows without must, aim and reached have other sizes than these are set for: %s\n", strings.Join(slices.Compact(flags), ", "))
	}
}

// summaryOfLess prints the rows with a mechanism turned off as a table in Markdown.
func (f figures) summaryOfLess(to io.Writer) {
	rows := slices.DeleteFunc(slices.Clone(f.Rows), func(r row) bool {
		return r.Error != "" || !slices.ContainsFunc(lessWays, func(l lessWay) bool { return r.of(l.name) > 0 })
	})
	if len(rows) == 0 {
		return
	}
	columns := append(slices.Clip(rowColumns), ofWay("seatkeeper", oursWay))
	for _, l := range lessWays {
		columns = append(columns, ofWay(l.head, l.name))
	}
	markdown(to, lines(columns, rows))
}

// save writes the figures as JSON.
func (f figures) save(file string) error {
	text, err := json.MarshalIndent(f, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// load reads figures that were saved. Of a row that was measured again the last one counts.
func load(files []string) (all figures, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return all, err
		}
		var saved figures
		if err := json.Unmarshal(text, &saved); err != nil {
			return all, fmt.Errorf("%s: %w", file, err)
		}
		all.Runs = append(all.Runs, saved.Runs...)
		for _, r := range saved.Rows {
			all.Rows = append(slices.DeleteFunc(all.Rows, func(old row) bool { return old.Key == r.Key && old.DB == r.DB }), r)
		}
	}
	return all, nil
}
