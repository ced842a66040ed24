#!/usr/bin/python3
"""check-files.py CLI FOLDER - `triptych-cli info` on every file and folder below FOLDER

SPDX-License-Identifier: Apache-2.0

Each ends with status 0 and one JSON object, or with status 1 and exactly one line on standard error; never by a signal,
never in silence. Exit status 77 (skipped) where FOLDER is absent.
"""

import json
import os
import subprocess
import sys

cli, folder = sys.argv[1:3]
bad = []
counts = {0: 0, 1: 0}
if not os.path.isdir(folder):
    print(folder, "is not here")
    sys.exit(77)


def check(path):
    r = subprocess.run([cli, "info", path, "--json"], capture_output=True, timeout=120)
    errors = r.stderr.decode("utf-8", "replace")
    name = os.path.relpath(path, folder)
    if r.returncode == 0:
        try:
            json.loads(r.stdout)
        except ValueError:
            bad.append(f"{name}: status 0 without a JSON object")
        if errors:
            bad.append(f"{name}: status 0 with {errors[:80]!r}")
    elif r.returncode != 1 or errors.count("\n") != 1 or not errors.endswith("\n") or r.stdout:
        bad.append(f"{name}: status {r.returncode}, {len(r.stdout)} bytes of output, {errors[:120]!r}")
    counts[r.returncode] = counts.get(r.returncode, 0) + 1


for parent, folders, files in os.walk(folder):
    folders.sort()
    for name in sorted(files):
        check(os.path.join(parent, name))
    if parent != folder:
        check(parent)
print("\n".join(bad[:40]))
print(f"{counts[0]} read, {counts[1]} declined, {len(bad)} wrongly")
sys.exit(bool(bad))
