#!/bin/bash
# make-pictures.sh [BUILD [FOLDER]] - the pictures of README and manual, made by the program itself
# SPDX-License-Identifier: Apache-2.0
#
# The window runs with the demo case, a phantom, on an X server of its own; real pointer and keys
# drive it, and what it shows is waited for through the accessible tree. They are written beside this
# script, or into FOLDER. Needs Xvfb, dbus-run-session, xdotool, xprop, ImageMagick and python3-gi.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=${1:-$root/build}
out=${2:-$here}

if [ -z "${TRIPTYCH_PICTURES:-}" ]; then
  TRIPTYCH_PICTURES=1 TRIPTYCH_TEST_SCREEN=1280x800x24 GTK_A11Y=atspi LC_ALL=C.UTF-8 GSETTINGS_BACKEND=memory \
    exec "$root/tests/ui/with-display.sh" "$here/make-pictures.sh" "$build" "$out"
fi

fail () { echo "FAILED: $1"; import -window root "$build/make-pictures-failed.png"; exit 1; }
. "$root/tests/ui/drive.sh"

# ---- pictures ----
# 128 colours, chosen for each: a third of the bytes, and no difference to be seen in a grey window
store () { convert - +dither -colors 128 -strip -define png:compression-level=9 "PNG8:$out/$1.png"; echo "$1"; }
whole () { import -window root png:- | store "$1"; }
# part NAME: the middle of the pane, and beside it the options of the tool
part () {
  local tools history
  read -r _ tools _ _ <<<"$(window_py place any 'Cursor')"
  read -r _ history _ _ <<<"$(window_py place label 'History')"
  import -window root "$build/shot.png"
  convert \( "$build/shot.png" -crop "560x440+$((pane_x + pane_width / 2 - 280))+$((pane_y + pane_height / 2 - 220))" +repage \) \
    \( "$build/shot.png" -crop "272x$((history - tools + 4))+1008+$((tools - 8))" +repage \) \
    -background '#1c1c1c' +append png:- | store "$1"
}
# named NAME ROLE TITLE: a window of its own
window () { import -window "$(xdotool search --onlyvisible --name "$2" | tail -1)" png:- | store "$1"; }

zoom () { # STEPS BUTTON: 4 nearer, 5 farther
  go 0 0
  for _ in $(seq "$1"); do xdotool keydown ctrl click "$2" keyup ctrl; sleep 0.1; done
}
undo () { for _ in $(seq "${1:-1}"); do press z; done; }
add_structure () { choose 'Add a structure'; press Escape; }

# without a compositor GTK draws a frame where the shadow would be
mkdir -p "$XDG_CONFIG_HOME/gtk-4.0"
echo 'window.solid-csd { margin: 0; padding: 0; border: none; box-shadow: none; }' >"$XDG_CONFIG_HOME/gtk-4.0/gtk.css"
"$build/app/triptych" --demo &
program=$!
trap 'kill $program; wait $program || true; rm -f "$build/shot.png"' EXIT
expect label 'SynCT ' 'HU'                         # the image has come
expect label 'Dice similarity' '^0\.[0-9]'         # and its contour, compared
expect label 'Hausdorff distance' '^[0-9]'
find_window
for _ in $(seq 20); do window_py place any 'Close message' >/dev/null 2>&1 && break; sleep 0.1; done
sleep ${TRIPTYCH_PATIENCE:-12} # until what was said has left
whole demo

# ---- one pane, the prostate in its middle ----
press ctrl+Return
sleep 1
find_pane 'MR, axial plane'
click 55 0
press c
zoom 4 4
press x

press 2
hold 105 -45 180 0 170 60
part brush
drop
undo
choose Image
hold 115 -60 150 -40 175 0 170 60
part smart
drop
undo
choose Pointer
press 3
hold -40 -180 0 -125 40 -120
part eraser
drop
undo
press 4
hold 120 15 190 15
part push
drop
undo
press 5
sleep 2
for point in '-150 -110' '-165 40' '-60 120'; do go $point; sleep 0.3; click $point; done
go 120 100
sleep 0.6
part livewire
press Escape
press 6
for point in '105 -40' '170 -70' '235 -40' '240 40' '150 95'; do click $point; done
press Return
part polygon
press Escape
press 7
hold 120 -60 150 -80 190 -75 225 -40 230 0 220 40 190 75 150 85
part freehand
drop
undo
press q
hold 85 -170 130 -185 190 -140 215 -60 215 60 190 130 130 160 85 150
part scissors
drop
undo
press 0
drag -170 10 170 10
choose Angle
drag -120 -230 0 -130
click 120 -230
choose Ellipse
drag -60 40 60 110
part measure
choose 'Remove all'
choose Profile
drag -330 10 330 10
sleep 1
whole profile
choose 'Remove all'
press 1

press ctrl+Return
press x

# ---- a structure of its own, on the CT ----
find_pane 'CT, axial plane'
press 1
click 52 0
press ctrl+Return
press c
press x
find_pane 'CT, axial plane'
choose 'Add a structure'
press Escape
zoom 2 5
xdotool click 2 # the pane has the keys again
press t
expect label 'Threshold ' 'would become'
click 0 0
expect label 'Threshold ' ' HU'
xdotool mousemove $(middle 'spin button' 'Lowest value') click 1
press ctrl+a
xdotool type --delay 30 150
press Return
sleep 2
part threshold
go 0 0
xdotool click 2
press Escape
press 8
click 0 -20
part fill
undo
press 9
for _ in 1 2 3 4 5 6; do press minus; done
drag -20 280 10 295 40 280
xdotool keydown ctrl
drag 10 155 80 180 115 270 80 350 10 370 -60 350 -95 270 -60 180 10 155
xdotool keyup ctrl
go 200 100
part seeds
press Return
expect label 'Grow ' 'would become'
part grown
press Escape
choose Clear
press 1
zoom 2 4
press ctrl+Return

# ---- whole structures ----
structure_menu () { # the keys that lead to an item
  xdotool mousemove $(middle 'list item' 'Prostate') click 3
  sleep 1
  for key in "$@"; do xdotool key "$key"; sleep 0.4; done
}
structure_menu Down Down Down Down Return Return
expect label 'Margin of' 'became'
xdotool search --onlyvisible --name '^Margin' windowmove 690 380
sleep 1
whole margin
press Escape
sleep 1
find_pane 'MR, axial plane'
go 0 0
xdotool click 2
press ctrl+Delete
press Page_Down
press ctrl+Delete
structure_menu Down Down Down Return Return
expect label '2 slices of' 'filled'
press ctrl+Return
find_pane 'MR, axial plane'
sleep 1
whole between
press Return

# ---- numbers, history, readings, planes ----
press 2
drag 140 -40 220 0 200 60
press 4
drag -120 20 -220 20
press 3
drag -30 -180 30 -140
press 1
press o
choose 'Distance per slice'
choose 'Worst places'
sleep 3
expect label 'Hausdorff distance' '^[0-9]'
press period
sleep 1
whole distances
choose 'Worst places'
press o
choose 'Dice per slice'
read -r _ history _ _ <<<"$(window_py place label 'History')"
import -window root -crop "272x$((776 - history + 6))+1008+$((history - 6))" +repage png:- | store history
press r
press h
sleep 2
whole agreement
press r
press h
press 1
zoom 3 5
press ctrl+Return
press ctrl+4
sleep 3
whole planes
