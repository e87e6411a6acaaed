#!/usr/bin/env bash
# excelize v2.11.1 (Go), LibreOffice 7.4.7.2 and gnumeric 1.12.55 (Debian 12): texts with an
# underscore, an x, four hexadecimal digits and an underscore are changed on the way through a workbook.
#
# In a workbook _x0041_ is a code for the letter A (ECMA-376 Part 1, 22.9.2.19, ST_Xstring). A
# program that writes the text "_x0041_" writes its underscore as a code: _x005F_x0041_. Codes of a text
# can share an underscore, as in "_x0041_x0042_": both underscores become codes.
#
# What the file of a program has for each text, as excelize reads it:
#
#   text            excelize      excelize        LibreOffice   gnumeric
#                   SetCellStr    StreamWriter    opens, saves  opens CSV, saves
#   _x0041_         A             _x0041_         _x0041_       A
#   _x0041_x0042_   Ax0042_       _x0041B         _x0041B       Ax0042_
#   _xD83D_         nothing       nothing         _xD83D_       nothing
#
# gnumeric does not read the codes either: it shows a correctly written "_x0041_" as
# _x005F_x0041_, and saves that to CSV.
#
# Hazard: identifiers, usernames and names with such parts (from generated names or file
# names) change or vanish without an error, in a file that every program opens.
#
# Requires root, Go, and Debian's libreoffice-calc and gnumeric, which it installs.
set -euo pipefail

if ! command -v soffice >/dev/null || ! command -v ssconvert >/dev/null; then
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libreoffice-calc gnumeric
fi
soffice --version | grep -F "7.4.7.2" || { echo "the finding is for LibreOffice 7.4.7.2"; exit 1; }
ssconvert --version 2>&1 | grep -F "1.12.55" || { echo "the finding is for gnumeric 1.12.55"; exit 1; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME=$folder LC_ALL=C.UTF-8 GOFLAGS=-mod=mod GOWORK=off
export GOMODCACHE=${GOMODCACHE:-$(HOME=~root go env GOMODCACHE)}
cd "$folder"

cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/xuri/excelize/v2 v2.11.1
MOD
cat >main.go <<'GO'
package main

import (
	"archive/zip"
	"fmt"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

var texts = []string{"_x0041_", "_x0041_x0042_", "_xD83D_"}

// write writes a workbook by hand, with the texts as they stand in the file.
func write(name string, inFile ...string) {
	file, _ := os.Create(name)
	pack := zip.NewWriter(file)
	rows := ""
	for i, text := range inFile {
		rows += fmt.Sprintf(`<row r="%d"><c r="A%[1]d" t="inlineStr"><is><t>%s</t></is></c></row>`, i+1, text)
	}
	const main = "http://schemas.openxmlformats.org/"
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + main + `package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + main + `package/2006/relationships"><Relationship Id="r1" Type="` + main + `officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + main + `package/2006/relationships"><Relationship Id="r1" Type="` + main + `officeDocument/2006/relationships/worksheet" Target="sheet1.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + main + `spreadsheetml/2006/main" xmlns:r="` + main + `officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`},
		{"xl/sheet1.xml", `<worksheet xmlns="` + main + `spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`},
	} {
		w, _ := pack.Create(part[0])
		fmt.Fprint(w, part[1])
	}
	pack.Close()
	file.Close()
}

func read(who, name string) {
	book, err := excelize.OpenFile(name)
	if err != nil {
		panic(err)
	}
	for i := range texts {
		text, _ := book.GetCellValue(book.GetSheetName(0), fmt.Sprintf("A%d", i+1))
		fmt.Printf("%s %s: %q\n", who, texts[i], text)
	}
}

func main() {
	if len(os.Args) > 1 {
		read(os.Args[1], os.Args[2])
		return
	}
	book, streamed := excelize.NewFile(), excelize.NewFile()
	stream, _ := streamed.NewStreamWriter("Sheet1")
	for i, text := range texts {
		book.SetCellStr("Sheet1", fmt.Sprintf("A%d", i+1), text)
		stream.SetRow(fmt.Sprintf("A%d", i+1), []any{text})
	}
	stream.Flush()
	book.SaveAs("excelize.xlsx")
	streamed.SaveAs("streamed.xlsx")
	write("right.xlsx", "_x005F_x0041_", "_x005F_x0041_x005F_x0042_", "_x005F_xD83D_")
	os.WriteFile("texts.csv", []byte(strings.Join(texts, "\n")+"\n"), 0o600)
}
GO
go build -o finding . && ./finding
soffice "-env:UserInstallation=file://$folder/profile" --headless --convert-to xlsx --outdir saved right.xlsx >/dev/null 2>&1
ssconvert texts.csv gnumeric.xlsx 2>/dev/null
ssconvert right.xlsx gnumeric.csv 2>/dev/null
{
	./finding excelize excelize.xlsx
	./finding StreamWriter streamed.xlsx
	./finding right right.xlsx
	./finding LibreOffice saved/right.xlsx
	./finding gnumeric gnumeric.xlsx
	sed 's/^/gnumeric shows /' gnumeric.csv
} >found.txt
diff found.txt - <<'END' || { echo "one of them behaves otherwise now"; exit 1; }
excelize _x0041_: "A"
excelize _x0041_x0042_: "Ax0042_"
excelize _xD83D_: ""
StreamWriter _x0041_: "_x0041_"
StreamWriter _x0041_x0042_: "_x0041B"
StreamWriter _xD83D_: ""
right _x0041_: "_x0041_"
right _x0041_x0042_: "_x0041_x0042_"
right _xD83D_: "_xD83D_"
LibreOffice _x0041_: "_x0041_"
LibreOffice _x0041_x0042_: "_x0041B"
LibreOffice _xD83D_: "_xD83D_"
gnumeric _x0041_: "A"
gnumeric _x0041_x0042_: "Ax0042_"
gnumeric _xD83D_: ""
gnumeric shows _x005F_x0041_
gnumeric shows _x005F_x0041_x005F_x0042_
gnumeric shows _x005F_xD83D_
END
echo "as described:"
cat found.txt
