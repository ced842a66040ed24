#!/usr/bin/python3
"""check-preprocess.py CLI SHARED - preprocessing steps on real MR and CT against numpy and scipy

SPDX-License-Identifier: Apache-2.0

Cubic resampling against ndimage.map_coordinates (order 3, mode "mirror"), outline against ndimage.label and
binary_fill_holes with Otsu's threshold over 256 bins, crops against the outline's box, nyul and percentiles against
numpy.percentile and numpy.interp. Exit status 77 (skipped) without python3-nibabel, scipy or the images.
"""

import csv
import os
import subprocess
import sys
import tempfile

try:
    import nibabel
    import numpy as np
    from scipy import ndimage
except ImportError:
    print("python3-nibabel or python3-scipy is not installed")
    sys.exit(77)

cli, shared = sys.argv[1:]
folder = os.path.join(shared, "data", "sts_mr_ct")
if not os.path.exists(os.path.join(folder, "cases.csv")):
    print("no images")
    sys.exit(77)
with open(os.path.join(folder, "cases.csv"), newline="") as file:
    cases = [row for row in csv.DictReader(file) if row["mr"]][:2]
bad = []
work = tempfile.TemporaryDirectory()
PERCENTS = [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99]


def path_of(case, role):
    return os.path.join(folder, case[role])


def apply(steps, source, role="mr", *more):
    """The steps' result in axial LPS order, i fastest, and its affine in LPS."""
    recipe = os.path.join(work.name, "some.recipe")
    out = os.path.join(work.name, "out.nii")
    with open(recipe, "w") as file:
        file.write(f"[recipe]\ntrainer=cyclegan\n[preprocess]\n{role}_steps={steps}\n")
    done = subprocess.run([cli, "preprocess", recipe, source, out, "--role", role, *more], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{steps}: {done.stderr}")
    image = nibabel.load(out)
    return np.asarray(image.dataobj, float), np.diag([-1, -1, 1, 1]) @ image.affine


def expect(name, got, want, tolerance=0.0):
    got, want = np.asarray(got, float), np.asarray(want, float)
    worst = np.abs(got - want).max() if got.shape == want.shape else np.inf
    print(f"{name}: largest difference {worst:g}, allowed {tolerance:g}")
    if not worst <= tolerance:
        bad.append(name)


def otsu(values):
    """The centre of the last of 256 bins of the lower class: skimage.filters.threshold_otsu (0.19.3)."""
    counts, edges = np.histogram(values, 256)
    centres = (edges[1:] + edges[:-1]) / 2
    low, high = np.cumsum(counts), np.cumsum(counts[::-1])[::-1]
    with np.errstate(invalid="ignore"):
        mean_low = np.cumsum(counts * centres) / low
        mean_high = (np.cumsum((counts * centres)[::-1]) / np.cumsum(counts[::-1]))[::-1]
    return centres[np.argmax(low[:-1] * high[1:] * (mean_low[:-1] - mean_high[1:]) ** 2)]


def body(values):
    parts, _ = ndimage.label(values > otsu(values))  # through faces
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    mask = parts == np.argmax(sizes)
    for k in range(mask.shape[2]):
        mask[:, :, k] = ndimage.binary_fill_holes(mask[:, :, k])
    return mask


def landmarks(values):
    return np.percentile(values[values > values.mean()], PERCENTS)


standard = np.mean([1000 * (m - m[0]) / (m[-1] - m[0]) for m in
                    (landmarks(apply("", path_of(case, "mr"))[0]) for case in cases)], axis=0)
list_path = os.path.join(work.name, "cases.csv")
with open(list_path, "w") as file:
    file.write("case,mr\n" + "".join(f"{case['case']},{path_of(case, 'mr')}\n" for case in cases))

for case in cases:
    for role in ("mr", "ct"):
        name, source = f"{case['case']} {role}", path_of(case, role)
        plain, affine = apply("", source, role)
        reach = np.abs(plain).max()

        cubic, finer = apply("resample 1.3 0.9 2.2 cubic", source, role)
        grid = np.indices(cubic.shape).reshape(3, -1)
        to_plain = np.linalg.inv(affine) @ finer
        points = np.clip(to_plain[:3, :3] @ grid + to_plain[:3, 3:], 0, np.array(plain.shape)[:, None] - 1)
        want = ndimage.map_coordinates(plain, points, order=3, mode="mirror").reshape(cubic.shape)
        # affines and values are float32
        expect(f"{name} resample cubic", cubic, want, 1e-5 * reach)

        mask = body(plain)
        air = 0 if role == "mr" else -1000
        expect(f"{name} outline", apply("outline", source, role)[0], np.where(mask, plain, air))
        cropped, moved = apply("crop-body 64", source, role)
        box = [np.flatnonzero(mask.any(tuple({0, 1, 2} - {a}))) for a in range(3)]
        first = np.rint((np.linalg.inv(affine) @ moved)[:3, 3]).astype(int)
        middle = [np.floor((box[a][0] + box[a][-1] + 1 - 64) / 2) for a in range(2)]
        expect(f"{name} crop-body", first, middle + [0])

    values = apply("", path_of(case, "mr"))[0]
    marks = landmarks(values)
    got = apply("nyul", path_of(case, "mr"), "mr", "--list", list_path)[0]
    inside = (values >= marks[0]) & (values <= marks[-1])
    expect(f"{case['case']} nyul", got[inside], np.interp(values[inside], marks, standard), 1e-3)
    over = values > marks[-1]
    slope = (standard[-1] - standard[-2]) / (marks[-1] - marks[-2])
    expect(f"{case['case']} nyul above its end", got[over], 1000 + slope * (values[over] - marks[-1]), 2e-3)
    low, high = np.percentile(values[values > otsu(values)], [2, 98])
    expect(f"{case['case']} percentiles", apply("percentiles 2 98", path_of(case, "mr"))[0],
           1000 * (values - low) / (high - low), 1e-2)

print("\n".join(f"wrong: {name}" for name in bad) or "all agree")
sys.exit(bool(bad))
