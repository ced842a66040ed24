# drive.sh - functions of a session that drives the window: source it, set $program and $pane first
# SPDX-License-Identifier: Apache-2.0
#
# What the window says is read through the accessible tree (window.py); pointer and keys are those of
# the X server. Places in a pane are said in parts of its shorter side, in thousandths from its
# middle, so that they mean the same in panes of any shape. fail ends the session; say what it does
# with the picture in $pictures.
drive=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# the reader may warn while the program registers itself
window_py () { env -u G_DEBUG /usr/bin/python3 "$drive/window.py" "$@"; }
look () { window_py text "$@"; }
expect () { window_py wait 60 "$@" >/dev/null || fail "$*"; }

# the window's shadow lies outside of what the accessible tree counts from
find_window () {
  local window shadow
  window=$(xdotool search --onlyvisible --pid "$program" | tail -1)
  shadow=$(xprop -id "$window" _GTK_FRAME_EXTENTS 2>/dev/null | sed -n 's/.*= //p')
  left=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f1)
  top=$(echo "${shadow:-0, 0, 0, 0}" | cut -d, -f3 | tr -d ' ')
}
# find_pane NAME: the pane that at, go and drag mean from now on
find_pane () {
  read -r pane_x pane_y pane_width pane_height <<<"$(window_py place image "$1")"
  [ "${pane_width:-0}" -gt 100 ] || fail "$1 has no size"
  pane_side=$((pane_width < pane_height ? pane_width : pane_height))
}
at () { echo "$((left + pane_x + pane_width / 2 + pane_side * $1 / 1000)) $((top + pane_y + pane_height / 2 + pane_side * $2 / 1000))"; }
go () { xdotool mousemove $(at "$1" "$2"); sleep 0.05; }
click () { go "$1" "$2"; xdotool click "${3:-1}"; sleep 0.15; }
press () { xdotool key "$@"; sleep 0.3; }
# hold X Y X Y...: the button stays down at the last place
hold () {
  go "$1" "$2"
  xdotool mousedown 1
  sleep 0.05
  shift 2
  while [ $# -gt 1 ]; do
    local to_x to_y from_x from_y n
    read -r from_x from_y <<<"$(xdotool getmouselocation --shell | sed -n 's/^[XY]=//p' | tr '\n' ' ')"
    read -r to_x to_y <<<"$(at "$1" "$2")"
    for n in 1 2 3 4; do xdotool mousemove $((from_x + (to_x - from_x) * n / 4)) $((from_y + (to_y - from_y) * n / 4)); done
    sleep 0.03
    shift 2
  done
}
drop () { xdotool mouseup 1; sleep 0.25; }
drag () { hold "$@"; drop; }
middle () {
  local x y width height
  read -r x y width height <<<"$(window_py place "$@")"
  [ "${width:-0}" -gt 3 ] || fail "there is no $*"
  echo "$((left + x + width / 2)) $((top + y + height / 2))"
}
# choose NAME: a button, or one of the choices of an option
choose () { xdotool mousemove $(middle 'push button' "$1") click 1; sleep 0.3; }
