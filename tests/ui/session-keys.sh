#!/bin/bash
# session-keys.sh - every key of the default profile, pressed for real; what changes is read back
# SPDX-License-Identifier: Apache-2.0
set -u
here=$(cd "$(dirname "$0")" && pwd)
python="env -u G_DEBUG /usr/bin/python3"
skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; import -window root "$pictures/session-keys-failed.png"; exit 1; }
for tool in xdotool import; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi, nibabel; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi, gir1.2-atspi-2.0 or python3-nibabel is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"
folder=$(mktemp -d)

look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait 60 "$@" >/dev/null || fail "$*"; }
press () { xdotool key "$@"; }

# 40 slices of 2 mm: a CT of air and water, and an MR on half the grid
$python - "$folder" <<'PYTHON'
import sys
import nibabel
import numpy

ct = numpy.full((64, 64, 40), -1000, numpy.int16)
ct[16:48, 16:48, 5:35] = 40
nibabel.save(nibabel.Nifti1Image(ct, numpy.diag([-2, -2, 2, 1.0])), sys.argv[1] + '/CT.nii.gz')
mr = numpy.zeros((32, 32, 40), numpy.int16)
mr[8:24, 8:24, 5:35] = 500 + numpy.arange(30)
nibabel.save(nibabel.Nifti1Image(mr, numpy.diag([-4, -4, 2, 1.0])), sys.argv[1] + '/MR_T2.nii.gz')
PYTHON
"$TRIPTYCH_BUILD/app/triptych" "$folder/CT.nii.gz" "$folder/MR_T2.nii.gz" &
program=$!
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null; rm -rf "$folder"' EXIT
expect label 'axial ' 'axial 21/40'
expect label 'CT ' 'CT 40 HU'
expect label 'MR ' '^MR 5'

# slices: down is towards the feet, the file's first slice
press Down; expect label 'axial ' 'axial 20/40'
press shift+Down; expect label 'axial ' 'axial 15/40'
press Page_Up; expect label 'axial ' 'axial 16/40'
press shift+Up; expect label 'axial ' 'axial 21/40'

# planes
press ctrl+2; expect label 'coronal ' 'coronal [0-9]+/32'
press ctrl+3; expect label 'sagittal ' 'sagittal [0-9]+/32'
press ctrl+4; expect label 'axial ' 'axial 21/40'; expect label 'coronal ' '/'; expect label 'sagittal ' '/'
import -window root "$pictures/session-keys-planes.png"
press ctrl+1; expect label 'axial ' 'axial 21/40'

# presets belong to the CT: click into its pane first
read -r x y width height <<<"$($python "$here/window.py" place image 'CT, axial plane')"
xdotool mousemove $((x + width / 2)) $((y + height / 2)) click 1
press alt+2; expect label 'W 1500' 'W 1500 L −600'
press alt+1; expect label 'W 400' 'W 400 L 40'

# or to the pane under the pointer, whichever is active
read -r mx my mwidth mheight <<<"$($python "$here/window.py" place image 'MR, axial plane')"
xdotool mousemove $((mx + mwidth / 2)) $((my + mheight / 2)) click 1
xdotool mousemove $((x + width / 2)) $((y + height / 2)) key alt+2
expect label 'W 1500' 'W 1500 L −600'
press alt+1; expect label 'W 400' 'W 400 L 40'
xdotool click 1

# an empty pane has no window: over it the active pane answers
xdotool mousemove $((x - 40)) $((y + height / 2)) key alt+2
expect label 'W 1500' 'W 1500 L −600'
press alt+1; expect label 'W 400' 'W 400 L 40'
xdotool mousemove $((x + width / 2)) $((y + height / 2))

# tools
press 0; expect label 'Edit: ' 'Measure'
press 3; expect label 'Edit: ' 'Eraser 8.0 mm'
press 2; expect label 'Edit: ' 'Brush 8.0 mm'
press plus; expect label 'Edit: ' 'Brush 9.0 mm'
press minus; expect label 'Edit: ' 'Brush 8.0 mm'
xdotool keydown shift click 4 keyup shift; expect label 'Edit: ' 'Brush 9.0 mm'
press Escape; expect label 'Edit: ' 'Cursor'
press space; expect label 'Edit: ' 'Brush'
press space; expect label 'Edit: ' 'Cursor'

# Train hides the case: its keys are silent there (a radius of 9, the slice and the plane stay)
press ctrl+t 3 Down Page_Down plus ctrl+4 0 ctrl+e 2
expect label 'Edit: ' 'Brush 9.0 mm'; expect label 'axial ' 'axial 21/40'
press Escape; expect label 'Edit: ' 'Cursor'

# without a structure the brush says what is missing, and draws nothing
press 2
xdotool mousemove $((x + width / 2)) $((y + height / 2)) click 1
expect label 'Add or choose a structure first' 'nothing to draw on'
press Escape

# a wider window by dragging to the right, a lower level by dragging down
before=$(look label 'W ')
xdotool mousemove $((x + 60)) $((y + 200)) mousedown 3 mousemove $((x + 100)) $((y + 200)) \
  mousemove $((x + 160)) $((y + 240)) mouseup 3
expect label 'W 6' 'W 600 L −40'

# the link between files that name no frame of reference is assumed until it is clicked
read -r x y width height <<<"$($python "$here/window.py" place 'push button' '⚠ assumed')"
xdotool mousemove $((x + width / 2 + 5)) $((y + height / 2 + 5)) click 1
expect 'push button' 'confirmed' 'confirmed'

press ctrl+question; expect label 'Brush size' 'Brush size'
import -window root "$pictures/session-keys.png"
echo "session-keys: done"
