#!/usr/bin/env bash
# excelize v2.11.1 (Go): a workbook whose sheet breaks off is read up to there, without an error; and
# the limits for unzipping do not bound the memory.
#
#   1. A sheet of 1,000 rows whose XML ends in the middle: OpenReader, GetRows and the error of Rows
#      report no fault, and 499 of the rows come out.
#   2. A table of shared texts with 8 million empty entries, 40 MiB unzipped and some 70 KB as a
#      file, opened with UnzipSizeLimit 64 MiB and UnzipXMLSizeLimit 1 MiB: more than 300 MiB of
#      memory stay in use. The rest grows with it: entries of 5 bytes take 44 bytes or more each.
#
# Hazard: a program that compares a list of people with a workbook that was cut takes the people
# of the other half for gone. And a small upload takes gigabytes of memory at the default limit of
# 16 GiB, or with a limit that seemed to bound it.
#
# Requires Go.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOFLAGS=-mod=mod GOWORK=off
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
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/xuri/excelize/v2"
)

// changed returns the workbook with one part changed.
func changed(book []byte, name string, change func(string) string) []byte {
	from, _ := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	var file bytes.Buffer
	to := zip.NewWriter(&file)
	for _, part := range from.File {
		r, _ := part.Open()
		text, _ := io.ReadAll(r)
		if part.Name == name {
			text = []byte(change(string(text)))
		}
		w, _ := to.Create(part.Name)
		w.Write(text)
	}
	to.Close()
	return file.Bytes()
}

func main() {
	book := excelize.NewFile()
	for i := range 1000 {
		book.SetCellStr("Sheet1", fmt.Sprintf("A%d", i+1), fmt.Sprint("row ", i+1))
	}
	buffer, _ := book.WriteToBuffer()
	whole := buffer.Bytes()

	half := changed(whole, "xl/worksheets/sheet1.xml", func(xml string) string { return xml[:len(xml)/2] })
	cut, err := excelize.OpenReader(bytes.NewReader(half))
	all, err2 := cut.GetRows("Sheet1")
	rows, err3 := cut.Rows("Sheet1")
	n := 0
	for rows.Next() {
		n++
	}
	fmt.Println("half a sheet:", len(all), "and", n, "rows; errors:", err, err2, err3, rows.Error(), rows.Close())

	bomb := changed(whole, "xl/sharedStrings.xml", func(string) string { return "<sst>" + strings.Repeat("<si/>", 8<<20) + "</sst>" })
	whole, half, cut, all, rows, book, buffer = nil, nil, nil, nil, nil, nil, nil
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	read, err := excelize.OpenReader(bytes.NewReader(bomb), excelize.Options{UnzipSizeLimit: 64 << 20, UnzipXMLSizeLimit: 1 << 20})
	if err != nil {
		panic(err)
	}
	_, err = read.GetRows("Sheet1")
	runtime.GC()
	runtime.ReadMemStats(&after)
	fmt.Println("shared texts:", len(bomb) < 100_000, err, after.HeapAlloc-before.HeapAlloc > 300<<20)
	read.Close()
}
GO
go run . | tee found.txt
diff found.txt - <<'END' || { echo "it behaves otherwise now"; exit 1; }
half a sheet: 499 and 500 rows; errors: <nil> <nil> <nil> <nil> <nil>
shared texts: true <nil> true
END
