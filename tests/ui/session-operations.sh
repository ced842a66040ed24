#!/bin/bash
# session-operations.sh - a margin, deleted and filled slices, a mirrored structure: by pointer and keys
# SPDX-License-Identifier: Apache-2.0
#
# The tumour of a real patient on its CT. What the window says is read through the accessible tree;
# the volume after a margin of 5 mm is computed by scipy from the file. Pictures stay in the build
# folder: screenshots/session-operations-*.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
case_folder=$here/../../../shared/data/sts_mr_ct/STS_044
python="env -u G_DEBUG /usr/bin/python3" # the reader may warn while the program registers itself

skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; import -window root "$pictures/session-operations-failed.png"; exit 1; }
[ -d "$case_folder" ] || skip "the shared patient STS_044 is not beside the source tree"
for tool in xdotool import xprop; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi, nibabel, scipy; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi, gir1.2-atspi-2.0, python3-nibabel or python3-scipy is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"

look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait 60 "$@" || fail "$*"; }
picture () { import -window root "$pictures/session-operations-$1.png"; }

"$TRIPTYCH_BUILD/app/triptych" "$case_folder/CT_image.nii.gz" "$case_folder/CT_mask.nii.gz" &
program=$!
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null' EXIT
expect label "Dice similarity" '^1\.000$'
expect label "Cursor in patient" ' mm$'
# the window's shadow lies outside of what the accessible tree counts from
window=$(xdotool search --name STS_044 | head -1)
shadow=$(xprop -id "$window" _GTK_FRAME_EXTENTS | sed -n 's/.*= //p')
left=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f1)
top=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f3 | tr -d ' ')
middle () { read -r x y width height <<<"$($python "$here/window.py" place "$@")"; echo "$((left + x + width / 2)) $((top + y + height / 2))"; }
# a menu item behind the row of the structure: the keys that lead to it
menu () {
  xdotool mousemove $(middle "list item" "") click 3
  sleep 1.5
  for key in "$@"; do xdotool key "$key"; sleep 0.5; done
}
# menu_for LABEL PATTERN KEYS...: until it says so; on a busy machine a menu may open after its keys
menu_for () {
  local label=$1 pattern=$2
  shift 2
  for _ in 1 2 3; do
    menu "$@"
    $python "$here/window.py" wait 20 label "$label" "$pattern" && return
    xdotool key Escape; sleep 0.5; xdotool key Escape; sleep 0.5
  done
  fail "$label"
}
operations="Down Down Down Down Return"
slices="Down Down Down Return"

# the cursor goes into the tumour, so that its slice has something of it
menu Return
sleep 0.5

# 1: a margin of 5 mm: the preview says what scipy says, Enter accepts, Z takes it back
menu_for "Margin of" 'became' $operations Return
picture margin
said=$(look label "Margin of")
$python - "$case_folder" "$said" <<'PYTHON' || fail "the margin is not scipy's"
import re
import sys
import nibabel
import numpy
from scipy.ndimage import distance_transform_edt

folder, said = sys.argv[1:]
image = nibabel.load(f'{folder}/CT_mask.nii.gz')
mask = numpy.asarray(image.dataobj) > 0
spacing = image.header.get_zooms()[:3]
ml = numpy.prod([float(s) for s in spacing]) / 1000
points = numpy.argwhere(mask)
low = numpy.maximum(points.min(0) - 12, 0)
box = tuple(slice(a, b) for a, b in zip(low, points.max(0) + 13))
grown = distance_transform_edt(~mask[box], spacing) <= 5 * (1 + 5e-7)
before, after = [float(v) for v in re.findall('([0-9.]+) ml', said)]
print('window', before, after, 'scipy', mask.sum() * ml, grown.sum() * ml)
assert abs(before - mask.sum() * ml) < 0.006 and abs(after - grown.sum() * ml) < 0.006
PYTHON
xdotool key Return
expect label "Dice similarity" '^0\.'
xdotool mousemove $(middle image 'CT, axial plane') key z
expect label "Dice similarity" '^1\.000$'

# 2: two contours are deleted and filled again; one slice is accepted, then the rest
xdotool mousemove $(middle image 'CT, axial plane') click 1
xdotool key ctrl+Delete
expect label "Delete slice of" 'Delete slice'
xdotool key Page_Down
sleep 0.5
xdotool key ctrl+Delete
expect label "Dice similarity" '^0\.9[0-7]' # one slice of 37 less: 0.98
holed=$(look label "Dice similarity")
menu_for "2 slices of" 'filled from their neighbours' $slices Return
picture interpolation
xdotool key shift+Return
expect label "Fill slices of" 'Fill slices'
expect label "2 slices of" 'filled' # the rest stands
one=$(look label "Dice similarity")
[ "$one" != "$holed" ] || fail "accepting one slice changed nothing"
xdotool key Return
sleep 1
look label "2 slices of" 2>/dev/null | grep -q filled && fail "the preview stands after it was accepted"
two=$(look label "Dice similarity")
echo "Dice: two slices deleted $holed, one filled $one, both $two"
[ "$(printf '%s\n' "$holed" "$one" "$two" | sort -c 2>&1)" = "" ] || fail "Dice fell"

# 3: mirrored into a structure of its own; the dialog names the plane
menu_for "Mirror at" 'Mirror at [LR] [0-9.]* mm' $operations Down Down Return
expect label "Mirror " 'became'
picture mirror
xdotool key Return
expect label "Label 1 mirrored" 'mirrored'
echo "session-operations: done"
