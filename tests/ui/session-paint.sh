#!/bin/bash
# session-paint.sh - a radiologist's first minute with a real patient, with real pointer and keys
# SPDX-License-Identifier: Apache-2.0
#
# MR and CT side by side with the tumour's contour: the cursor is at the same millimetre in both, a
# brush stroke changes Dice at once and the distances after it, undo takes it back. What the window
# says is read through the accessible tree; what it should say is computed by nibabel from the files.
# The picture stays in the build folder: screenshots/session-paint.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
case_folder=$here/../../../shared/data/sts_mr_ct/STS_044
# the reader may warn while the program registers itself
python="env -u G_DEBUG /usr/bin/python3"

skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; import -window root "$pictures/session-paint-failed.png"; exit 1; }
[ -d "$case_folder" ] || skip "the shared patient STS_044 is not beside the source tree"
for tool in xdotool import xprop; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi, nibabel; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi, gir1.2-atspi-2.0 or python3-nibabel is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"

# look reads a text, expect waits for one
look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait 60 "$@" || fail "$*"; }
dice="Dice similarity"
distance="Hausdorff distance"

"$TRIPTYCH_BUILD/app/triptych" "$case_folder/MR_T1_image.nii.gz" "$case_folder/CT_image.nii.gz" \
  "$case_folder/CT_mask.nii.gz" &
program=$!
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null' EXIT
expect label "$dice" '^1\.000$'
expect label "$distance" '^0\.0$'
expect label "Cursor in patient" ' mm$'
# the window's shadow lies outside of what the accessible tree counts from
window=$(xdotool search --name STS_044 | head -1)
shadow=$(xprop -id "$window" _GTK_FRAME_EXTENTS | sed -n 's/.*= //p')
left=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f1)
top=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f3 | tr -d ' ')
read -r mr_x mr_y mr_width mr_height <<<"$($python "$here/window.py" place image 'MR, axial plane')"
[ "${mr_width:-0}" -gt 100 ] || fail "the MR pane has no size"
at () { echo "$((left + mr_x + mr_width * $1 / 100)) $((top + mr_y + mr_height * $2 / 100))"; }

# 1: a click in the MR moves one cursor: values of both images at that millimetre
before=$(look label "Cursor in patient")
xdotool mousemove $(at 60 45) click 1
for _ in $(seq 50); do
  position=$(look label "Cursor in patient")
  [ "$position" != "$before" ] && break
  sleep 0.1
done
[ "$position" != "$before" ] || fail "the click did not move the cursor"
$python - "$case_folder" "$position" "$(look label 'MR ')" "$(look label 'CT ')" <<'PYTHON' || fail "the values at the cursor are not those of the files"
import re
import sys
import nibabel
import numpy
from scipy.ndimage import map_coordinates

folder, position, mr, ct = sys.argv[1:]
lps = [float(v.replace('\u2212', '-')) for v in re.findall('[\u2212-]?[0-9.]+', position)]
for name, text in (('MR_T1_image', mr), ('CT_image', ct)):
    shown = float(re.search('[\u2212-]?[0-9.]+', text.replace('MR ', '').replace('CT ', '')).group().replace('\u2212', '-'))
    image = nibabel.load(f'{folder}/{name}.nii.gz')
    inverse = numpy.linalg.inv(image.affine)
    values = []
    for corner in numpy.ndindex(3, 3, 3):  # the position is shown to 0.1 mm
        p = numpy.array(lps) + (numpy.array(corner) - 1) * 0.05
        ijk = inverse @ [-p[0], -p[1], p[2], 1]
        values.append(map_coordinates(image.get_fdata(), ijk[:3, None], order=1, mode='nearest')[0])
    print(name, 'shown', shown, 'expected', min(values), 'to', max(values))
    assert min(values) - 0.51 <= shown <= max(values) + 0.51
PYTHON

# 2: the wheel goes through slices in all panes, the same millimetre
slice=$(look label 'axial ')
xdotool click 5
for _ in $(seq 50); do [ "$(look label 'axial ')" != "$slice" ] && break; sleep 0.1; done
[ "$(look label 'axial ')" != "$slice" ] || fail "the wheel did not change the slice"
xdotool click 4

# 3: brush: Dice falls with the stroke, distances follow
xdotool key 2
xdotool mousemove $(at 60 30) mousedown 1
for step in 32 34 36 38 40 44 48; do xdotool mousemove $(at $((step + 40)) $step); done
xdotool mousedown 2 mouseup 2 # ends the stroke too, as a step that can be undone
xdotool mouseup 1
expect label "$dice" '^0\.9'
expect label "$distance" '^[1-9]'
painted=$(look label "$dice")
volumes=$($python "$here/window.py" describe label 'Volume ')
$python - "$case_folder" "$painted" "$volumes" <<'PYTHON' || fail "Dice does not follow from the volumes"
import re
import sys
import nibabel
import numpy

folder, dice, volumes = sys.argv[1:]
edited, reference = [float(v) for v in re.findall('([0-9.]+) ml', volumes)]
mask = nibabel.load(f'{folder}/CT_mask.nii.gz')
expected = (numpy.asarray(mask.dataobj) > 0).sum() * abs(numpy.linalg.det(mask.affine[:3, :3])) / 1000
print('reference', reference, 'ml, nibabel', expected, 'ml; edited', edited, 'ml; Dice', dice)
assert abs(reference - expected) < 0.01 and edited > reference
# a brush only adds, so all of the reference is common to both
assert abs(float(dice) - 2 * reference / (edited + reference)) < 0.0006
PYTHON
import -window root "$pictures/session-paint.png"

# 4: undo and redo
xdotool key z
expect label "$dice" '^1\.000$'
xdotool key y
expect label "$dice" "^${painted//./\\.}$"

# 5: closing with unsaved contours asks
xdotool key ctrl+q
expect label "Contours were changed" 'saved'
xdotool key Escape
sleep 1
kill -0 $program || fail "the window closed without an answer"

# 6: with nothing to lose it closes, and the program ends well
xdotool mousemove $(at 50 50) key z
expect label "$dice" '^1\.000$'
xdotool key ctrl+q
for _ in $(seq 300); do kill -0 $program 2>/dev/null || break; sleep 0.1; done
kill -0 $program 2>/dev/null && fail "the program does not end"
wait $program || fail "the program ended with status $?"
echo "session-paint: done, Dice $painted"
