#!/bin/bash
# session-surface.sh - the surface in three dimensions, with real pointer and keys
# SPDX-License-Identifier: Apache-2.0
#
# A block of 40 x 30 x 8 voxels of 1 x 1 x 3 mm. V opens its surface; from each side that a key looks from, a click on the
# middle moves the cursor to that face, in millimetres. Pictures stay in the build folder: screenshots/session-surface-*.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
python="env -u G_DEBUG /usr/bin/python3"
skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; shot failed; exit 1; }
shot () { import -window root "$pictures/session-surface-$1.png"; }
for tool in xdotool import; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi, nibabel; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi, gir1.2-atspi-2.0 or python3-nibabel is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"
folder=$(mktemp -d)
look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait 60 "$@" >/dev/null || fail "$*"; }

$python - "$folder" <<'PYTHON'
import sys
import nibabel
import numpy

AFFINE = numpy.diag([-1, -1, 3, 1.0])
x, y, z = numpy.meshgrid(*[numpy.arange(n) for n in (100, 90, 20)], indexing='ij')
block = (x >= 30) & (x < 70) & (y >= 30) & (y < 60) & (z >= 6) & (z < 14)
image = block * 300 + numpy.random.default_rng(5).integers(-15, 16, block.shape)
nibabel.save(nibabel.Nifti1Image(image.astype(numpy.int16), AFFINE), sys.argv[1] + '/MR_T2.nii.gz')
nibabel.save(nibabel.Nifti1Image(block.astype(numpy.uint8), AFFINE), sys.argv[1] + '/labels.nii.gz')
PYTHON
"$TRIPTYCH_BUILD/app/triptych" "$folder/MR_T2.nii.gz" "$folder/labels.nii.gz" &
program=$!
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null; rm -rf "$folder"' EXIT
expect label 'Dice similarity' '^1\.000$'
read -r x y width height <<<"$($python "$here/window.py" place image 'MR, axial plane')"
xdotool mousemove $((x + width / 2)) $((y + height / 2))
xdotool key v
for _ in $(seq 100); do
  look label 'This display offers no OpenGL' | grep -q OpenGL && skip "this display has no OpenGL"
  look label 'Signed distance: ' | grep -q labels && break
  sleep 0.2
done
look label 'Signed distance: ' | grep -q labels || fail "the surface has no colours"
sleep 0.5
shot front

# the surface window lies at the corner of a screen without a window manager
read -r x y width height <<<"$($python "$here/window.py" place image 'Surface of Label 1')"
[ "${width:-0}" -gt 200 ] || fail "the surface is not to be seen"
position () { look label 'Cursor in patient' | sed 's/\xe2\x88\x92/-/g' | grep -o '[-0-9.]*' | head -3 | tr '\n' ' '; }
middle="$((x + width / 2)) $((y + height / 2))"
# side axis millimetres: the face that a click on the middle meets. The other two axes stand in the block's middle, to the
# border of the window, whose 5 pixels the place leaves out: 0.7 mm.
check () {
  xdotool mousemove $middle key "$1"
  sleep 0.4
  xdotool mousemove $middle click 1
  for _ in $(seq 30); do
    position | awk -v axis="$2" -v face="$3" '
      { split("49.5 44.5 28.5", want, " "); want[axis] = face
        for (n = 1; n <= 3; n++) if (($n - want[n]) ^ 2 > (n == axis ? 0.3 : 1) ^ 2) exit 1 }' && return
    sleep 0.1
  done
  shot "$1"
  fail "$1: the cursor is at $(position)"
}
check r 1 29.5
shot right
check l 1 69.5
shot left
check a 2 29.5
check p 2 59.5
check s 3 40.5 # 13.5 slices of 3 mm
check i 3 16.5

# arrows turn: the click meets another point; a double click shows the front again
xdotool mousemove $middle key Home
before=$(position)
xdotool key Right Right Right Right Down Down; sleep 0.4
shot turned
xdotool mousemove $middle click 1
for _ in $(seq 30); do [ "$(position)" != "$before" ] && break; sleep 0.1; done
[ "$(position)" != "$before" ] || fail "arrows did not turn the surface"
xdotool click --repeat 2 --delay 60 1
sleep 0.6
check a 2 29.5
xdotool key Escape
sleep 0.5
$python "$here/window.py" place image 'Surface of Label 1' 2>/dev/null && fail "Escape did not close the window"
echo "session-surface: done"
