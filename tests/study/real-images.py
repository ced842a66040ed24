#!/usr/bin/python3
"""real-images.py CLI SHARED - a few hundred CycleGAN steps on real, unpaired MR and CT

SPDX-License-Identifier: Apache-2.0

The shipped recipe cyclegan-mr-ct on the patients of SHARED/data/sts_mr_ct, at 128 x 128. That is far too short for a
useful SynCT; it shows that the path from scanner files to a SynCT on the scanner's grid works and learns: the mean
cycle loss of the last 50 steps is under 0.7 of that of the first 50.
Exit status 77 (skipped) without the shared data or python3-nibabel.
"""

import csv
import os
import subprocess
import sys
import tempfile

cli, shared = sys.argv[1:3]
folder = os.path.join(shared, "data", "sts_mr_ct")
if not os.path.exists(os.path.join(folder, "cases.csv")):
    print("the shared reference data are not here")
    sys.exit(77)
try:
    import nibabel
    import numpy
except ImportError:
    print("python3-nibabel is not installed")
    sys.exit(77)

STEPS = 200


def call(*arguments):
    done = subprocess.run([cli, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("triptych-cli %s: %s" % (" ".join(arguments), done.stderr))
    print(done.stderr, end="", flush=True)


with tempfile.TemporaryDirectory() as out:
    run, synct_path = os.path.join(out, "run"), os.path.join(out, "synct.nii.gz")
    call("train", "cyclegan-mr-ct", "--data", os.path.join(folder, "cases.csv"), "--out", run, "--device", "cpu",
         "--set", "training.steps=%d" % STEPS, "--set", "output.log_every=50", "--set", "training.threads=1")
    with open(os.path.join(run, "log.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    losses = [0.5 * (float(row["cycle_A"]) + float(row["cycle_B"])) for row in rows]
    print("cycle loss, means over 50 steps: " + " ".join("%.3f" % loss for loss in losses))
    print("seconds: " + rows[-1]["seconds"])
    mr_path = os.path.join(folder, "STS_044", "MR_T1_image.nii.gz")
    call("synthesize", os.path.join(run, "model.safetensors"), mr_path, synct_path)
    mr, synct = nibabel.load(mr_path), nibabel.load(synct_path)
    values = numpy.asarray(synct.dataobj)
    print("SynCT of STS_044: %s voxels, %.0f to %.0f HU" % (values.shape, values.min(), values.max()))
    on_grid = mr.shape == synct.shape and numpy.allclose(mr.affine, synct.affine, atol=1e-3)
    in_range = values.min() >= -1000 and values.max() <= 1000 and values.std() > 10
    learned = len(losses) == STEPS // 50 and losses[-1] < 0.7 * losses[0]
    print("on the MR's grid: %s, in HU: %s, learned: %s" % (on_grid, in_range, learned))
    sys.exit(0 if on_grid and in_range and learned else 1)
