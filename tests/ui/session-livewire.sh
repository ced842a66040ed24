#!/bin/bash
# session-livewire.sh - the livewire round a structure of a phantom, with real pointer and keys
# SPDX-License-Identifier: Apache-2.0
#
# The phantom's truth is known: six anchors on the rectum's outline, and what is saved must be the
# rectum of that slice. Two clicks with the cursor tool say where a millimetre lies on the screen.
# Pictures stay in the build folder: screenshots/session-livewire-*.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
python="env -u G_DEBUG /usr/bin/python3"
skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; shot failed; exit 1; }
shot () { import -window root "$pictures/session-livewire-$1.png"; }
for tool in xdotool import xprop; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi, nibabel, skimage; gi.require_version('Atspi', '2.0')" 2>/dev/null ||
  skip "python3-gi, gir1.2-atspi-2.0, python3-nibabel or python3-skimage is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"
folder=$(mktemp -d)
program=
trap '[ -n "$program" ] && { kill $program; wait $program; } 2>/dev/null; rm -rf "$folder"' EXIT

look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait 60 "$@" >/dev/null || fail "$*"; }
press () { xdotool key "$@"; sleep 0.3; }
volume () { $python "$here/window.py" describe label 'Volume ' | grep -o '[0-9.]* ml' | head -1; }

cat >"$folder/map.py" <<'PYTHON'
"""map.py make FOLDER       labels.nii.gz: one voxel far away
map.py anchors FOLDER SLICE N   x,y in LPS mm, equally far apart on the rectum's outline
map.py check FOLDER SAVED SLICE N   Dice over 0.9; straight from anchor 2 to 3; all else as before"""
import sys
import nibabel
import numpy
from skimage import draw, measure

STRUCTURE = 'Rectum'


def load(path):
    return numpy.asarray(nibabel.load(path).dataobj)


def get_truth(folder, index):
    for line in open(folder + '/labels.csv'):
        words = line.strip().split(',')
        if any(word.strip() == STRUCTURE for word in words):
            label = int(words[0])
    return load(folder + '/001-mr-structures.nii.gz')[:, :, index] == label


def get_outline(truth, n):
    """Closed, in voxels, and the indices of n points equally far apart on it (voxels are squares)."""
    outline = max(measure.find_contours(truth.astype(float), 0.5), key=len)
    walked = numpy.concatenate([[0], numpy.cumsum(numpy.hypot(*numpy.diff(outline, axis=0).T))])
    return outline, [int(numpy.searchsorted(walked, walked[-1] * k / n)) for k in range(n)]


def main(what, folder, *rest):
    structures = nibabel.load(folder + '/001-mr-structures.nii.gz')
    if what == 'make':
        labels = numpy.zeros(structures.shape, numpy.uint8)
        labels[2, 2, 0] = 1
        nibabel.save(nibabel.Nifti1Image(labels, structures.affine), folder + '/labels.nii.gz')
    elif what == 'anchors':
        outline, at = get_outline(get_truth(folder, int(rest[0])), int(rest[1]))
        for k in at:
            ras = structures.affine @ [*outline[k], int(rest[0]), 1]
            print('%.2f,%.2f' % (-ras[0], -ras[1]))
    else:
        index, n = int(rest[1]), int(rest[2])
        truth, saved = get_truth(folder, index), load(rest[0]) > 0
        drawn = saved[:, :, index].copy()
        dice = 2 * (truth & drawn).sum() / (truth.sum() + drawn.sum())
        outline, at = get_outline(truth, n)
        cap = draw.polygon2mask(truth.shape, outline[at[2]:at[3] + 1])
        print('Dice', round(float(dice), 4), 'voxels', int(drawn.sum()), 'beyond the straight part', int((cap & drawn).sum()),
              'of', int((cap & truth).sum()))
        saved[:, :, index] = False
        assert saved.sum() == 1 and saved[2, 2, 0], 'other slices changed'
        assert dice > 0.9
        assert (cap & truth).sum() > 10 and (cap & drawn).sum() < 0.3 * (cap & truth).sum()


main(*sys.argv[1:])
PYTHON
"$TRIPTYCH_BUILD/app/triptych-cli" phantom pelvis --patients 1 --seed 3 --out "$folder" >/dev/null 2>&1 || fail "no phantom"
$python "$folder/map.py" make "$folder" || fail "no labels"
"$TRIPTYCH_BUILD/app/triptych" "$folder/001-mr.nii.gz" "$folder/labels.nii.gz" &
program=$!
expect label 'axial ' 'axial [0-9]+/'
expect label 'Cursor in patient' '[0-9]'
slice=$(look label 'axial ' | grep -o '[0-9]*/' | tr -d /)
slice=$((slice - 1))
anchors=($($python "$folder/map.py" anchors "$folder" $slice 6))
[ ${#anchors[@]} = 6 ] || fail "no rectum in slice $slice"
window=$(xdotool search --onlyvisible --pid $program | tail -1)
shadow=$(xprop -id "$window" _GTK_FRAME_EXTENTS | sed -n 's/.*= //p')
left=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f1)
top=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f3 | tr -d ' ')
press ctrl+Return # the pane alone: more pixels to the millimetre
sleep 1
read -r pane_x pane_y pane_width pane_height <<<"$($python "$here/window.py" place image 'MR, axial plane')"
[ "${pane_width:-0}" -gt 400 ] || fail "the pane did not become large"

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
go () { # "x,y" in mm
  xdotool mousemove $(echo "$1 $first $second $x1 $y1 $x2 $y2" | tr ',' ' ' | awk '{ printf "%d %d\n",
    $3 + ($1 - $7) * ($5 - $3) / ($9 - $7) + 0.5, $4 + ($2 - $8) * ($6 - $4) / ($10 - $8) + 0.5 }')
  sleep 0.15
}
click () { go "$1"; xdotool click 1; sleep 0.2; }

start=$(volume)
press 5
for n in 0 1 2; do click ${anchors[n]}; done
xdotool keydown ctrl; click ${anchors[3]}; xdotool keyup ctrl # straight
click ${anchors[4]}
click ${anchors[1]}; press BackSpace                           # not there
go ${anchors[5]}; shot open
click ${anchors[5]}
[ "$(volume)" = "$start" ] || fail "anchors alone changed the structure"
press Return
for _ in $(seq 50); do [ "$(volume)" != "$start" ] && break; sleep 0.1; done
[ "$(volume)" != "$start" ] || fail "Enter did not fill"
shot filled
saved=$folder/saved.nii.gz
press ctrl+s
sleep 1.5
xdotool type --delay 20 "$saved"
press Return
for _ in $(seq 200); do [ -s "$saved" ] && break; sleep 0.1; done
sleep 0.5
$python "$folder/map.py" check "$folder" "$saved" $slice 6 || fail "what was saved is not the rectum"
press ctrl+z
for _ in $(seq 50); do [ "$(volume)" = "$start" ] && break; sleep 0.1; done
[ "$(volume)" = "$start" ] || fail "undo did not take the outline back"
for n in 0 1 2; do click ${anchors[n]}; done
press Escape
press Return
[ "$(volume)" = "$start" ] || fail "what was given up was filled"
press ctrl+s; sleep 1 # nothing is left that would be asked about
press ctrl+q
for _ in $(seq 100); do kill -0 $program 2>/dev/null || break; sleep 0.1; done
kill -0 $program 2>/dev/null && fail "the program does not end"
wait $program || fail "the program ended with status $?"
program=
echo "session-livewire: done"
