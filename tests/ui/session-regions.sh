#!/bin/bash
# session-regions.sh - flood fill, threshold and growing from seeds, with real pointer and keys
# SPDX-License-Identifier: Apache-2.0
#
# Two bright blocks in a noisy MR of 1 mm pixels. Two clicks with the cursor tool say where a
# millimetre lies on the screen; after each tool the label map is saved and compared, by numpy, with
# the blocks. Pictures stay in the build folder: screenshots/session-regions-*.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
python="env -u G_DEBUG /usr/bin/python3"
skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; shot failed; exit 1; }
shot () { import -window root "$pictures/session-regions-$1.png"; }
for tool in xdotool import xprop; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi, nibabel; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi, gir1.2-atspi-2.0 or python3-nibabel is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"
folder=$(mktemp -d)
look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait 60 "$@" >/dev/null || fail "$*"; }
press () { xdotool key "$@"; sleep 0.4; }

cat >"$folder/map.py" <<'PYTHON'
"""map.py make FOLDER
map.py check FILE mark|slice|first|both|grown   the saved map is that; a grown one but for 2 %"""
import sys
import nibabel
import numpy

AFFINE = numpy.diag([-1, -1, 3, 1.0])
SHAPE = (160, 160, 13)
x, y, z = numpy.meshgrid(*[numpy.arange(n) for n in SHAPE], indexing='ij')
first = (abs(x - 60) < 20) & (abs(y - 80) < 20) & (abs(z - 6) < 4)
second = (abs(x - 120) < 12) & (abs(y - 80) < 20) & (abs(z - 6) < 4)
mark = (x < 6) & (y < 6) & (z == 6)
WANTED = {'mark': mark, 'slice': mark | (first & (z == 6)), 'first': mark | first, 'both': first | second,
          'grown': first}

if sys.argv[1] == 'make':
    image = numpy.random.default_rng(3).integers(-15, 16, SHAPE) + numpy.where(first | second, 400, 100)
    nibabel.save(nibabel.Nifti1Image(image.astype(numpy.int16), AFFINE), sys.argv[2] + '/MR_T2.nii.gz')
    nibabel.save(nibabel.Nifti1Image(mark.astype(numpy.uint8), AFFINE), sys.argv[2] + '/labels.nii.gz')
else:
    saved = numpy.asarray(nibabel.load(sys.argv[2]).dataobj) > 0
    wanted = WANTED[sys.argv[3]]
    wrong = (saved != wanted).sum()
    print(sys.argv[3], 'saved', saved.sum(), 'wanted', wanted.sum(), 'differ', wrong)
    # growing smooths over 1 mm: corners of a block may go to either side
    sys.exit(1 if wrong > (0.02 * wanted.sum() if sys.argv[3] == 'grown' else 0) else 0)
PYTHON
$python "$folder/map.py" make "$folder" || fail "no images"
"$TRIPTYCH_BUILD/app/triptych" "$folder/MR_T2.nii.gz" "$folder/labels.nii.gz" &
program=$!
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null; rm -rf "$folder"' EXIT
expect label 'axial ' 'axial 7/13'
expect label 'Dice similarity' '^1\.000$'
window=$(xdotool search --onlyvisible --pid $program | tail -1)
shadow=$(xprop -id "$window" _GTK_FRAME_EXTENTS | sed -n 's/.*= //p')
left=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f1)
top=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f3 | tr -d ' ')
press ctrl+Return # the pane alone: more pixels to the millimetre
sleep 1
read -r pane_x pane_y pane_width pane_height <<<"$($python "$here/window.py" place image 'MR, axial plane')"
[ "${pane_width:-0}" -gt 400 ] || fail "the pane did not become large"

# where the pointer is, in millimetres
position () { look label 'Cursor in patient' | sed 's/\xe2\x88\x92/-/g' | grep -o '[-0-9.]*' | head -2 | tr '\n' ' '; }
click_at () { # x y in pixels of the screen; waits until the cursor is there
  before=$(position)
  xdotool mousemove "$1" "$2" click 1
  for _ in $(seq 50); do [ "$(position)" != "$before" ] && break; sleep 0.1; done
}
press 1
one="$((left + pane_x + pane_width / 2 - 160)) $((top + pane_y + pane_height / 2 - 160))"
two="$((left + pane_x + pane_width / 2 + 170)) $((top + pane_y + pane_height / 2 + 150))"
click_at $one; read -r x1 y1 <<<"$(position)"
click_at $two; read -r x2 y2 <<<"$(position)"
[ "$x1" != "$x2" ] || fail "the cursor did not follow the clicks"
go () { # "x,y" in mm
  xdotool mousemove $(echo "$1 $one $two $x1 $y1 $x2 $y2" | tr ',' ' ' | awk '{ printf "%d %d\n",
    $3 + ($1 - $7) * ($5 - $3) / ($9 - $7) + 0.5, $4 + ($2 - $8) * ($6 - $4) / ($10 - $8) + 0.5 }')
  sleep 0.1
}
stroke () { # through all points
  go "$1"; xdotool mousedown 1; sleep 0.1
  shift
  for corner in "$@"; do go "$corner"; done
  xdotool mouseup 1; sleep 0.3
}
choose () { # a button of the options
  read -r button_x button_y button_width button_height <<<"$($python "$here/window.py" place any "$1")"
  xdotool mousemove $((left + button_x + button_width / 2)) $((top + button_y + button_height / 2)) click 1
  sleep 0.3
}
saved=$folder/saved.nii.gz
check () { # what the saved map is
  if [ -e "$saved" ]; then
    touch -d '1 hour ago' "$saved"
    press ctrl+s
  else
    press ctrl+s
    sleep 1.5
    xdotool type --delay 20 "$saved"
    press Return
  fi
  for _ in $(seq 200); do
    [ -n "$(find "$saved" -mmin -30 2>/dev/null)" ] && break
    sleep 0.1
  done
  [ -n "$(find "$saved" -mmin -30 2>/dev/null)" ] || fail "the label map was not saved"
  $python "$folder/map.py" check "$saved" "$1" || fail "$1: the saved map is another"
}

# 1: in the slice, at once; undone
press 8
go 60,80; xdotool click 1; sleep 0.5
shot fill-slice
check slice
press z

# 2: in three dimensions: a preview, which Escape leaves and Enter takes
choose 3D
go 60,80; xdotool click 1
expect label 'Fill Label 1: ' 'would become'
shot fill-solid
press Escape
check mark
go 60,80; xdotool click 1
expect label 'Fill Label 1: ' 'would become'
press Return
check first
press z

# 3: the threshold shows Otsu's range at once, which is both blocks
press t
expect label 'Threshold Label 1' 'would become'
shot threshold
press Return
check both
press z

# 4: strokes inside and outside; Ctrl+Z takes a stroke back, Enter grows, then accepts
press 9
for _ in 1 2 3 4 5 6 7; do press minus; done
stroke 50,80 70,80
stroke 60,70 60,130
press ctrl+z # that one went astray
xdotool keydown ctrl
stroke 30,50 95,50 95,110 30,110 30,50
stroke 115,75 122,85
xdotool keyup ctrl
shot seeds
press Down # strokes stay where they were drawn
expect label 'axial ' 'axial 6/13'
shot seeds-other-slice
press Return
expect label 'Grow Label 1: ' 'would become'
shot seeds-grown
press Return
check grown
echo "session-regions: done"
