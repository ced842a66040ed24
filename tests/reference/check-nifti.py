#!/usr/bin/python3
"""check-nifti.py CLI - triptych-cli against nibabel on files that either of them wrote

SPDX-License-Identifier: Apache-2.0

nibabel writes every voxel type in both byte orders, NIfTI-1 and 2, single files and pairs, all 48 axis orders and
oblique ones, scaled, with several frames; `info` and `convert` read them; nibabel reads what was converted.
Exit status 77 (skipped) without python3-nibabel.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile

try:
    import nibabel
    import numpy as np
except ImportError:
    print("python3-nibabel is not installed")
    sys.exit(77)

cli = sys.argv[1]
bad = []
count = 0
random = np.random.default_rng(7)
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
KINDS = {"1": nibabel.Nifti1Image, "2": nibabel.Nifti2Image, "1p": nibabel.Nifti1Pair, "2p": nibabel.Nifti2Pair}
HELD = {"int8": "int16", "uint32": "float32", "int64": "float32", "uint64": "float32", "float64": "float32"}


def run(*args):
    return subprocess.run([cli, *args], capture_output=True, text=True)


def affines():
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1, -1), repeat=3):
            affine = np.eye(4)
            affine[:3, :3] = 0
            for axis in range(3):
                affine[order[axis], axis] = signs[axis] * (0.75 + 0.5 * axis)
            affine[:3, 3] = 100 * random.random(3) - 50
            yield affine
    for _ in range(6):
        affine = np.eye(4)
        affine[:3, :3] = np.linalg.qr(random.normal(size=(3, 3)))[0] * (0.75, 1.25, 3)
        affine[:3, 3] = 100 * random.random(3) - 50
        yield affine


def expect(name, what, got, want, tolerance=0.0):
    global count
    count += 1
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape or not np.all(np.abs(got - want) <= tolerance):
        bad.append(f"{name}: {what} {got.tolist()} instead of {want.tolist()}"[:300])


def check(folder, name, image, frame=None):
    path = os.path.join(folder, name)
    nibabel.save(image, path)
    original = nibabel.load(path)
    values = np.asanyarray(original.dataobj)
    frames = ["--frame", str(frame)] if frame is not None else []
    if frame is not None:
        values = values[..., frame]
    r = run("info", path, "--json", *frames)
    if r.returncode:
        bad.append(f"{name}: {r.stderr.strip()}")
        return
    info = json.loads(r.stdout)
    stored = original.get_data_dtype().newbyteorder("=").name
    if info["type"] != stored:
        bad.append(f"{name}: type {info['type']} instead of {stored}")
    scale = np.abs(values.astype(float)).max()
    expect(name, "affine", info["lps_from_ijk"], LPS @ original.affine, 1e-4)  # single precision at 150 mm
    expect(name, "range", info["range"], [values.min(), values.max()], 1e-6 * scale)
    for tail in (".nii", ".nii.gz", ".hdr", ".img.gz"):
        out = os.path.join(folder, "out" + tail)
        r = run("convert", path, out, *frames)
        if r.returncode:
            bad.append(f"{name} to {tail}: {r.stderr.strip()}")
            continue
        copy = nibabel.load(out)
        held = HELD.get(stored, stored)
        if copy.get_data_dtype().newbyteorder("=").name != held:
            bad.append(f"{name} to {tail}: type {copy.get_data_dtype()} instead of {held}")
        expect(name + " to " + tail, "affine", copy.affine, original.affine, 1e-4)
        if copy.header["qform_code"] > 0:
            expect(name + " to " + tail, "qform", copy.header.get_qform(), original.affine, 1e-3)  # quaternions lose half the digits near 180 degrees
        exact = held == stored
        expect(name + " to " + tail, "voxels", np.asanyarray(copy.dataobj), values, 0 if exact else 1e-6 * scale)


with tempfile.TemporaryDirectory() as folder:
    shape = (5, 4, 3)
    for number, affine in enumerate(affines()):
        data = random.integers(-500, 500, shape).astype(np.int16)
        check(folder, f"axes{number}.nii{'.gz' if number % 2 else ''}", nibabel.Nifti1Image(data, affine))
    oblique = list(affines())[-1]
    for kind, order, dtype in itertools.product(KINDS, "<>", ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8")):
        dtype = np.dtype(dtype)
        low, high = (-1e3, 1e3) if dtype.kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        data = (low + random.random(shape) * (float(high) - float(low)) * 0.99).astype(dtype)
        header = KINDS[kind].header_class(endianness=order)
        header.set_data_dtype(dtype)
        tail = "hdr" if kind.endswith("p") else "nii.gz" if order == "<" else "nii"
        name = f"{kind}-{'big' if order == '>' else 'little'}-{dtype.name}.{tail}"
        check(folder, name, KINDS[kind](data, oblique, header))
    for kind, slope in (("1", 0.125), ("2", 3.0)):
        image = KINDS[kind](random.integers(0, 100, shape).astype(np.int16), oblique)
        image.header.set_slope_inter(slope, -1024)
        check(folder, f"scaled{kind}.nii.gz", image)
    for frame in range(3):
        image = nibabel.Nifti1Image(random.integers(0, 100, shape + (3,)).astype(np.uint8), oblique)
        check(folder, f"frames{frame}.nii{'.gz' if frame else ''}", image, frame)
    image = nibabel.Nifti1Image(random.integers(0, 100, shape).astype(np.uint8), None)
    image.header.set_zooms((2, 3, 4))
    check(folder, "no-orientation.nii", image)
    for codes in ((1, 0), (0, 2), (1, 3)):
        image = nibabel.Nifti1Image(random.integers(0, 100, shape).astype(np.uint8), oblique)
        image.set_qform(oblique if codes[0] else None, codes[0])
        image.set_sform(oblique if codes[1] else None, codes[1])
        check(folder, f"codes{codes[0]}{codes[1]}.nii", image)

print("\n".join(bad[:40]))
print(f"{len(bad)} of {count} values differ")
sys.exit(bool(bad))
