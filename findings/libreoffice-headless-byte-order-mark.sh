#!/usr/bin/env bash
# LibreOffice 7.4.7.2 (Debian 12): a headless conversion of a CSV file in UTF-8 ignores its byte
# order mark, unless the filter is named.
#
#   soffice --headless --convert-to xlsx in.csv
#       reads the file as Windows-1252: the first header is "ï»¿First name", and Zoë is ZoÃ«
#   soffice --headless --infilter=CSV:44,34,76,1 --convert-to xlsx in.csv
#       reads it as UTF-8: First name, Zoë
#
# The same file opened in the window proposes UTF-8.
#
# Hazard: a job that turns exports into workbooks changes every name that is not ASCII, and hides the
# first column, since its header begins with three other characters.
#
# Requires root and Debian's libreoffice-calc, which it installs.
set -euo pipefail

if ! command -v soffice >/dev/null; then
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libreoffice-calc
fi
soffice --version | grep -F "7.4.7.2" || { echo "the finding is for LibreOffice 7.4.7.2"; exit 1; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '\xef\xbb\xbfFirst name,Email\r\nZo\xc3\xab,zoe@fjord.example\r\n' >in.csv
convert() {
	soffice "-env:UserInstallation=file://$folder/profile" --headless "$@" >/dev/null 2>&1
}
convert --convert-to fods --outdir usual in.csv
convert --infilter=CSV:44,34,76,1 --convert-to fods --outdir named in.csv
for way in usual named; do
	echo "$way: $(grep -o '<text:p>[^<]*</text:p>' $way/in.fods | sed 's/<[^>]*>//g' | head -3 | tr '\n' ' ')"
done >found.txt
printf 'usual: \xc3\xaf\xc2\xbb\xc2\xbfFirst name Email Zo\xc3\x83\xc2\xab \nnamed: First name Email Zo\xc3\xab \n' |
	diff found.txt - || { echo "it behaves otherwise now"; exit 1; }
echo "as described:"
cat found.txt
