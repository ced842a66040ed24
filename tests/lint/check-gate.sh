#!/bin/sh
# check-gate.sh ROOT - masks of structures are written by the edit session and by readers only
# SPDX-License-Identifier: Apache-2.0
cd "${1:?usage: check-gate.sh ROOT}" || exit 2
status=0
for folder in ui app; do
  [ -d "$folder" ] || continue
  if grep -rnE 'trp_structure_write_mask|trp_structure_set_(name|color|visible|locked|origin) |trp_patch_apply' \
    --include='*.[ch]' "$folder" | grep -v '^app/cli/'; then
    echo "$folder: structures are changed through core/structure/edit.h, so that every change can be undone"
    status=1
  fi
done
exit $status
