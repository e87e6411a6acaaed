package main

import (
	"image/color"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
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

const barWidth = vg.Length(18)

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
	p.Title.Text = "Invitations a second on " + db + ", relative to one unchecked INSERT"
	p.Y.Min, p.Legend.Top, p.Legend.Left = 0, true, true
	var names []string
	for _, r := range rows {
		names = append(names, r.Work)
	}
	for i, b := range bars {
		var values plotter.Values
		for _, r := range rows {
			ratio := 0.0
			if j := slices.IndexFunc(r.Ways, func(t tried) bool { return t.Name == b.way }); j >= 0 {
				ratio = r.Ways[j].Ratio
			}
			values = append(values, ratio)
		}
		chart, err := plotter.NewBarChart(values, barWidth)
		if err != nil {
			return err
		}
		chart.LineStyle.Width, chart.Color = 0, b.color
		chart.Offset = vg.Length(i-1) * (barWidth + 2)
		p.Add(chart)
		p.Legend.Add(b.legend, chart)
	}
	floor := plotter.NewFunction(func(float64) float64 { return 1 })
	floor.Dashes = []vg.Length{4, 3}
	p.Add(floor)
	p.NominalX(names...)
	return p.Save(vg.Length(120+180*len(rows)), 320, file)
}
