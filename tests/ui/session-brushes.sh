#!/bin/bash
# session-brushes.sh - every shape of the brush, the smart brush and the push, with real pointer and keys
# SPDX-License-Identifier: Apache-2.0
#
# On a phantom with one edge in it. Each press is at a place that the window names in millimetres; what
# should be painted there is computed by numpy, and compared with the file that the window saves.
# The picture stays in the build folder: screenshots/session-brushes.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
python="env -u G_DEBUG /usr/bin/python3"
skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; import -window root "$pictures/session-brushes-failed.png"; exit 1; }
for tool in xdotool import xprop; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi, nibabel; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi, gir1.2-atspi-2.0 or python3-nibabel is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"
parent=$(mktemp -d)
folder=$parent/phantom # the window's title
mkdir "$folder"

look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait 60 "$@" >/dev/null || fail "$*"; }

# 100 on the patient's right, 300 on the left; a structure of two slabs on the middle slices
$python - "$folder" <<'PYTHON'
import sys
import nibabel
import numpy

affine = numpy.diag([-1, -1, 3, 1.0])
affine[:3, 3] = [80, 80, -12]
mr = numpy.full((160, 160, 9), 100, numpy.int16)
mr[80:] = 300
mr += numpy.random.default_rng(1).integers(-3, 4, mr.shape).astype(numpy.int16)
nibabel.save(nibabel.Nifti1Image(mr, affine), sys.argv[1] + '/MR_T2.nii.gz')
mask = numpy.zeros(mr.shape, numpy.uint8)
mask[:, 110:130, 3:6] = 1
nibabel.save(nibabel.Nifti1Image(mask, affine), sys.argv[1] + '/MR_T2_mask.nii.gz')
PYTHON
"$TRIPTYCH_BUILD/app/triptych" "$folder/MR_T2.nii.gz" "$folder/MR_T2_mask.nii.gz" &
program=$!
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null; rm -rf "$parent"' EXIT
expect label "Cursor in patient" ' mm$'
expect label 'axial ' 'axial 5/9'
# the window's shadow lies outside of what the accessible tree counts from
window=$(xdotool search --name phantom | head -1)
shadow=$(xprop -id "$window" _GTK_FRAME_EXTENTS | sed -n 's/.*= //p')
left=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f1)
top=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f3 | tr -d ' ')
read -r pane_x pane_y width height <<<"$($python "$here/window.py" place image 'MR, axial plane')"
[ "${width:-0}" -gt 100 ] || fail "the MR pane has no size"
side=$((width < height ? width : height)) # the picture is square and in the middle
at () { echo "$((left + pane_x + width / 2 + side * $1 / 100)) $((top + pane_y + height / 2 + side * $2 / 100))"; }
button () {
  read -r x y w h <<<"$($python "$here/window.py" place 'push button' "$1")"
  [ "${w:-0}" -gt 5 ] || fail "there is no button $1"
  xdotool mousemove $((left + x + w / 2)) $((top + y + h / 2)) click 1
  sleep 0.3
}
# where names a place: a click with the cursor, and the millimetres that the window then says
where () {
  local before position
  before=$(look label "Cursor in patient")
  xdotool key 1 mousemove $(at $1 $2) click 1
  for _ in $(seq 50); do
    position=$(look label "Cursor in patient")
    [ "$position" != "$before" ] && break
    sleep 0.1
  done
  echo "$position"
}
# stroke NAME KEY X Y X Y: from one place to another in five moves; the line of the protocol is what was done, and where
stroke () {
  local name=$1 key=$2 first second
  first=$(where $3 $4)
  second=$first
  [ "$3 $4" = "$5 $6" ] || second=$(where $5 $6)
  xdotool key "$key" mousemove $(at $3 $4) mousedown 1
  for step in 1 2 3 4 5; do
    xdotool mousemove $(at $(($3 + ($5 - $3) * step / 5)) $(($4 + ($6 - $4) * step / 5)))
    sleep 0.05
  done
  xdotool mouseup 1
  sleep 0.3
  echo "$name|$first|$second" >>"$folder/protocol"
}

expect label 'Edit: ' 'Cursor'
xdotool key 2
expect label 'Edit: ' 'Brush 8.0 mm'
stroke disc 2 -35 -35 -35 -25
xdotool key 2; button Square
stroke square 2 -20 -35 -10 -25
xdotool key 2; button Ball
stroke ball 2 -35 -5 -30 -5
xdotool key 2; button Disc; button Image
stroke smart 2 4 -30 4 -20
xdotool key 2; button Pointer
stroke push 4 -20 26 -20 11
stroke push 4 10 5 10 20
stroke push 4 25 14 40 19
# + and the wheel with Shift change the size of the push as well
xdotool key plus
expect label 'Edit: ' 'Push 9\.0 mm'
import -window root "$pictures/session-brushes.png"

xdotool key ctrl+s
sleep 2
xdotool key ctrl+a
xdotool type --delay 20 "$folder/saved.nii.gz"
xdotool key Return
for _ in $(seq 100); do [ -s "$folder/saved.nii.gz" ] && break; sleep 0.1; done
sleep 1
[ -s "$folder/saved.nii.gz" ] || fail "nothing was saved"
cat "$folder/protocol"
$python - "$folder" <<'PYTHON' || fail "what was painted is not what should be"
import re
import sys
import nibabel
import numpy

folder = sys.argv[1]
RADIUS = 8
# the pointer stands on whole pixels of half a millimetre, and places are said to 0.1 mm
DOUBT = 0.4
saved = nibabel.load(folder + '/saved.nii.gz')
mask = nibabel.load(folder + '/MR_T2_mask.nii.gz')
image = nibabel.load(folder + '/MR_T2.nii.gz').get_fdata()
assert numpy.allclose(saved.affine, mask.affine)
voxels = numpy.indices(mask.shape).reshape(3, -1)
lps = (mask.affine @ numpy.vstack([voxels, numpy.ones(voxels.shape[1])]))[:3] * [[-1], [-1], [1]]
in_slice = (voxels[2] == 4).reshape(mask.shape)


def parse(text):
    return numpy.array([float(v.replace('\u2212', '-')) for v in re.findall('[\u2212-]?[0-9.]+', text)])


def cover(shape, first, second, radius):
    found = numpy.zeros(mask.shape, bool)
    for t in numpy.linspace(0, 1, 400):
        away = lps - (first + (second - first) * t)[:, None]
        if shape == 'ball':
            distance = numpy.sqrt((away ** 2).sum(0))
        elif shape == 'square':
            distance = numpy.abs(away[:2]).max(0)
        else:
            distance = numpy.hypot(away[0], away[1])
        found |= (distance <= radius).reshape(mask.shape)
    return found if shape == 'ball' else found & in_slice


inner = outer = numpy.asarray(mask.dataobj) > 0  # what must be set, and what may be
start = inner
for line in open(folder + '/protocol'):
    shape, first, second = line.strip().split('|')
    first, second = parse(first), parse(second)
    small, large = cover(shape, first, second, RADIUS - DOUBT), cover(shape, first, second, RADIUS + DOUBT)
    if shape == 'smart':
        value = image > 200
        ijk = numpy.linalg.inv(mask.affine) @ [-first[0], -first[1], first[2], 1]
        here = value[tuple(numpy.rint(ijk[:3]).astype(int))]
        assert (large & (value != here)).sum() > 50, 'the edge is not under the brush'
        small, large = small & (value == here), large & (value == here)
    pressed_outside = shape == 'push' and not inner[tuple(numpy.rint((numpy.linalg.inv(mask.affine) @ [-first[0], -first[1], first[2], 1])[:3]).astype(int))]
    before = inner
    if pressed_outside:
        inner, outer = inner & ~large, outer & ~small
    else:
        inner, outer = inner | small, outer | large
    print(shape, 'clears' if pressed_outside else 'sets', (before != inner).sum(), 'voxels or a few more')
    assert (before != inner).sum() > 30
result = numpy.asarray(saved.dataobj) > 0
print('painted', (result != start).sum(), 'of which in doubt', (outer & ~inner).sum())
assert not (inner & ~result).any(), '%d voxels are missing' % (inner & ~result).sum()
assert not (result & ~outer).any(), '%d voxels are too many' % (result & ~outer).sum()
PYTHON

xdotool key ctrl+q
for _ in $(seq 300); do kill -0 $program 2>/dev/null || break; sleep 0.1; done
kill -0 $program 2>/dev/null && fail "the program does not end"
wait $program || fail "the program ended with status $?"
echo "session-brushes: done"
