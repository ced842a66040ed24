#!/bin/sh
# check-shared.sh CLI SHARED WHAT... - the checks that come with the shared reference data
# SPDX-License-Identifier: Apache-2.0
# Exit status 77 (skipped) where they or their Python modules are not installed.
set -u
cli=${1:?usage: check-shared.sh CLI SHARED WHAT...}
tool=$2/tools/check-reference
shift 2
[ -x "$tool" ] || { echo "the shared reference data are not here"; exit 77; }
/usr/bin/python3 -c 'import nibabel, numpy' 2>/dev/null || { echo "python3-nibabel is not installed"; exit 77; }
exec "$tool" "$cli" "$@"
