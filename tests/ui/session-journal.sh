#!/bin/bash
# session-journal.sh - a program that is killed in the middle of painting loses nothing
# SPDX-License-Identifier: Apache-2.0
#
# Two strokes on a real patient, then kill -9. The next start asks, Restore brings both strokes back and
# each can be undone; a clean close leaves no journal behind.
# The picture stays in the build folder: screenshots/session-journal.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
case_folder=$here/../../../shared/data/sts_mr_ct/STS_044
python="env -u G_DEBUG /usr/bin/python3"
journals=$XDG_STATE_HOME/triptych/journal

skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; import -window root "$pictures/session-journal-failed.png"; exit 1; }
[ -d "$case_folder" ] || skip "the shared patient STS_044 is not beside the source tree"
for tool in xdotool import xprop; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi or gir1.2-atspi-2.0 is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"

look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait 60 "$@" || fail "$*"; }
dice="Dice similarity"

start () {
  "$TRIPTYCH_BUILD/app/triptych" "$case_folder/MR_T1_image.nii.gz" "$case_folder/CT_image.nii.gz" \
    "$case_folder/CT_mask.nii.gz" &
  program=$!
  expect label "$dice" '^1\.000$'
  expect label "Cursor in patient" ' mm$'
  # the window's shadow lies outside of what the accessible tree counts from
  window=$(xdotool search --name STS_044 | head -1)
  shadow=$(xprop -id "$window" _GTK_FRAME_EXTENTS | sed -n 's/.*= //p')
  left=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f1)
  top=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f3 | tr -d ' ')
}
place () { read -r x y width height <<<"$($python "$here/window.py" place "$1" "$2")"; [ "${width:-0}" -gt 10 ] || fail "$2 is not to be seen"; }
at () { echo "$((left + x + width * $1 / 100)) $((top + y + height * $2 / 100))"; }
stroke () {
  xdotool mousemove $(at $1 30) mousedown 1
  for step in 32 34 36 38 40; do xdotool mousemove $(at $1 $step); done
  xdotool mouseup 1
}
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null' EXIT

# 1: two strokes, then the end without a warning
start
place image 'MR, axial plane'
[ "$width" -gt 100 ] || fail "the MR pane has no size"
xdotool mousemove $(at 60 45) click 1 key 2
stroke 60
expect label "$dice" '^0\.9'
first=$(look label "$dice")
stroke 80
for _ in $(seq 50); do [ "$(look label "$dice")" != "$first" ] && break; sleep 0.1; done
both=$(look label "$dice")
[ "$both" != "$first" ] || fail "the second stroke changed nothing"
kill -9 $program
wait $program 2>/dev/null
[ "$(ls "$journals" | grep -c 'journal$')" = 1 ] || fail "there is no journal"

# a start without files says what is unfinished, and opens all of its files
"$TRIPTYCH_BUILD/app/triptych" &
program=$!
expect label "2 steps" 'not saved, '
place label '2 steps'
import -window root "$pictures/session-journal-start.png"
xdotool mousemove $(at 50 50) click 1
expect label "Contours of STS_044" 'were not saved\.$'
expect label "$dice" '^1\.000$'
kill $program
wait $program 2>/dev/null

# 2: the next start asks; until then there is nothing to draw on
start
expect label "Contours of STS_044" 'were not saved\.$'
import -window root "$pictures/session-journal.png"
place image 'MR, axial plane'
xdotool mousemove $(at 60 45) key 2
stroke 60
expect label "Restore or discard" 'first\.$'
[ "$(look label "$dice")" = 1.000 ] || fail "something was drawn before the answer"
# closed without an answer, it asks again
xdotool key ctrl+q
for _ in $(seq 300); do kill -0 $program 2>/dev/null || break; sleep 0.1; done
wait $program || fail "the program ended with status $? while the question stood"
start
expect label "Contours of STS_044" 'were not saved\.$'
# Discard asks once more, and Escape keeps
place 'push button' Discard
xdotool mousemove $(at 50 50) click 1
expect label "Discard the unsaved contours" '\?$'
xdotool key Escape
expect label "Contours of STS_044" 'were not saved\.$'
[ "$(ls "$journals" | grep -c 'journal$')" = 1 ] || fail "the journal was discarded"
place 'push button' Restore
xdotool mousemove $(at 50 50) click 1
expect label "$dice" "^${both//./\\.}$"

# 3: both strokes can be undone, and done again
place image 'MR, axial plane'
xdotool mousemove $(at 50 50) key z
expect label "$dice" "^${first//./\\.}$"
xdotool key z
expect label "$dice" '^1\.000$'
xdotool key y
expect label "$dice" "^${first//./\\.}$"
xdotool key z
expect label "$dice" '^1\.000$'

# 4: nothing is unsaved: the window closes and leaves no journal
xdotool key ctrl+q
for _ in $(seq 300); do kill -0 $program 2>/dev/null || break; sleep 0.1; done
kill -0 $program 2>/dev/null && fail "the program does not end"
wait $program || fail "the program ended with status $?"
[ -z "$(ls "$journals")" ] || fail "a journal is left: $(ls "$journals")"
echo "session-journal: done, Dice $both after two strokes, $first after one"
