#!/usr/bin/python3
"""check-phantom.py CLI - what `triptych-cli phantom head` writes, as nibabel sees it

SPDX-License-Identifier: Apache-2.0

Left must be the patient's left for another program too: world coordinates of NIfTI are RAS, so the left parotid
(label 1) has negative x. The label table's names, the grids and the CT's scale are read the same way.
Exit status 77 (skipped) without python3-nibabel.
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import nibabel
    import numpy as np
except ImportError:
    print("python3-nibabel is not installed")
    sys.exit(77)

cli = sys.argv[1]
bad = []


def check(fine, what):
    if not fine:
        bad.append(what)


def center(image, label):
    """World coordinates (RAS, mm) of a label's middle."""
    voxels = np.argwhere(np.asarray(image.dataobj) == label)
    return image.affine[:3, :3] @ voxels.mean(axis=0) + image.affine[:3, 3]


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    subprocess.run([cli, "phantom", "head", "--seed", "9", "--matrix", "64", "--patients", "2", "--out", name], check=True)
    with open(folder / "labels.csv") as table:
        names = {row["name"]: int(row["value"]) for row in csv.DictReader(table)}
    with open(folder / "cases.csv") as table:
        cases = list(csv.DictReader(table))
    check(len(cases) == 2, f"{len(cases)} cases")
    for case in cases:
        for labels_name, image_name in (("mr_structures", "mr"), ("ct_structures", "ct"), ("mr_structures", "ct_on_mr")):
            labels = nibabel.load(folder / case[labels_name])
            image = nibabel.load(folder / case[image_name])
            where = f"case {case['case']} {labels_name}"
            left, right, brain = (center(labels, names[n]) for n in ("Parotid left", "Parotid right", "Brain"))
            check(left[0] < brain[0] - 35, f"{where}: the left parotid lies at R {left[0]:.1f} mm")
            check(right[0] > brain[0] + 35, f"{where}: the right parotid lies at R {right[0]:.1f} mm")
            check(left[2] < brain[2] - 40, f"{where}: the parotid is not under the brain")
            check(left[1] > brain[1] - 25, f"{where}: the parotid is far behind the brain's middle")
            check(np.allclose(labels.affine, image.affine), f"{where}: grids differ")
            check(nibabel.aff2axcodes(labels.affine) == ("L", "P", "S"), f"{where}: axes {nibabel.aff2axcodes(labels.affine)}")
        ct = np.asarray(nibabel.load(folder / case["ct"]).dataobj)
        inside = np.asarray(nibabel.load(folder / case["ct_structures"]).dataobj) == names["Brain"]
        check(20 < ct[inside].mean() < 60, f"case {case['case']}: the brain has {ct[inside].mean():.0f} HU")

for line in bad:
    print(line)
print(f"{len(bad)} disagreements")
sys.exit(1 if bad else 0)
