#!/bin/sh
# check-layers.sh ROOT - each layer includes only layers that stand before it; core never sees GTK or CUDA, gpu only core/nn and core/base
# SPDX-License-Identifier: Apache-2.0
set -u
cd "${1:?usage: check-layers.sh ROOT}" || exit 2
order="base geometry image structure metrics io draw nn study method"
status=0

complain () {
  echo "$1"
  status=1
}

allowed=""
for layer in $order; do
  allowed="$allowed $layer"
  [ "$layer" = nn ] && may="base io nn" || may="$allowed"
  for file in core/"$layer"/*.[ch] core/"$layer"/*.cc core/"$layer"/*/*.[ch]; do
    [ -e "$file" ] || continue
    for seen in $(sed -n 's|^#include "core/\([a-z]*\)/.*|\1|p' "$file" | sort -u); do
      case " $may " in *" $seen "*) ;; *) complain "$file: core/$layer must not include core/$seen" ;; esac
    done
    if [ "$layer" = nn ]; then
      grep -Hn '^#include "core/io/' "$file" | grep -v -e safetensors -e atomic-write && complain "$file: nn uses only io's safetensors"
    fi
    grep -HnE '^#include ["<](gtk|gdk|gsk|cuda|cudnn|ui/|app/|gpu/)' "$file" && complain "$file: core sees neither windows nor CUDA"
    [ "$layer" = draw ] || ! grep -HnE '^#include <(cairo|pango)' "$file" || complain "$file: cairo belongs to core/draw"
  done
done
for file in $([ -d gpu ] && find gpu -name '*.[ch]' -o -name '*.cu'); do
  grep -HnE '^#include "(app|ui|tests|core/(geometry|image|structure|metrics|io|draw|study|method))/' "$file" && complain "$file: gpu includes core/nn and core/base only"
  grep -HnE '^#include <(gtk|gdk|cairo|gio|nccl|cublas)' "$file" && complain "$file: gpu uses GLib, cudart and cuDNN only"
done
for file in $([ -d ui ] && find ui -name '*.[ch]'); do
  grep -HnE '^#include ["<](cuda|cudnn|app/|gpu/)' "$file" && complain "$file: ui includes core and GTK only"
done
exit $status
