#!/bin/bash
# session-tools.sh - every tool once on a real prostate MR, with real pointer and keys
# SPDX-License-Identifier: Apache-2.0
#
# The T2 series of ProstateX-0000 (DICOM) with a contour of the gland. Dabs of a known size must
# have the volume that geometry says. A tool that only adds, or only takes away, leaves a Dice that
# follows from the two volumes; undo brings 1.000 back. Deeper checks, against numpy, are those of
# the other sessions. Pictures stay in the build folder: screenshots/session-tools-*.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
case_folder=$here/../../../shared/data/prostate_mr/ProstateX-0000
skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; shot failed; exit 1; }
shot () { import -window root "$pictures/session-tools-$1.png"; }
[ -d "$case_folder" ] || skip "the shared patient ProstateX-0000 is not beside the source tree"
for tool in xdotool import xprop gdbus; do command -v $tool >/dev/null || skip "$tool is not installed"; done
env -u G_DEBUG /usr/bin/python3 -c "import gi; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi or gir1.2-atspi-2.0 is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"
. "$here/drive.sh"

# what F1 is to open the manual with: writes down what it was asked for
reader=$XDG_DATA_HOME/applications
mkdir -p "$reader" "$XDG_CONFIG_HOME"
printf '#!/bin/sh\necho "$1" >%s/asked\n' "$reader" >"$reader/reader"
chmod +x "$reader/reader"
printf '[Desktop Entry]\nType=Application\nName=Reader\nExec=%s/reader %%f\nMimeType=text/html;\n' "$reader" >"$reader/reader.desktop"
printf '[Default Applications]\ntext/html=reader.desktop\n' >"$XDG_CONFIG_HOME/mimeapps.list"

"$TRIPTYCH_BUILD/app/triptych" "$case_folder/t2_tse_tra" "$case_folder/labels/whole_gland_Guerbet23.nii.gz" &
program=$!
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null' EXIT
expect label 'Dice similarity' '^1\.000$'
expect label 'Cursor in patient' ' mm$'
find_window


# ---- what the window says ----
volume () { window_py describe label 'Volume ' | grep -o '[0-9.]*' | head -1; } # ml, of the active structure
dice () { look label 'Dice similarity'; }
# within WHAT VALUE LOW HIGH
within () {
  awk -v v="$2" -v low="$3" -v high="$4" 'BEGIN { exit !(v != "" && v + 0 >= low && v + 0 <= high) }' || fail "$1: $2, not $3 to $4"
  echo "$1: $2, expected $3 to $4"
}
calc () { awk "BEGIN { print $1 }"; }
whole=$(volume)
undo () {
  press z
  expect label 'Dice similarity' '^1\.000$'
  [ "$(volume)" = "$whole" ] || fail "undo left $(volume) ml of $whole"
}
# changed NAME LOW HIGH: ml more (or fewer) than the gland; Dice is 2 smaller / (smaller + larger); then undone
changed () {
  local now smaller
  expect label 'Dice similarity' '^0\.[0-9]'
  now=$(volume)
  shot "$1"
  within "$1, ml" "$(calc "$now - $whole")" "$2" "$3"
  smaller=$(calc "$now < $whole ? $now : $whole")
  within "$1, Dice" "$(dice)" "$(calc "2 * $smaller / ($whole + $now) - 0.001")" "$(calc "2 * $smaller / ($whole + $now) + 0.001")"
  undo
}

# the series is tilted: its own slices; the pane alone, the gland in its middle. 100 are 20 mm then.
gdbus call --session --dest org.triptych.Triptych --object-path /org/triptych/Triptych/window/1 \
  --method org.gtk.Actions.SetState as-acquired '<true>' '{}' >/dev/null
expect label 'axial ' '/19$' # planes as acquired
xdotool mousemove $(middle 'list item' '') click 3
sleep 0.7
press Return # go to it
press ctrl+Return
sleep 0.5
press c
find_pane 'MR, axial plane'
click 330 -250 # what 100 are is asked from the program: two places, and their millimetres
one=$(look label 'Cursor in patient' | sed 's/\xe2\x88\x92/-/g' | grep -o '[-0-9.]*' | tr '\n' ' ')
click -170 -250
two=$(look label 'Cursor in patient' | sed 's/\xe2\x88\x92/-/g' | grep -o '[-0-9.]*' | tr '\n' ' ')
scale=$(echo "$one $two" | awk '{ print sqrt(($1 - $4) ^ 2 + ($2 - $5) ^ 2 + ($3 - $6) ^ 2) / 500 }') # mm for one
within 'mm for 100' "$(calc "100 * $scale")" 15 25
slice=3 # mm, as the files say

# ---- dabs in muscle, away from the gland: pi r^2 h, (2 r)^2 h, and a ball cut in slices ----
press 2
expect label 'Edit: ' 'Brush 8\.0 mm'
click 330 -250
changed disc 0.585 0.62
choose Square
click 330 -250
changed square 0.745 0.79
choose Ball
click 330 -250
changed ball 2.0 2.3
choose Disc
choose Image
click 330 -250
changed smart 0.05 0.62
choose Pointer
drag 100 20 230 20
changed brush 0.3 1.5
press 3
drag 230 20 100 20
changed eraser -1.5 -0.3
press 4
drag 100 20 200 20
changed push-out 0.2 1.5
drag 230 20 120 20
changed push-in -1.5 -0.2

# ---- outlines: a square of 100 x 100, one of 50 x 100 within the gland, a hand that goes out and comes back ----
area=$(calc "(100 * $scale) ^ 2 * $slice / 1000")
press 6
for corner in '250 -300' '350 -300' '350 -200' '250 -200'; do click $corner; done
press Return
press Return
changed polygon "$(calc "$area - 0.03")" "$(calc "$area + 0.03")"
choose Cut
for corner in '-50 -40' '0 -40' '0 60' '-50 60'; do click $corner; done
press Return
press Return
changed polygon-cut "$(calc "-$area / 2 - 0.03")" "$(calc "-$area / 2 + 0.03")"
choose Add
press 5
sleep 1
click 150 -60
for corner in '200 0' '200 60' '130 90'; do click $corner; done
press Return
changed livewire 0.1 3
press 7
drag 100 0 200 0 230 40 200 80 100 80
changed freehand 0.3 2.5
drag 200 -30 60 -30 60 30 200 30
changed freehand-cut -2.5 -0.3

# ---- regions: fat of the femoral head; the gland's own values; strokes in and around the gland ----
press 8
click -420 -10
changed fill 0.5 12
press t
expect label 'Threshold ' 'would become'
choose Inside
sleep 1
press Return
changed threshold -42 -1
press q
drag -50 -40 0 -40 0 60 -50 60 -50 -40
changed scissors -12 "$(calc "-$area")" # deeper than the slice
press 9
for _ in 1 2 3 4; do press minus; done
drag -80 20 80 0 60 60 -60 60
xdotool keydown ctrl
drag -200 -60 0 -150 200 -60 200 60 100 170 -100 190 -200 100 -200 -60
xdotool keyup ctrl
press Return
expect label 'Grow ' 'would become'
shot seeds
press Return
expect label 'Dice similarity' '^0\.[0-9]'
shot grown
echo "grown from two strokes in one slice: Dice $(dice)"
within 'grown, Dice' "$(dice)" 0.3 0.99
press 1 # with its tool in the hand the keys undo strokes first
undo

# ---- measuring: what is drawn is said by the pane ----
said () { window_py describe image 'MR, axial plane'; }
# measured NAME PATTERN
measured () {
  for _ in $(seq 30); do said | grep -Eq "$2" && break; sleep 0.1; done
  shot "$1"
  said | grep -Eq "$2" || fail "$1 says $(said), not $2"
  echo "$1: $(said)"
  choose 'Remove all'
}
length=$(calc "200 * $scale")
side=$pane_side
press 0
drag -100 20 100 20
within distance "$(said | grep -o '^[0-9.]*')" "$(calc "$length - 0.4")" "$(calc "$length + 0.4")"
measured distance ' mm$'
choose Angle
drag -100 20 0 20
click 0 120
measured angle '(89\.[5-9]|90\.[0-5])'
choose Ellipse
drag -50 0 50 60
ellipse=$(said | grep -o '[0-9.]* cm' | cut -d' ' -f1)
within 'ellipse, cm2' "$ellipse" "$(calc "0.785 * 0.6 * (100 * $scale) ^ 2 / 100 - 0.1")" "$(calc "0.785 * 0.6 * (100 * $scale) ^ 2 / 100 + 0.1")"
measured ellipse 'mean [0-9.]+ . [0-9.]+'
choose Rectangle
drag -50 0 50 60
within 'rectangle, cm2' "$(said | grep -o '[0-9.]* cm' | cut -d' ' -f1)" "$(calc "0.6 * (100 * $scale) ^ 2 / 100 - 0.1")" "$(calc "0.6 * (100 * $scale) ^ 2 / 100 + 0.1")"
measured rectangle 'values'
choose Profile
sleep 0.5
find_pane 'MR, axial plane' # the chart has made room
drag -200 20 200 20
within 'profile, mm' "$(said | grep -o '^[0-9.]*')" "$(calc "2 * $length * $pane_side / $side - 0.7")" "$(calc "2 * $length * $pane_side / $side + 0.7")"
measured profile ' mm$'
choose Point
sleep 0.5
find_pane 'MR, axial plane'
click 0 20
measured point 'MR [0-9]+'
[ "$(volume)" = "$whole" ] || fail "measuring changed the structure"

press F1
for _ in $(seq 50); do [ -s "$reader/asked" ] && break; sleep 0.1; done
grep -q 'manual\.html$' "$reader/asked" 2>/dev/null || fail "F1 did not open the manual"
[ -s "$(cat "$reader/asked")" ] || fail "F1 opened $(cat "$reader/asked"), which is not there"
echo "session-tools: done"
