#!/usr/bin/python3
"""bench-metric-peers.py CLI BENCH-METRICS [REF TEST]... - all metrics of a pair beside scipy and plastimatch

SPDX-License-Identifier: Apache-2.0

One organ of about 400 thousand voxels in two versions on 512 x 512 x 300 and on 1024 x 1024 x 300, and label 1 of
each pair of files given (where they are). Times in memory and of whole processes from .nii.gz, ratios, and the numbers
side by side: where the definitions are the same they must agree, or the exit status is 1. Skipped (77) without nibabel
and scipy.

- Triptych: everything at once: counts, both surface conventions, surface Dice at four tolerances, added path length.
- scipy: as it is mostly written, the voxel border alone: the joint box is found, erosion by the 6 neighbours, two exact
  distance transforms of that box, both lists. From files: python with nibabel.
- plastimatch dice --all: counts, distances of all voxels and of the voxel border. Its 95th percentile is the mean of
  both sides (ours the larger, so it is held against scipy). Its distances are a little too large in some places, so
  its means come out up to 5e-4 larger on the organs made here: 1e-3 for means.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import nibabel
    import numpy
    from scipy import ndimage
except ImportError:
    print("python3-nibabel and python3-scipy are not installed")
    sys.exit(77)

RUNS = 3
SIZES = ((512, 512, 300), (1024, 1024, 300))
ORGANS = {"reference": ((50, 45, 42), 5, 0), "test": ((49, 47, 41), 7, 1)}


def save_organ(path, size, half, lobes, phase):
    """An ellipsoid with a lobed surface around voxel (250, 250, 150)."""
    voxels = numpy.zeros(size, numpy.uint8)
    i, j, k = numpy.ogrid[160:340, 160:340, 90:210]
    x, y, z = (i - 250) / half[0], (j - 250) / half[1], (k - 150) / half[2]
    surface = 1 + 0.06 * numpy.sin(lobes * numpy.arctan2(y, x) + phase) * numpy.cos(3 * z)
    voxels[160:340, 160:340, 90:210] = numpy.sqrt(x * x + y * y + z * z) < surface
    nibabel.save(nibabel.Nifti1Image(voxels, numpy.diag([-0.98, -0.98, 2, 1])), path)


def save_first_label(path, source):
    """plastimatch joins all labels, and does not count the image's end as border: away from both."""
    image = nibabel.load(source)
    voxels = numpy.pad((numpy.asarray(image.dataobj) == 1).astype(numpy.uint8), 2)
    nibabel.save(nibabel.Nifti1Image(voxels, image.affine), path)


def load(path):
    image = nibabel.load(path)
    return numpy.asarray(image.dataobj) == 1, image.header.get_zooms()[:3]


def measure_with_scipy(a, b, spacing):
    where = numpy.nonzero(a | b)
    box = tuple(slice(max(w.min() - 1, 0), w.max() + 2) for w in where)
    a, b = a[box], b[box]
    cross = ndimage.generate_binary_structure(3, 1)
    edge_a, edge_b = a & ~ndimage.binary_erosion(a, cross), b & ~ndimage.binary_erosion(b, cross)
    ab = ndimage.distance_transform_edt(~edge_b, spacing)[edge_a]
    ba = ndimage.distance_transform_edt(~edge_a, spacing)[edge_b]
    tails = numpy.percentile(ab, 95), numpy.percentile(ba, 95)
    return {
        "dice": 2 * (a & b).sum() / (a.sum() + b.sum()),
        "hd": max(ab.max(), ba.max()),
        "hd95": max(tails),
        "hd95, mean of sides": sum(tails) / 2,
        "assd": numpy.concatenate([ab, ba]).mean(),
        "masd": (ab.mean() + ba.mean()) / 2,
        "asd, larger side": max(ab.mean(), ba.mean()),
    }


def read_ours(text):
    label = json.loads(text)["labels"]["1"]
    border = label["voxel_border"]
    return {
        "dice": label["dice"],
        "hd": border["hd"],
        "hd of all voxels": label["hd_set"],
        "hd95": border["hd95"],
        "assd": border["assd"],
        "masd": border["masd"],
        "asd, larger side": max(border["asd_ab"], border["asd_ba"]),
    }


def read_plastimatch(text):
    names = {
        "dice": "DICE:",
        "hd": "Hausdorff distance (boundary) =",
        "hd of all voxels": "Hausdorff distance =",
        "hd95, mean of sides": "Percent (0.95) Hausdorff distance (boundary) =",
        "masd": "Avg average Hausdorff distance (boundary) =",
        "asd, larger side": "Max average Hausdorff distance (boundary) =",
    }
    patterns = {key: r"^" + re.escape(name) + r"\s*(\S+)" for key, name in names.items()}
    return {key: float(re.search(pattern, text, re.M).group(1)) for key, pattern in patterns.items()}


def time_process(argv, runs=RUNS):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        output = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
        times.append(time.perf_counter() - start)
    return statistics.median(times), output


def time_scipy(a, b, spacing):
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        numbers = measure_with_scipy(a, b, spacing)
        times.append(time.perf_counter() - start)
    return statistics.median(times), numbers


def print_times(rows):
    ours = {}
    for place, who, seconds in rows:
        ours.setdefault(place, seconds)
        print(f"  {place:9} {who:44} {seconds:8.3f} s  {seconds / ours[place]:6.1f}")


def compare(numbers):
    """Every number of another that ours, or scipy's, has as well. Returns how many differ."""
    n_bad = 0
    for key in dict.fromkeys(key for values in numbers.values() for key in values):
        values = {who: those[key] for who, those in numbers.items() if key in those}
        expected = next(iter(values.values()))
        # Files hold the spacing in single precision; plastimatch prints six digits
        limits = {"scipy": 1e-6, "plastimatch": 1e-3 if key.startswith(("masd", "asd")) else 2e-6}
        bad = [who for who, value in values.items() if abs(value - expected) > limits.get(who, 0) * max(1, expected)]
        n_bad += len(bad)
        print(f"  {key:20}", *(f"{who} {value:.6f}" for who, value in values.items()), "DIFFERS" if bad else "")
    return n_bad


def run_pair(cli, bench, reference, test):
    a, spacing = load(reference)
    b, _ = load(test)
    print(f"{' x '.join(map(str, a.shape))}, {a.sum()} and {b.sum()} voxels")
    numbers, rows = {}, []
    rows.append(("memory", "Triptych, all metrics", float(time_process([bench, reference, test], 1)[1])))
    seconds, from_scipy = time_scipy(a, b, spacing)
    rows.append(("memory", "scipy, voxel border alone", seconds))
    seconds, output = time_process([cli, "metrics", reference, test, "--label", "1", "--json"])
    rows.append(("process", "triptych-cli metrics, all metrics", seconds))
    numbers["Triptych"], numbers["scipy"] = read_ours(output), from_scipy
    del a, b
    seconds, _ = time_process([sys.executable, __file__, "--scipy", reference, test])
    rows.append(("process", "python with scipy, voxel border alone", seconds))
    if shutil.which("plastimatch"):
        seconds, output = time_process(["plastimatch", "dice", "--all", reference, test])
        rows.append(("process", "plastimatch dice --all", seconds))
        numbers["plastimatch"] = read_plastimatch(output)
    else:
        print("  plastimatch is not installed")
    print_times(rows)
    return compare(numbers)


def main(cli, bench, files):
    n_bad = 0
    print(f"load before: {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores; last column: times ours")
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name + ".nii.gz") for name in ORGANS]
        for size in SIZES:
            for path, organ in zip(paths, ORGANS.values()):
                save_organ(path, size, *organ)
            n_bad += run_pair(cli, bench, *paths)
        for pair in zip(files[::2], files[1::2]):
            if not all(map(os.path.exists, pair)):
                print(f"{pair[0]} and its partner are not here")
                continue
            for path, source in zip(paths, pair):
                save_first_label(path, source)
            n_bad += run_pair(cli, bench, *paths)
    return 1 if n_bad else 0


if sys.argv[1] == "--scipy":
    (mask, spacing), (other, _) = load(sys.argv[2]), load(sys.argv[3])
    print(measure_with_scipy(mask, other, spacing))
else:
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
