#!/bin/sh
# check-manual.sh ROOT - the manual names exactly the keys of the program, and has its pictures
# SPDX-License-Identifier: Apache-2.0
cd "${1:?usage: check-manual.sh ROOT}" || exit 2
manual=resources/help/manual.html
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0

# tables of ui/window-actions.c, what tools say of themselves, keys of a pane, of a preview and of the application
{
  sed -n '/ Key edit_keys\[\]/,/^};/p; / Key window_keys\[\]/,/^};/p' ui/window-actions.c | sed -n 's/^  { "\([^"]*\)".*/\1/p' | tr '|' '\n'
  sed -n "s/^  \.key = '\(.\)',/\1/p" ui/tools/*.c
  sed -n 's/.*case GDK_KEY_\([A-Za-z_]*\):/\1/p' ui/slice-input.c
  sed -n '/quit_keys\[\]/s/.*{ "\([^"]*\)".*/\1/p' app/application.c
  grep -q 'is_shifted ? "win.accept-slice"' ui/window-edits.c && echo '<Shift>Return'
} | grep -v KP_ | sed -e 's/<Control>/Ctrl+/; s/<Shift>/Shift+/; s/<Alt>/Alt+/' \
  -e 's/bracketleft$/[/; s/bracketright$/]/; s/comma$/,/; s/period$/./; s/plus$/+/; s/equal$/=/; s/minus$/-/; s/question$/?/; s/slash$/\//' \
  -e 's/Return$/Enter/; s/BackSpace$/Backspace/; s/Page_Up$/PgUp/; s/Page_Down$/PgDn/; s/^space$/Space/' |
  sort -u >"$folder/program"
sed -n '/<h2 id="keys">/,/<h2 id="settings">/p' $manual | grep '<td>' | grep -o '<kbd>[^<]*</kbd>' | sed 's/<[^>]*>//g' | sort -u >"$folder/manual"
[ "$(wc -l <"$folder/program")" -gt 60 ] || { echo "check-manual.sh no longer finds the program's keys"; status=1; }
comm -23 "$folder/program" "$folder/manual" | sed "s|^|$manual: does not name the key |" >"$folder/wrong"
comm -13 "$folder/program" "$folder/manual" | sed "s|^|$manual: the program has no key |" >>"$folder/wrong"
# keys named in the text are in the table
grep -o '<kbd>[^<]*</kbd>' $manual | sed 's/<[^>]*>//g' | sort -u | comm -23 - "$folder/program" | sed "s|^|$manual: the program has no key |" >>"$folder/wrong"

grep -o 'src="[^"]*"' $manual | cut -d'"' -f2 | sort >"$folder/shown"
(cd resources/help && ls ./*.png) | sed 's|^\./||' | sort >"$folder/there"
comm -23 "$folder/shown" "$folder/there" | sed "s|^|$manual: no picture |" >>"$folder/wrong"
comm -13 "$folder/shown" "$folder/there" | sed "s|$| is in resources/help and in no manual|" >>"$folder/wrong"
grep -o 'href="#[^"]*"' $manual | cut -d'#' -f2 | tr -d '"' | while read -r name; do
  grep -q "id=\"$name\"" $manual || echo "$manual: no section $name"
done >>"$folder/wrong"
[ "$(cat resources/help/*.png | wc -c)" -le 2097152 ] || echo "resources/help: pictures of more than 2 MB" >>"$folder/wrong"

sort -u "$folder/wrong"
[ -s "$folder/wrong" ] && status=1
exit $status
