#!/usr/bin/env bash
# gnumeric 1.12.55 (Debian 12), and LibreOffice 7.4.7.2 after it: an apostrophe at the start of a
# cell of a CSV file is taken off, so that the usual guard against formulas is gone after one saving.
#
#   cell of the file    gnumeric saves    opened again, by LibreOffice or gnumeric
#   '=1+2               =1+2              3
#   't Hooft            t Hooft           t Hooft
#   '007                007               7
#   "TAB =1+2"          as it is          as it is
#   " =1+2"             as it is          as it is
#
# gnumeric itself calculates nothing of the first file: the apostrophe makes the cell a text, as if it
# were typed. The saved file has no sign of it.
#
# Hazard: the apostrophe that exports put before = + - @ (OWASP, CSV Injection) does not protect
# the second reader, and names that begin with an apostrophe are changed. A workbook keeps both.
#
# Requires root and Debian's libreoffice-calc and gnumeric, which it installs.
set -euo pipefail

if ! command -v soffice >/dev/null || ! command -v ssconvert >/dev/null; then
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libreoffice-calc gnumeric
fi
soffice --version | grep -F "7.4.7.2" || { echo "the finding is for LibreOffice 7.4.7.2"; exit 1; }
ssconvert --version 2>&1 | grep -F "1.12.55" || { echo "the finding is for gnumeric 1.12.55"; exit 1; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME=$folder LC_ALL=C.UTF-8
cd "$folder"
printf "%s\r\n" "Cell,Next" "'=1+2,x" "'t Hooft,x" "'007,x" $'"\t=1+2",x' '" =1+2",x' >export.csv
ssconvert export.csv saved.csv
soffice "-env:UserInstallation=file://$folder/profile" --headless "--infilter=CSV:44,34,76,1" --convert-to csv --outdir again saved.csv >/dev/null 2>&1
ssconvert saved.csv again.csv
for file in saved.csv again/saved.csv again.csv; do
	echo "$file"
	tr -d '"' <$file | sed 's/\t/TAB/'
done >found.txt
diff found.txt - <<'END' || { echo "one of them behaves otherwise now"; exit 1; }
saved.csv
Cell,Next
=1+2,x
t Hooft,x
007,x
TAB=1+2,x
 =1+2,x
again/saved.csv
Cell,Next
3,x
t Hooft,x
7,x
TAB=1+2,x
 =1+2,x
again.csv
Cell,Next
3,x
t Hooft,x
7,x
TAB=1+2,x
 =1+2,x
END
echo "as described:"
cat found.txt
