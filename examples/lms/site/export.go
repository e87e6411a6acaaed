package site

import (
	"iter"
	"mime"
	"net/http"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

// export writes the users that match the filter of the URL, as a workbook or a CSV file that the upload reads again.
func (v *visit) export() error {
	filter, err := filterOf(v.r.URL.Query())
	if err != nil {
		return err
	}
	name, kind, write := "users.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.WriteRoster
	if v.r.PathValue("format") == "csv" {
		name, kind, write = "users.csv", "text/csv; charset=utf-8", users.WriteRoster
	} else if v.r.PathValue("format") != "xlsx" {
		return errNoPage
	}
	people := seats.AsShown(v.Keeper.Users(v.r.Context(), v.account.ID, filter))
	next, stop := iter.Pull2(people)
	defer stop()
	first, err, some := next()
	if err != nil { // before the first byte
		return err
	}
	v.download(name, kind)
	return write(v.w, func(yield func(users.User, error) bool) {
		for u, err := first, error(nil); some && yield(u, err); u, err, some = next() {
		}
	}, users.RosterOptions{})
}

// download makes the answer a file.
func (v *visit) download(name, kind string) {
	v.w.Header().Set("Content-Type", kind)
	v.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	v.w.WriteHeader(http.StatusOK)
	v.begun = true
}
