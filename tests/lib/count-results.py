#!/usr/bin/env python3
"""count-results.py BUILD... - adds up meson's own logs: "N passed, N failed, N skipped"

SPDX-License-Identifier: Apache-2.0
"""

import json
import pathlib
import sys

PASSED = ("OK", "EXPECTEDFAIL")
SKIPPED = ("SKIP",)


def main():
    passed = failed = skipped = 0
    for build in sys.argv[1:]:
        log = pathlib.Path(build, "meson-logs", "testlog.json")
        for line in log.read_text(encoding="utf-8").splitlines():
            result = json.loads(line)["result"]
            passed += result in PASSED
            skipped += result in SKIPPED
            failed += result not in PASSED + SKIPPED
    print(f"{passed} passed, {failed} failed, {skipped} skipped")


main()
