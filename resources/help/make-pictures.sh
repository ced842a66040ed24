#!/bin/bash
# make-pictures.sh [BUILD] - the pictures of README and manual, made by the program itself
# SPDX-License-Identifier: Apache-2.0
#
# The window runs with the demo case on an X server of its own; what it shows is waited for through
# the accessible tree. Needs Xvfb, dbus-run-session, ImageMagick and python3-gi.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=${1:-$root/build}

if [ -z "${TRIPTYCH_PICTURES:-}" ]; then
  TRIPTYCH_PICTURES=1 TRIPTYCH_TEST_SCREEN=1280x800x24 GTK_A11Y=atspi LC_ALL=C.UTF-8 GSETTINGS_BACKEND=memory \
    exec "$root/tests/ui/with-display.sh" "$here/make-pictures.sh" "$build"
fi

expect () { /usr/bin/python3 "$root/tests/ui/window.py" wait 60 "$@" >/dev/null; }

# without a compositor GTK draws a frame where the shadow would be
mkdir -p "$XDG_CONFIG_HOME/gtk-4.0"
echo 'window.solid-csd { margin: 0; padding: 0; border: none; box-shadow: none; }' >"$XDG_CONFIG_HOME/gtk-4.0/gtk.css"
"$build/app/triptych" --demo &
program=$!
trap 'kill $program; wait $program || true' EXIT
expect label 'SynCT ' 'HU'                         # the image has come
expect label 'Dice similarity' '^0\.[0-9]'         # and its contour, compared
expect label 'Hausdorff distance' '^[0-9]'
sleep 2
import -window root -crop 1280x800+0+0 +repage -strip -define png:compression-level=9 "$here/demo.png"
identify "$here/demo.png"
