#!/bin/sh
# check-metrics.sh - the verbs metrics and similarity against the public reference values
#
# SPDX-License-Identifier: Apache-2.0
#
# Exit status 77 (skipped) where the reference data or the Python modules of its checker are absent.
checker="$TRIPTYCH_SOURCE/../shared/tools/check-reference"
[ -x "$checker" ] || { echo "no reference data: skipped"; exit 77; }
/usr/bin/python3 -c 'import nibabel, numpy' 2>/dev/null || { echo "no nibabel: skipped"; exit 77; }
exec /usr/bin/python3 "$checker" "$TRIPTYCH_BUILD/app/triptych-cli" metrics similarity
