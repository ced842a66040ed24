#!/bin/sh
# with-display.sh COMMAND... - runs a test on an X server, a session bus and settings of its own
# SPDX-License-Identifier: Apache-2.0
set -u
for tool in Xvfb dbus-run-session; do
  command -v "$tool" >/dev/null && continue
  echo "1..0 # SKIP $tool is not installed"
  case "$1" in *.sh) exit 77 ;; *) exit 0 ;; esac
done
folder=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT

answers () {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 $server 2>/dev/null || return 1
    xdpyinfo -display ":$number" >/dev/null 2>&1 && return 0
    sleep 0.5
  done
  return 1
}

# A number of our own: servers that pick the lowest free one take one another's sockets along when they leave.
number=$((100 + $$ % 20000))
# -noreset: a server that starts over when its first client, the one that asks whether it answers, has left refuses the next one meanwhile.
for attempt in 1 2 3 4 5; do
  Xvfb ":$number" -noreset -screen 0 "${TRIPTYCH_TEST_SCREEN:-1280x800x24}" -nolisten tcp 2>/dev/null &
  server=$!
  answers && break
  kill $server 2>/dev/null
  wait $server 2>/dev/null
  number=$((number + 20011))
done
export DISPLAY=":$number" GDK_BACKEND=x11 GSK_RENDERER=cairo GTK_A11Y="${GTK_A11Y:-test}"
export XDG_CONFIG_HOME="$folder/config" XDG_CACHE_HOME="$folder/cache" XDG_STATE_HOME="$folder/state" XDG_DATA_HOME="$folder/data"
export XDG_RUNTIME_DIR="$folder/run"
mkdir -m 700 "$folder/run"
unset WAYLAND_DISPLAY GTK_THEME
# fontconfig's memory has no frame pointers to be recognised by; GL drivers are unloaded with theirs
here=$(cd "$(dirname "$0")" && pwd)
export LSAN_OPTIONS="suppressions=$here/leaks.supp:print_suppressions=0:${LSAN_OPTIONS:-}"
[ "${TRIPTYCH_TEST_GL:-}" = yes ] || export GDK_DEBUG=gl-disable
dbus-run-session -- "$@" 2>"$folder/stderr"
status=$?
grep -v 'Failed to set fd limit' "$folder/stderr" >&2
exit $status
