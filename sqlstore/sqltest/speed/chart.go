package main

import (
	"image/color"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// bars are the ways in a chart.
var bars = []struct {
	way, legend string
	color       color.Color
}{
	{peerWay, "counter transaction by hand", color.Gray{150}},
	{bestWay, "best by hand", color.RGBA{150, 190, 230, 255}},
	{oursWay, "seatkeeper", color.RGBA{20, 90, 170, 255}},
}

const barWidth = vg.Length(30)

// charts writes a chart for each engine into the folder: its rates relative to the floor,
// which is the line at 1.
func charts(folder string, rows []row) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	byDB := map[string][]row{}
	var order []string
	for _, r := range rows {
		if r.Error != "" || len(r.Ways) == 0 || titleOf(r.Key).most {
			continue
		}
		if byDB[r.DB] == nil {
			order = append(order, r.DB)
		}
		byDB[r.DB] = append(byDB[r.DB], r)
	}
	for _, db := range order {
		if err := chart(filepath.Join(folder, "speed-"+db+".svg"), db, byDB[db]); err != nil {
			return err
		}
	}
	return nil
}

func chart(file, db string, rows []row) error {
	p := plot.New()
	p.Title.Text = "Invitations a second on " + titleOfDB(db) + ", relative to one unchecked INSERT"
	p.Legend.Top, p.Legend.Left = true, true
	highest := 1.0
	var names []string
	for _, r := range rows {
		names = append(names, r.Work)
		for _, b := range bars {
			highest = max(highest, r.of(b.way))
		}
	}
	for i, b := range bars {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.of(b.way) > 0 }) {
			continue
		}
		var values plotter.Values
		for _, r := range rows {
			values = append(values, r.of(b.way))
		}
		chart, err := plotter.NewBarChart(values, barWidth)
		if err != nil {
			return err
		}
		chart.LineStyle.Width, chart.Color = 0, b.color
		chart.Offset = vg.Length(i-1) * (barWidth + 2)
		p.Add(chart)
		labels, err := above(values, chart.Offset)
		if err != nil {
			return err
		}
		p.Add(labels)
		p.Legend.Add(b.legend, chart)
	}
	floor := plotter.NewFunction(func(float64) float64 { return 1 })
	floor.Dashes = []vg.Length{4, 3}
	p.Add(floor)
	p.NominalX(names...)
	p.X.Min, p.X.Max = -.5, float64(len(rows))-.5
	p.Y.Min, p.Y.Max = 0, 1.4*highest // room for the legend
	return p.Save(vg.Length(160+180*len(rows)), 320, file)
}

// above writes each value over its bar.
func above(values plotter.Values, offset vg.Length) (*plotter.Labels, error) {
	var at plotter.XYLabels
	for i, v := range values {
		at.XYs = append(at.XYs, plotter.XY{X: float64(i), Y: v})
		at.Labels = append(at.Labels, short(v))
	}
	labels, err := plotter.NewLabels(at)
	if err != nil {
		return nil, err
	}
	labels.Offset = vg.Point{X: offset, Y: 3}
	for i := range labels.TextStyle {
		labels.TextStyle[i].XAlign, labels.TextStyle[i].Font.Size = text.XCenter, 9
	}
	return labels, nil
}
