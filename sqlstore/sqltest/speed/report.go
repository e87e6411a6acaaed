package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
)

// A row is the result of a work on an engine. Floor, peer and ours are calls a second.
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

// judge compares the row with its target. Without one, nothing is reached.
func (r *row) judge() {
	title, t := titleOf(r.Key), targetOf(r.Key, r.DB)
	r.Work, r.Must, r.Aim, r.MustP99, r.MustShare = title.text, t.must, t.aim, t.p99, t.share
	enough := r.Ratio >= t.must
	if title.most {
		enough = r.Ratio <= t.must
	}
	r.Reached = r.Error == "" && t.must > 0 && enough && (t.p99 == 0 || r.P99 <= t.p99) && r.Share >= t.share
}

// print prints what all ways did.
func (r row) print(to io.Writer) {
	fmt.Fprintf(to, "\n%s, %s\n", r.Work, r.DB)
	if r.Error != "" {
		fmt.Fprintf(to, "FAILED, and has no figures: %s\n", r.Error)
		return
	}
	if len(r.Ways) == 0 {
		fmt.Fprintf(to, "peer %s, seatkeeper %s, must %s, aim %s, reached: %s\n", short(r.Peer), short(r.Ours), short(r.Must), short(r.Aim), r.verdict())
		return
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "way\tx floor\tops/s\tp50 ms\tp99 ms\tslowest\ttrips\tlog bytes\tallocations\tmust\taim\treached\t")
	for _, t := range r.Ways {
		fmt.Fprintf(table, "%s\t%s\t%.0f\t%.3f\t%.3f\t%s\t%s\t%s\t%s\t", t.Name, short(t.Ratio), t.Rate, t.P50, t.P99,
			short(t.Share), short(t.Trips), short(t.LogBytes), short(t.Allocations))
		if t.Name == oursWay && r.Must > 0 {
			fmt.Fprintf(table, "%s\t%s\t%s\t", short(r.Must), short(r.Aim), r.verdict())
		} else {
			fmt.Fprint(table, "\t\t\t")
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush()
	if r.MustP99 > 0 || r.MustShare > 0 {
		fmt.Fprintf(to, "p99 must be at most %s ms, and the slowest process have %s of its share\n", short(r.MustP99), short(r.MustShare))
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

// summary prints the rows as a table in Markdown.
func summary(to io.Writer, rows []row) {
	fmt.Fprint(to, "\n| work | database | peer | best by hand | same rows | seatkeeper | p99 | must | aim | reached |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range rows {
		p99 := ""
		if r.P99 > 0 {
			p99 = short(r.P99) + " ms"
		}
		if r.Error != "" {
			r.Ratio, r.Ways, p99 = 0, nil, ""
		}
		fmt.Fprintf(to, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", r.Work, r.DB,
			short(r.of(peerWay)), short(r.of(bestWay)), short(r.of(sameWay)), short(r.Ratio), p99, short(r.Must), short(r.Aim), r.verdict())
	}
}

// summaryOfLess prints the rows with a mechanism turned off as a table in Markdown.
func summaryOfLess(to io.Writer, rows []row) {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r row) bool {
		return r.Error != "" || !slices.ContainsFunc(lessWays, func(l lessWay) bool { return r.of(l.name) > 0 })
	})
	if len(rows) == 0 {
		return
	}
	fmt.Fprint(to, "\n| work | database | seatkeeper | accounts apart | calls apart | forgetful |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range rows {
		fmt.Fprintf(to, "| %s | %s | %s |", r.Work, r.DB, short(r.of(oursWay)))
		for _, l := range lessWays {
			fmt.Fprintf(to, " %s |", short(r.of(l.name)))
		}
		fmt.Fprintln(to)
	}
}

// save writes the rows as JSON.
func save(file string, rows []row) error {
	text, err := json.MarshalIndent(struct {
		Rows []row `json:"rows"`
	}{rows}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// load reads rows that were saved. Of a row that was measured again the last one counts.
func load(files []string) (rows []row, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var saved struct{ Rows []row }
		if err := json.Unmarshal(text, &saved); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, r := range saved.Rows {
			rows = append(slices.DeleteFunc(rows, func(old row) bool { return old.Key == r.Key && old.DB == r.DB }), r)
		}
	}
	return rows, nil
}
