#!/bin/sh
# check-text.sh ROOT - licence lines, file sizes, user-visible text listed and translated into German
# SPDX-License-Identifier: Apache-2.0
cd "${1:?usage: check-text.sh ROOT}" || exit 2
status=0

complain () {
  echo "$1"
  status=1
}

sources=$(find $(ls -d app core ui gpu 2>/dev/null) tests \( -name '*.c' -o -name '*.h' -o -name '*.cc' -o -name '*.cu' -o -name '*.sh' -o -name '*.py' \) | sort)
for file in $sources; do
  head -5 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || complain "$file: no licence line at the top"
done
for file in $(find $(ls -d app core ui gpu 2>/dev/null) \( -name '*.c' -o -name '*.cc' -o -name '*.cu' \)); do
  lines=$(wc -l <"$file")
  [ "$lines" -le 900 ] || complain "$file: $lines lines hold two ideas"
done
for file in $(grep -lE '[^a-zA-Z_]N?_ \("|[^a-zA-Z]ngettext \(|translatable="yes"' $(find $(ls -d app core ui 2>/dev/null) -name '*.c' -o -name '*.cc' -o -name '*.h' -o -name '*.ui')); do
  grep -qx "$file" po/POTFILES || complain "$file: has text for users but is not in po/POTFILES"
done
for file in $(cat po/POTFILES); do
  [ -e "$file" ] || complain "po/POTFILES: $file is gone"
done
if command -v xgettext >/dev/null; then
  folder=$(mktemp -d)
  xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=ngettext:1,2 --keyword=C_:1c,2 --files-from=po/POTFILES -o "$folder/all.pot" 2>/dev/null
  msgmerge -q --no-fuzzy-matching po/de.po "$folder/all.pot" -o "$folder/de.po"
  msgattrib --untranslated --no-obsolete "$folder/de.po" | grep '^msgid' >"$folder/open" && {
    head -20 "$folder/open"
    complain "po/de.po: $(wc -l <"$folder/open") texts are not translated"
  }
  msgfmt --check-format -o /dev/null "$folder/de.po" || complain "po/de.po: formats differ"
  rm -rf "$folder"
fi
exit $status
