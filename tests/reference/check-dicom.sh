#!/bin/sh
# check-dicom.sh - the verb info against pydicom on every file of the shared data
#
# SPDX-License-Identifier: Apache-2.0
#
# Exit status 77 (skipped) where the data or pydicom are absent.
exec /usr/bin/python3 "$(dirname "$0")/check-dicom.py" "$TRIPTYCH_BUILD/app/triptych-cli" "$TRIPTYCH_SOURCE/../shared/data"
