#!/bin/sh
# check-format.sh ROOT - every source is as clang-format 14 leaves it
# SPDX-License-Identifier: Apache-2.0
cd "${1:?usage: check-format.sh ROOT}" || exit 2
tool=$(command -v clang-format-14) || { echo "clang-format 14 is not installed"; exit 77; }
find $(ls -d app core ui gpu tests 2>/dev/null) \( -name '*.c' -o -name '*.h' -o -name '*.cc' -o -name '*.cu' \) -print0 |
  xargs -0 "$tool" --dry-run --Werror 2>&1 | head -40 | tee "${TMPDIR:-/tmp}/triptych-format.$$"
[ ! -s "${TMPDIR:-/tmp}/triptych-format.$$" ]
status=$?
rm -f "${TMPDIR:-/tmp}/triptych-format.$$"
exit $status
