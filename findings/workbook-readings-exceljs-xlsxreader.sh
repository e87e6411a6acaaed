#!/usr/bin/env bash
# exceljs 4.4.0 and hucre 1.0.0 (npm), xlsxreader v1.2.8 (Go): names written with a Japanese
# keyboard come out of a workbook as something else.
#
# Excel keeps how such a text was typed, as its reading (rPh, ECMA-376 Part 1, 18.4.6), beside the
# text in the table of shared texts. An inline text may have a reading too (its type is the same).
#
#                              shared text   with two readings   inline text
#   the sheet shows            山田          田中花子            山田
#   exceljs, readFile          山田          田中花子            this row and all after it are gone
#   exceljs, WorkbookReader    ヤマダ        ハナコ              ヤマダ
#   xlsxreader                 ヤマダ        ハナコ              山田
#   hucre                      山田          田中花子            山田ヤマダ
#   excelize v2.11.1           山田          田中花子            山田
#
# No reader reports an error.
#
# Hazard: WorkbookReader is the way of exceljs for large files. A program that moves to it renames the
# people of the list, and of two readings only the last is left. A list read by readFile ends
# at the first inline text with a reading: users further down count as gone.
#
# Requires Go, Node and npm.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOFLAGS=-mod=mod GOWORK=off
cd "$folder"
echo '{"private":true,"type":"module"}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact exceljs@4.4.0 hucre@1.0.0 jszip@3.10.1
cat >main.js <<'JS'
import {readFile, writeFile} from "node:fs/promises";
import ExcelJS from "exceljs";
import JSZip from "jszip";
import {readXlsx} from "hucre";

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const reading = (text, ...readings) => `<t>${text}</t>` +
  readings.map(([from, to, kana]) => `<rPh sb="${from}" eb="${to}"><t>${kana}</t></rPh>`).join("") + '<phoneticPr fontId="0"/>';
const family = reading("山田", [0, 2, "ヤマダ"]), whole = reading("田中花子", [0, 2, "タナカ"], [2, 4, "ハナコ"]);

// book writes a workbook of three rows, with the shared texts before the sheet. Column A has the cell, 2 and 3.
async function book(name, cell) {
  const zip = new JSZip(), xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packaged = "http://schemas.openxmlformats.org/package/2006/";
  const part = name => `<Override PartName="/xl/${name}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.`;
  const relations = (...all) => `${xml}<Relationships xmlns="${packaged}relationships">` +
    all.map(([type, target], i) => `<Relationship Id="rId${i + 1}" Type="${office}/${type}" Target="${target}"/>`).join("") + "</Relationships>";
  zip.file("[Content_Types].xml", `${xml}<Types xmlns="${packaged}content-types">` +
    `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
    `${part("workbook")}sheet.main+xml"/>${part("worksheets/sheet1")}worksheet+xml"/>${part("styles")}styles+xml"/>${part("sharedStrings")}sharedStrings+xml"/></Types>`);
  zip.file("_rels/.rels", relations(["officeDocument", "xl/workbook.xml"]));
  zip.file("xl/workbook.xml", `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="people" sheetId="1" r:id="rId1"/></sheets></workbook>`);
  zip.file("xl/_rels/workbook.xml.rels", relations(["worksheet", "worksheets/sheet1.xml"], ["styles", "styles.xml"], ["sharedStrings", "sharedStrings.xml"]));
  zip.file("xl/styles.xml", `${xml}<styleSheet xmlns="${main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>` +
    `<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf/></cellXfs></styleSheet>`);
  zip.file("xl/sharedStrings.xml", `${xml}<sst xmlns="${main}" count="2" uniqueCount="2"><si>${family}</si><si>${whole}</si></sst>`);
  zip.file("xl/worksheets/sheet1.xml", `${xml}<worksheet xmlns="${main}"><sheetData><row r="1">${cell}</row>` +
    `<row r="2"><c r="A2"><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c></row></sheetData></worksheet>`);
  await writeFile(name, await zip.generateAsync({type: "nodebuffer", compression: "DEFLATE"}));
}

async function show(name) {
  const text = rows => rows.map(r => String(r)).join(", ");
  const file = new ExcelJS.Workbook();
  await file.xlsx.readFile(name);
  const all = [], streamed = [];
  file.worksheets[0].eachRow(row => all.push(row.getCell(1).value));
  const reader = new ExcelJS.stream.xlsx.WorkbookReader(name, {sharedStrings: "cache", worksheets: "emit"});
  for await (const sheet of reader) for await (const row of sheet) streamed.push(row.getCell(1).value);
  const {sheets} = await readXlsx(new Uint8Array(await readFile(name)));
  console.log(`${name}: exceljs readFile: ${text(all)}; WorkbookReader: ${text(streamed)}; hucre: ${text(sheets[0].rows.map(r => r[0]))}`);
}

await book("shared.xlsx", '<c r="A1" t="s"><v>0</v></c>');
await book("shared-two.xlsx", '<c r="A1" t="s"><v>1</v></c>');
await book("inline.xlsx", `<c r="A1" t="inlineStr"><is>${family}</is></c>`);
for (const name of ["shared.xlsx", "shared-two.xlsx", "inline.xlsx"]) await show(name);
JS
cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/thedatashed/xlsxreader v1.2.8
	github.com/xuri/excelize/v2 v2.11.1
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"

	"github.com/thedatashed/xlsxreader"
	"github.com/xuri/excelize/v2"
)

func main() {
	for _, name := range []string{"shared.xlsx", "shared-two.xlsx", "inline.xlsx"} {
		file, err := xlsxreader.OpenFile(name)
		if err != nil {
			panic(err)
		}
		var texts []string
		for row := range file.ReadRows("people") {
			if row.Error != nil {
				panic(row.Error)
			}
			texts = append(texts, row.Cells[0].Value)
		}
		file.Close()
		book, err := excelize.OpenFile(name)
		if err != nil {
			panic(err)
		}
		rows, err := book.GetRows("people")
		fmt.Printf("%s: xlsxreader: %s; excelize: %s, error: %v\n", name, strings.Join(texts, ", "), rows, err)
	}
}
GO
node main.js | tee found.txt
go run . | tee -a found.txt
diff found.txt - <<'END' || { echo "one of them behaves otherwise now"; exit 1; }
shared.xlsx: exceljs readFile: 山田, 2, 3; WorkbookReader: ヤマダ, 2, 3; hucre: 山田, 2, 3
shared-two.xlsx: exceljs readFile: 田中花子, 2, 3; WorkbookReader: ハナコ, 2, 3; hucre: 田中花子, 2, 3
inline.xlsx: exceljs readFile: undefined; WorkbookReader: ヤマダ, 2, 3; hucre: 山田ヤマダ, 2, 3
shared.xlsx: xlsxreader: ヤマダ, 2, 3; excelize: [[山田] [2] [3]], error: <nil>
shared-two.xlsx: xlsxreader: ハナコ, 2, 3; excelize: [[田中花子] [2] [3]], error: <nil>
inline.xlsx: xlsxreader: 山田, 2, 3; excelize: [[山田] [2] [3]], error: <nil>
END
