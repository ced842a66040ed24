#!/bin/bash
# session-train.sh - a CycleGAN trained from the window on real images, with real pointer and keys
# SPDX-License-Identifier: Apache-2.0
#
# The Train mode is filled in by hand, the run is watched, paused, stopped and gone on with; while it
# runs the window answers to the wheel and the brush within a second. After 300 steps the mean cycle
# loss of the last 50 is under 0.7 of that of the first 50. The network then makes the SynCT of the
# open MR, which must be what the command line makes of the same file.
# TRIPTYCH_STEPS=60 for a quick look: from 200 steps on the losses are judged by that measure, below
# they must only have fallen. The pictures stay in the build folder: screenshots/session-train*.png.
set -u
here=$(cd "$(dirname "$0")" && pwd)
shared=$here/../../../shared/data/sts_mr_ct
case_folder=$shared/STS_044
python="env -u G_DEBUG /usr/bin/python3"
steps=${TRIPTYCH_STEPS:-300}

skip () { echo "skipped: $1"; exit 77; }
fail () { echo "FAILED: $1"; import -window root "$pictures/session-train-failed.png"; exit 1; }
[ -d "$case_folder" ] || skip "the shared patients sts_mr_ct are not beside the source tree"
for tool in xdotool xprop import; do command -v $tool >/dev/null || skip "$tool is not installed"; done
$python -c "import gi, nibabel; gi.require_version('Atspi', '2.0')" 2>/dev/null || skip "python3-gi, gir1.2-atspi-2.0 or python3-nibabel is missing"
pictures=$TRIPTYCH_BUILD/screenshots
mkdir -p "$pictures"
folder=$(mktemp -d)
run=$folder/run

look () { $python "$here/window.py" text "$@"; }
expect () { $python "$here/window.py" wait "${patience:-60}" "$@" || fail "$*"; }
at () { echo "$((left + $1)) $((top + $2))"; }
click () {
  local x y width height
  read -r x y width height <<<"$($python "$here/window.py" place "$1" "$2")"
  [ "${width:-0}" -gt 0 ] || fail "no $1 \"$2\" to click on"
  xdotool mousemove $(at $((x + width / 2)) $((y + height / 2))) click 1
}
enter () { click "$1" "$2"; xdotool key ctrl+a; xdotool type --delay 5 "$3"; xdotool key Tab; }
# until the run has logged once more
expect_row () {
  local rows
  rows=$(cat "$run/log.csv" 2>/dev/null | wc -l)
  for _ in $(seq 600); do
    [ "$(cat "$run/log.csv" 2>/dev/null | wc -l)" -gt "$rows" ] && return
    sleep 0.1
  done
  fail "the run does not get on"
}
# seconds until the text changes after the pointer or key command
answers_within () {
  local limit=$1 taken
  taken=$($python "$here/window.py" change "$@") || fail "no answer within $limit s to: $*"
  echo "$2 \"$3\" answered in $taken s"
}

# GTK 4.8 complains about its own accessible tree when it is read while a dialog comes or goes: what
# the program says is looked at in the end instead
env -u G_DEBUG "$TRIPTYCH_BUILD/app/triptych" "$case_folder/MR_T1_image.nii.gz" \
  "$case_folder/CT_image.nii.gz" "$case_folder/CT_mask.nii.gz" 2>"$folder/said" &
program=$!
trap 'kill $program 2>/dev/null; wait $program 2>/dev/null; rm -rf "$folder"' EXIT
expect label "Dice similarity" '^1\.000$'
window=$(xdotool search --name STS_044 | head -1)
shadow=$(xprop -id "$window" _GTK_FRAME_EXTENTS | sed -n 's/.*= //p')
left=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f1)
top=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f3 | tr -d ' ')

# 1: what to train, on what, where to
click 'push button' Train
click 'list item' cyclegan-mr-ct
click 'push button' 'Choose a list'
xdotool search --sync --onlyvisible --name 'List of cases' >/dev/null
sleep 1
xdotool mousemove 300 200 key slash
xdotool type --delay 5 "${shared#/}/cases.csv"
sleep 0.5
xdotool key Return
for _ in $(seq 50); do
  xdotool search --onlyvisible --name 'List of cases' >/dev/null 2>&1 || break
  sleep 0.1
done
expect label '10 cases' '10 MR, 10 CT'
enter 'spin button' steps $steps
enter text 'Folder of the run' "$run"
import -window root "$pictures/session-train-setup.png"

# 2: it starts, waits, goes on
click 'push button' 'Start training'
patience=120 expect label 'step ' 'step [1-9]'
click 'push button' Pause
expect label paused '^paused$'
rows=$(wc -l <"$run/log.csv")
sleep 2
[ "$(wc -l <"$run/log.csv")" -le $((rows + 1)) ] || fail "a paused run goes on"
click 'push button' 'Go on'
expect_row

# 3: stopped and kept, then gone on with from either side
click 'push button' 'Stop and keep'
expect label stopped '^stopped$'
[ -s "$run/checkpoint.safetensors" ] || fail "a stopped run left no checkpoint"
expect label 'This folder holds a run' 'go on with it'
click 'push button' 'Go on'
expect_row
click 'push button' 'Stop and keep'
expect label stopped '^stopped$'
click 'page tab' 'New run'
click 'check box' 'go on with the run'
click 'push button' 'Go on with training'
expect label 'A run is writing' 'into this folder'
expect_row
import -window root "$pictures/session-train-running.png"

# 4: closing asks first
click 'push button' Edit
xdotool key ctrl+q
expect label '1 job is still running' 'would be stopped'
xdotool key Escape
sleep 1
kill -0 $program || fail "the window closed without an answer"

# 5: meanwhile the window answers
read -r mr_x mr_y mr_width mr_height <<<"$($python "$here/window.py" place image 'MR, axial plane')"
in_mr () { at $((mr_x + mr_width * $1 / 100)) $((mr_y + mr_height * $2 / 100)); }
xdotool mousemove $(in_mr 60 45)
answers_within 1 label 'axial ' xdotool click 5
answers_within 1 label 'axial ' xdotool click 4
answers_within 1 label 'Cursor in patient' xdotool click 1
xdotool key 2 mousemove $(in_mr 60 30)
answers_within 1 label 'Dice similarity' xdotool mousedown 1 mousemove $(in_mr 75 34)
for place in 36 38 40 44 48; do xdotool mousemove $(in_mr $((place + 40)) $place); done
xdotool mouseup 1
answers_within 1 label 'Dice similarity' xdotool key z
xdotool key 1
[ "$steps" -lt 200 ] || look label 'Running work' | grep -q '%' || fail "the training was over before the window was tried"

# 6: what it learned
click 'push button' Train
patience=$((steps * 2)) expect label finished '^finished$'
import -window root "$pictures/session-train.png"
$python - "$run/log.csv" $steps <<'PYTHON' || fail "the losses do not fall"
import csv
import math
import sys

path, steps = sys.argv[1], int(sys.argv[2])
with open(path, newline='') as file:
    rows = list(csv.DictReader(file))
seen = [int(row['step']) for row in rows]
cycle = [float(row['cycle_A']) + float(row['cycle_B']) for row in rows]
print('cycle loss at step:', ', '.join('%d %.3f' % pair for pair in zip(seen, cycle)))
assert seen == list(range(seen[0], steps + 1, seen[0])), 'rows are missing'
assert all(math.isfinite(float(row[name])) for row in rows for name in row)
n = 50 // seen[0] if steps >= 200 else 1
first, last = sum(cycle[:n]) / n, sum(cycle[-n:]) / n
print('mean of the first %d steps %.4f, of the last %.4f: %.3f' % (n * seen[0], first, last, last / first))
assert last < (0.7 if steps >= 200 else 1) * first
PYTHON

# 7: the network is used on the open case: the SynCT is in its pane, in HU at the cursor
click 'page tab' 'This run'
click 'push button' 'Use step'
patience=120 expect label 'SynCT ' 'SynCT .*HU$'
expect image 'SynCT, axial plane' 'SynCT'
sleep 1
import -window root "$pictures/session-train-synct.png"
"$TRIPTYCH_BUILD/app/triptych-cli" synthesize "$run/model.safetensors" "$case_folder/MR_T1_image.nii.gz" \
  "$folder/synct.nii.gz" || fail "the command line makes no SynCT"
$python - "$folder/synct.nii.gz" "$(look label 'Cursor in patient')" "$(look label 'SynCT ')" <<'PYTHON' || fail "the SynCT in the pane is not the one of the command line"
import re
import sys
import nibabel
import numpy
from scipy.ndimage import map_coordinates

path, position, shown = sys.argv[1:]
number = lambda text: float(text.replace('\u2212', '-'))
lps = [number(v) for v in re.findall('[\u2212-]?[0-9.]+', position)]
value = number(re.search('[\u2212-]?[0-9.]+', shown.replace('SynCT ', '')).group())
image = nibabel.load(path)
inverse = numpy.linalg.inv(image.affine)
values = []
for corner in numpy.ndindex(3, 3, 3):  # the position is shown to 0.1 mm
    p = numpy.array(lps) + (numpy.array(corner) - 1) * 0.05
    ijk = inverse @ [-p[0], -p[1], p[2], 1]
    values.append(map_coordinates(image.get_fdata(), ijk[:3, None], order=1, mode='nearest')[0])
print('SynCT shown', value, 'expected', min(values), 'to', max(values))
assert min(values) - 0.51 <= value <= max(values) + 0.51
PYTHON

# 8: it asks about the SynCT, closes when told to, and has said nothing that it should not
xdotool key ctrl+q
expect label 'The SynCT was made here' 'is not saved'
sleep 0.5
xdotool key alt+c
for _ in $(seq 100); do kill -0 $program 2>/dev/null || break; sleep 0.1; done
kill -0 $program 2>/dev/null && fail "the program does not end"
wait $program || fail "the program ended with status $?"
cat "$folder/said"
grep -E 'CRITICAL|WARNING|ERROR' "$folder/said" | grep -qv g_variant_is_object_path && fail "the program complained"
echo "session-train: done, $steps steps"
