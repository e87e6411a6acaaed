// Package xlsx reads and writes rosters as workbooks of Excel and other spreadsheet programs
// (.xlsx): lists of people beside the CSV files of package [users].
//
// It is a module of its own, so that programs without workbooks need no library for them.
//
// # Reading
//
// [ReadRoster] is [users.ReadRoster] for a sheet. Cells are read as the sheet shows them:
//
//   - A number has the digits of its format: 42 in the format 00000 is 00042, and 1234 with a
//     separator is 1,234. Without a format it has 15 digits as in Excel, a whole number all
//     digits of the file. An identifier of more than 15 digits must be a text: Excel rounds it.
//   - A date, whatever its format, is read in the form of [users.RosterOptions.DateFormat], without
//     a time of day. A date that is a text must have that form.
//   - A formula has the value that was last calculated. Without one the workbook is refused,
//     [ErrNoValue].
//   - TRUE and FALSE are words. The value of a merged cell stands in its first cell alone.
//   - Rows and columns that are hidden or filtered out are read too.
//
// A hostile file is refused in bounded memory: parts are unzipped as streams up to the bounds of a
// roster, and only those of one sheet. A file that is damaged anywhere in these parts is refused,
// [ErrFormat]: half a list of people would look like a whole one.
//
// # Through other programs
//
// The workbooks of [WriteRoster] come back from LibreOffice 7.4 and gnumeric 1.12, saved as
// workbooks or as CSV, with the same people, leading zeros and all. The exceptions are texts such as
// _x0041_, a workbook's code for the letter A: LibreOffice changes _x0041_x0042_ in saving a
// workbook, and gnumeric changes all such texts in saving CSV.
//
// The CSV files of [users.WriteRoster] come back with the same people too, if LibreOffice reads the
// columns as texts ("Column type: Text" on its import screen). Otherwise both programs read
// numbers and dates out of texts: 007 becomes 7, and 1/2/2026 becomes a date. They calculate no
// formula of such a file. But gnumeric takes the apostrophe off the start of each cell: 't Hooft
// becomes t Hooft, while the space in the guard of a formula still keeps it a text. A workbook is safe from this.
package xlsx
