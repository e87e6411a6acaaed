package site

import (
	"encoding/csv"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/seatkeeper/seatkeeper/seats"
)

// eventColumns are the columns of the files.
var eventColumns = []any{"Number", "Time", "Event", "In words", "User", "By", "Way", "Course", "Change of seats", "Held after", "Total after", "Reason"}

// eventRows lists the events of the query of the URL in order, as rows of texts and numbers. Names are looked up for some
// hundred events at a time.
func (v *visit) eventRows() (iter.Seq2[[]any, error], error) {
	query, err := v.eventQuery(v.r.URL.Query())
	if err != nil {
		return nil, err
	}
	zone := v.zone()
	return func(yield func([]any, error) bool) {
		if query.None != "" {
			return
		}
		var part []seats.Event
		tell := func() bool {
			list, err := v.told(func(yield func(seats.Event, error) bool) {
				for _, e := range part {
					if !yield(e, nil) {
						return
					}
				}
			})
			if err != nil {
				return yield(nil, err)
			}
			for _, e := range list {
				if !yield([]any{
					e.Sequence, e.Time.In(zone).Format(time.RFC3339), string(e.Kind), e.Text, string(e.User), strings.TrimSpace(e.Actor.Kind.String() + " " + string(e.Actor.User) + e.Actor.Name),
					string(e.Channel), string(e.Pool), e.Delta, e.Held, e.Total.String(), e.Reason,
				}, nil) {
					return false
				}
			}
			part = part[:0]
			return true
		}
		query.Before = query.Through + 1
		for e, err := range v.Keeper.Events(v.r.Context(), v.account.ID, query.EventFilter) {
			if err != nil {
				yield(nil, err)
				return
			}
			if query.match(e) {
				part = append(part, e)
			}
			if len(part) == 500 && !tell() {
				return
			}
		}
		tell()
	}, nil
}

// fileName is the name of a file of events.
func (v *visit) fileName(suffix string) string {
	return "events " + string(v.account.ID) + " " + v.Now().Format(time.DateOnly) + suffix
}

// eventsCSV sends the audit trail as a CSV file.
func (v *visit) eventsCSV() error {
	rows, err := v.eventRows()
	if err != nil {
		return err
	}
	v.download(v.fileName(".csv"), "text/csv; charset=utf-8")
	return writeCSV(v.w, rows)
}

func writeCSV(w io.Writer, rows iter.Seq2[[]any, error]) error {
	_, _ = io.WriteString(w, "\ufeff") // spreadsheet programs take the file for UTF-8
	out := csv.NewWriter(w)
	line := func(row []any) error {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cellText(cell)
		}
		return out.Write(cells)
	}
	if err := line(eventColumns); err != nil {
		return err
	}
	for row, err := range rows {
		if err == nil {
			err = line(row)
		}
		if err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// formula is the beginning of a formula, also after a semicolon, where many spreadsheet programs split a file.
var formula = regexp.MustCompile(`(^|;)([\s"']*[=+\-@＝＋－＠])`)

// cellText is a cell of a CSV file. A text that a spreadsheet program would calculate is guarded, as in the files of package
// users.
func cellText(cell any) string {
	switch cell := cell.(type) {
	case uint64:
		return strconv.FormatUint(cell, 10)
	case int64:
		return strconv.FormatInt(cell, 10)
	case string:
		return formula.ReplaceAllString(cell, "${1}' ${2}")
	}
	return ""
}

// eventsXLSX sends the audit trail as a workbook. It is made whole before the first byte goes out.
func (v *visit) eventsXLSX() error {
	rows, err := v.eventRows()
	if err != nil {
		return err
	}
	book := excelize.NewFile()
	defer book.Close()
	if err := writeSheet(book, rows); err != nil {
		return err
	}
	v.download(v.fileName(".xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	_, err = book.WriteTo(v.w)
	return err
}

func writeSheet(book *excelize.File, rows iter.Seq2[[]any, error]) error {
	const name = "Events"
	if err := book.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	sheet, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	panes := &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
	if err := joined(sheet.SetColWidth(2, 2, 26), sheet.SetColWidth(4, 4, 60), sheet.SetColWidth(5, 6, 24), sheet.SetPanes(panes), sheet.SetRow("A1", eventColumns)); err != nil {
		return err
	}
	n := 1
	for row, err := range rows {
		if err != nil {
			return err
		}
		n++
		cell, err := excelize.CoordinatesToCellName(1, n)
		if err != nil {
			return err // the sheet is full
		}
		if err := sheet.SetRow(cell, row); err != nil {
			return err
		}
	}
	return sheet.Flush()
}
