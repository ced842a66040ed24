#!/bin/bash
# session-outlines.sh - polygon, freehand and scissors, drawn with real pointer and keys
# SPDX-License-Identifier: Apache-2.0
#
# A block on an MR of 1 mm pixels, so that patient millimetres are voxel numbers. Two clicks with the
# cursor tool say where a millimetre lies on the screen; after each drawing the label map is saved and
# compared, by numpy, with what the drawn corners enclose. Pictures stay in the build folder:
# screenshots/session-outlines-*.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
python="env -u G_DEBUG /usr/bin/python3"
skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; shot failed; exit 1; }
shot () { import -window root "$pictures/session-outlines-$1.png"; }
for tool in xdotool import xprop; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi, nibabel; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi, gir1.2-atspi-2.0 or python3-nibabel is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"
folder=$(mktemp -d)

look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait 60 "$@" >/dev/null || fail "$*"; }
press () { xdotool key "$@"; sleep 0.3; }
volume () { $python "$here/window.py" describe label 'Volume ' | grep -o '[0-9.]* ml' | head -1; }

cat >"$folder/map.py" <<'PYTHON'
"""map.py make FOLDER
map.py check BEFORE AFTER add|cut|inside|outside SLICE X,Y...   of a filled polygon; SLICE -1: all
map.py same A B"""
import sys
import nibabel
import numpy

AFFINE = numpy.diag([-1, -1, 3, 1.0])


def load(path):
    return numpy.asarray(nibabel.load(path).dataobj) > 0


def enclose(corners, shape):
    """Even-odd, and how far each pixel's centre is from the edges."""
    x, y = numpy.meshgrid(numpy.arange(shape[0]), numpy.arange(shape[1]), indexing='ij')
    inside = numpy.zeros(shape, bool)
    near = numpy.full(shape, numpy.inf)
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1]):
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (x < ax + (y - ay) * (bx - ax) / (by - ay))
        t = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
        t = numpy.clip(t, 0, 1)
        near = numpy.minimum(near, numpy.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y))
    return inside, near


def shoelace(corners):
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, corners[1:] + corners[:1]))) / 2


def check(before, after, what, index, *corners):
    before, after = load(before), load(after)
    corners = [tuple(map(float, c.split(','))) for c in corners]
    inside, near = enclose(corners, before.shape[:2])
    expected = before.copy()
    slices = range(before.shape[2]) if int(index) < 0 else [int(index)]
    for k in slices:
        if what == 'add':
            expected[:, :, k] |= inside
        elif what == 'outside':
            expected[:, :, k] &= inside
        else:
            expected[:, :, k] &= ~inside
    wrong = after != expected
    changed = int((after != before).sum())
    print(what, 'shoelace', shoelace(corners), 'mm2, filled', int(inside.sum()), 'mm2, changed', changed,
          'voxels; differ', int(wrong.sum()), 'at most', near[wrong.any(axis=2)].max() if wrong.any() else 0, 'mm off the line')
    assert changed > 20
    # a pointer stops on whole pixels of the screen: a voxel this near to the line may fall to either side
    assert not wrong[near > 0.35].any()
    perimeter = sum(numpy.hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(corners, corners[1:] + corners[:1]))
    if what == 'add' and not (before[:, :, int(index)] & inside).any():
        assert abs(changed - shoelace(corners)) < 0.2 * perimeter


if sys.argv[1] == 'make':
    mr = numpy.zeros((160, 160, 12), numpy.int16)
    x, y = numpy.mgrid[0:160, 0:160]
    mr[(x - 80) ** 2 + (y - 80) ** 2 < 70 ** 2] = 500
    mr[100:130, 20:60] = 1500
    labels = numpy.zeros(mr.shape, numpy.uint8)
    labels[50:90, 60:100, 3:9] = 1
    nibabel.save(nibabel.Nifti1Image(mr, AFFINE), sys.argv[2] + '/MR_T2.nii.gz')
    nibabel.save(nibabel.Nifti1Image(labels, AFFINE), sys.argv[2] + '/labels.nii.gz')
elif sys.argv[1] == 'same':
    assert (load(sys.argv[2]) == load(sys.argv[3])).all()
else:
    check(*sys.argv[2:])
PYTHON
$python "$folder/map.py" make "$folder" || fail "no images"
"$TRIPTYCH_BUILD/app/triptych" "$folder/MR_T2.nii.gz" "$folder/labels.nii.gz" &
program=$!
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null; rm -rf "$folder"' EXIT
expect label 'axial ' 'axial 7/12'
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
first="$((left + pane_x + pane_width / 2 - 160)) $((top + pane_y + pane_height / 2 - 160))"
second="$((left + pane_x + pane_width / 2 + 170)) $((top + pane_y + pane_height / 2 + 150))"
click_at $first; read -r x1 y1 <<<"$(position)"
click_at $second; read -r x2 y2 <<<"$(position)"
[ "$x1" != "$x2" ] || fail "the cursor did not follow the clicks"
to_px () { # "x,y" in mm
  echo "$1 $first $second $x1 $y1 $x2 $y2" | tr ',' ' ' | awk '{ printf "%d %d\n",
    $3 + ($1 - $7) * ($5 - $3) / ($9 - $7) + 0.5, $4 + ($2 - $8) * ($6 - $4) / ($10 - $8) + 0.5 }'
}
go () { xdotool mousemove $(to_px "$1"); sleep 0.1; }
# slower than a double click, else so far apart that two are none
click () { go "$1"; xdotool click 1; sleep 0.2; }
drag () { # through all points, with steps on the way as a hand makes them
  go "$1"; xdotool mousedown 1; sleep 0.1
  last=$1; shift
  for corner in "$@"; do
    for step in 0.25 0.5 0.75 1; do
      go "$(echo "$last $corner $step" | tr ',' ' ' | awk '{ print $1 + ($3 - $1) * $5 "," $2 + ($4 - $2) * $5 }')"
    done
    last=$corner
  done
}
drop () { xdotool mouseup 1; sleep 0.4; }

choose () { # a segment of the options
  read -r segment_x segment_y segment_width segment_height <<<"$($python "$here/window.py" place any "$1")"
  xdotool mousemove $((left + segment_x + segment_width / 2)) $((top + segment_y + segment_height / 2)) click 1
  sleep 0.3
}

n=0
cp "$folder/labels.nii.gz" "$folder/map0.nii.gz"
saved=$folder/saved.nii.gz
save () {
  rm -f "$saved.done"
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
  n=$((n + 1))
  cp "$saved" "$folder/map$n.nii.gz"
}
check () { # what slice corners
  save
  $python "$folder/map.py" check "$folder/map$((n - 1)).nii.gz" "$folder/map$n.nii.gz" "$@" || fail "$*: the saved map is another"
}
start=$(volume)

# 1: polygon: a point too many is taken back, the first point closes, Enter fills
press 6
for corner in 100.5,20.5 130.5,25.5 140.5,60.5 120.5,70.5; do click $corner; done
click 60.5,140.5; press BackSpace
click 97.5,55.5
go 80,30; shot polygon-open
[ "$(volume)" = "$start" ] || fail "points alone changed the structure"
click 100.5,20.5
go 118,45; sleep 0.5; shot polygon-closed
press Return
check add 6 100.5,20.5 130.5,25.5 140.5,60.5 120.5,70.5 97.5,55.5

# 2: points are moved, inserted, taken out; undo and redo go point by point; another slice hides them
for corner in 20.5,110.5 60.5,110.5 60.5,140.5 20.5,140.5; do click $corner; done
press Return
drag 60.5,140.5 75.5,150.5; drop           # moved
drag 40.5,110.5 40.5,120.5; drop           # inserted in the upper edge, pulled in
xdotool keydown shift; click 20.5,140.5; xdotool keyup shift # taken out
press ctrl+z                               # and back
press ctrl+shift+z                         # and out again
press ctrl+z
go 60.5,110.5; press Delete                # another one goes
press ctrl+z
go 40,130; shot polygon-corrected
press Down; expect label 'axial ' 'axial 6/12'; shot polygon-hidden
press Up; expect label 'axial ' 'axial 7/12'
press Return
check add 6 20.5,110.5 40.5,120.5 60.5,110.5 75.5,150.5 20.5,140.5

# 3: cutting, closed by a double click; given up; taken back with the history
choose Cut
for corner in 70.5,70.5 80.5,72.5; do click $corner; done
go 78.5,90.5; xdotool click --repeat 2 --delay 60 1; sleep 0.3
press Return
check cut 6 70.5,70.5 80.5,72.5 78.5,90.5
filled=$(volume)
for corner in 55.5,65.5 65.5,65.5 65.5,75.5; do click $corner; done
press Escape
press Return
[ "$(volume)" = "$filled" ] || fail "what was given up was filled"
press ctrl+z
for _ in $(seq 50); do [ "$(volume)" != "$filled" ] && break; sleep 0.1; done
[ "$(volume)" != "$filled" ] || fail "undo did not take the polygon back"
press ctrl+shift+z
for _ in $(seq 50); do [ "$(volume)" = "$filled" ] && break; sleep 0.1; done
[ "$(volume)" = "$filled" ] || fail "redo did not bring the polygon again"

# 4: freehand: from inside it extends, from outside it cuts; Escape before the release does nothing
press 7
drag 55.5,80.5 30.5,80.5 30.5,92.5 55.5,92.5
sleep 0.3; shot freehand-extends
drop
check add 6 55.5,80.5 30.5,80.5 30.5,92.5 55.5,92.5
drag 45.5,62.5 60.5,62.5 60.5,72.5 45.5,72.5
sleep 0.3; shot freehand-cuts
drop
check cut 6 45.5,62.5 60.5,62.5 60.5,72.5 45.5,72.5
kept=$(volume)
drag 55.5,95.5 55.5,130.5 80.5,130.5 80.5,95.5
press Escape
drop
[ "$(volume)" = "$kept" ] || fail "a line that was given up changed the structure"

# 5: scissors: all slices, inside and then outside of a line
press q
drag 60.5,85.5 75.5,85.5 75.5,105.5 60.5,105.5
sleep 0.3; shot scissors
drop
check inside -1 60.5,85.5 75.5,85.5 75.5,105.5 60.5,105.5
choose Outside
drag 40.5,50.5 95.5,50.5 95.5,90.5 40.5,90.5
sleep 0.3; shot scissors-outside
drop
check outside -1 40.5,50.5 95.5,50.5 95.5,90.5 40.5,90.5

# 6: all of it back
for _ in 1 2 3 4 5 6 7; do press ctrl+z; done
expect label 'Dice similarity' '^1\.000$'
save
$python "$folder/map.py" same "$folder/labels.nii.gz" "$folder/map$n.nii.gz" || fail "undo did not give the first map back"
press ctrl+q
for _ in $(seq 300); do kill -0 $program 2>/dev/null || break; sleep 0.1; done
kill -0 $program 2>/dev/null && fail "the program does not end"
wait $program || fail "the program ended with status $?"
echo "session-outlines: done"
