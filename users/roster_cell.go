package users

import "strings"

// isTidy reports whether a cell is tidy and clean as it stands, as most are.
func isTidy(cell string) bool {
	return isClean(cell) && strings.IndexByte(cell, '\'') < 0 && !strings.HasPrefix(cell, `="`)
}

// tidy returns the legible cell, trimmed and in one line, its formulas bare; ="007" is 007. It may be a slice of
// the row, which must not be kept: it would keep the password beside it in memory.
func tidy(cell string) string {
	cell = plain(cell)
	if strings.Contains(cell, "\n") {
		cell = strings.Join(strings.FieldsFunc(cell, isSpace), " ")
	}
	return trim(cell)
}

// isBlank reports whether nothing of a cell can be seen.
func isBlank(cell string) bool {
	return cell == "" || !isGraphic(cell[0]) && trim(legible(cell)) == ""
}

// plain returns the legible text of a cell: of ="007" the 007, and formulas bare.
func plain(cell string) string {
	cell = legible(cell)
	if text, ok := strings.CutPrefix(trim(cell), `="`); ok && strings.HasSuffix(text, `"`) {
		return strings.TrimSuffix(text, `"`)
	}
	return bare(cell)
}

// formulas are the first characters of formulas in spreadsheets. The last four are those of
// Japanese keyboards. A CR has become a line feed before.
const formulas = "=+-@\t\n＝＋－＠"

// guard makes a text of a formula. Other systems write the apostrophe alone; gnumeric takes it off, and the
// space remains.
const guard = "' "

// guarded returns a cell with a guard before each formula in it.
func guarded(cell string) string {
	return eachFormula(cell, func(formula string) string { return guard + formula })
}

// bare undoes guarded, and the guard of other systems.
func bare(cell string) string {
	if strings.IndexByte(cell, '\'') < 0 {
		return cell
	}
	return eachFormula(cell, func(formula string) string {
		if rest, ok := strings.CutPrefix(formula, guard); ok {
			return rest
		}
		return strings.TrimPrefix(formula, guard[:1])
	})
}

// eachFormula returns a cell with its formulas changed. Formulas stand at the start or after a
// semicolon: spreadsheets of many countries split every file there. Leading apostrophes and spaces
// belong to the formula, so that guarded and bare are inverse.
func eachFormula(cell string, change func(string) string) string {
	var changed strings.Builder
	for part := range strings.SplitAfterSeq(cell, ";") {
		before := ""
		if changed.Len() > 0 {
			before = part[:len(part)-len(strings.TrimLeft(part, ` "`))]
		}
		part = part[len(before):]
		if text := strings.TrimLeft(part, guard); strings.TrimLeft(text, formulas) != text {
			part = change(part)
		}
		changed.WriteString(before)
		changed.WriteString(part)
	}
	return changed.String()
}

// hasNoValue reports whether the cell of an identifier is the error of a formula in a spreadsheet, the
// signs of a column that is too narrow, or a number that a spreadsheet has rounded, such as 1.23457E+12.
func hasNoValue(field, cell string) bool {
	if field != "external-id" && field != "username" {
		return false
	}
	if cell[0] == '#' {
		return len(cell) >= 3 && strings.Trim(cell, "#") == "" || isIn(spreadsheetErrors)(Fold(cell))
	}
	digits, power, ok := strings.Cut(cell, "E+")
	return ok && digits != "" && power != "" && isNumber(digits) && isNumber(power)
}
