#!/usr/bin/python3
"""check-segmentation.py CLI - NRRD segmentations of triptych-cli against numpy, nibabel and teem

SPDX-License-Identifier: Apache-2.0

Label maps written by nibabel become .seg.nrrd, whose header and voxels are read here by numpy alone (and, where teem-unu is
installed, by teem itself): name, colour, number of voxels and place of each segment are those of the label map. A
segmentation with overlaps written here by numpy becomes one file per structure, which nibabel reads. The overlapping files,
joined again, keep their voxels. Exit status 77 (skipped) without python3-nibabel.
"""

import gzip
import os
import re
import shutil
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
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
DTYPES = {"unsigned char": np.uint8, "unsigned short": np.uint16}
bad = []
count = 0


def check(ok, what):
    global count
    count += 1
    if not ok:
        bad.append(what)


def convert(*args):
    done = subprocess.run([cli, "convert", *args], capture_output=True, text=True)
    check(done.returncode == 0, f"convert {args}: {done.stderr}")


def vectors(text):
    return [np.array([float(x) for x in v.split(",")]) for v in re.findall(r"\(([^)]*)\)", text)]


def read(path):
    """Header fields, pairs, voxels as (layer, i, j, k), lps_from_ijk."""
    data = open(path, "rb").read()
    text, body = data.split(b"\n\n", 1)
    lines = [line for line in text.decode().split("\n") if not line.startswith("#")]
    assert lines[0].startswith("NRRD000")
    fields = dict(line.split(": ", 1) for line in lines[1:] if ":=" not in line)
    pairs = dict(line.split(":=", 1) for line in lines[1:] if ":=" in line)
    assert fields["space"] == "left-posterior-superior"
    sizes = [int(n) for n in fields["sizes"].split()]
    voxels = np.frombuffer(gzip.decompress(body) if fields["encoding"] == "gzip" else body, DTYPES[fields["type"]]).reshape(sizes, order="F")
    if len(sizes) == 3:
        voxels = voxels[None]
    affine = np.eye(4)
    affine[:3, :3] = np.array(vectors(fields["space directions"])).T
    affine[:3, 3] = vectors(fields["space origin"])[0]
    return fields, pairs, voxels, affine


def segments(pairs, voxels):
    """NAME -> (mask, colour)"""
    found = {}
    n = 0
    while f"Segment{n}_ID" in pairs:
        get = lambda what: pairs[f"Segment{n}_{what}"]
        mask = voxels[int(get("Layer"))] == int(get("LabelValue"))
        box = [int(x) for x in get("Extent").split()]  # 3D Slicer clips to it
        inside = np.zeros_like(mask)
        inside[box[0] : box[1] + 1, box[2] : box[3] + 1, box[4] : box[5] + 1] = True
        check(not (mask & ~inside).any(), f"{get('Name')} reaches out of its extent")
        found[get("Name")] = (mask, tuple(round(255 * float(c)) for c in get("Color").split()))
        n += 1
    return found


def check_teem(path, voxels):
    unu = shutil.which("teem-unu") or shutil.which("unu")
    if not unu:
        return
    raw = path + ".raw.nrrd"
    done = subprocess.run([unu, "save", "-i", path, "-f", "nrrd", "-e", "raw", "-o", raw], capture_output=True, text=True)
    check(done.returncode == 0, f"teem: {done.stderr}")
    fields, pairs, others, affine = read(raw)
    check(np.array_equal(others, voxels), "teem reads other voxels")
    check(pairs == read(path)[1], "teem reads other pairs")


def from_label_map(folder, affine, labels, dtype):
    path, out = os.path.join(folder, "in.nii.gz"), os.path.join(folder, "out.seg.nrrd")
    random = np.random.default_rng(3)
    values = random.choice([0] + labels, size=(23, 17, 9)).astype(dtype)
    nibabel.save(nibabel.Nifti1Image(values, affine), path)
    names = [f"Struktur {n} \u00e4" for n in labels]
    with open(os.path.join(folder, "in.labels.csv"), "w", encoding="utf-8") as table:
        table.write("value,name,red,green,blue\n")
        for n, name in zip(labels, names):
            table.write(f"{n},{name},{n % 256},17,{255 - n % 200}\n")
    convert(path, out)
    fields, pairs, voxels, found_affine = read(out)
    found = segments(pairs, voxels)
    check(list(found) == names, f"names {list(found)}")
    for n, name in zip(labels, names):
        check((found[name][0] == (values == n)).all(), f"voxels of {name}")
        check(found[name][1] == (n % 256, 17, 255 - n % 200), f"colour of {name}")
    check(np.abs(found_affine - LPS @ affine).max() < 1e-4, "affine")
    check_teem(out, voxels)
    back = os.path.join(folder, "back.nii.gz")
    convert(out, back)
    image = nibabel.load(back)
    check((np.asarray(image.dataobj) == values).all(), "label map after the way back")
    check(np.abs(image.affine - affine).max() < 1e-4, "affine after the way back")


def with_overlaps(folder):
    path = os.path.join(folder, "mine.seg.nrrd")
    random = np.random.default_rng(5)
    layers = random.integers(0, 4, size=(3, 20, 11, 6)).astype(np.uint8)
    head = (
        "NRRD0004\ntype: uint8\ndimension: 4\nspace: right-anterior-superior\nsizes: 3 20 11 6\nspace directions: none "
        "(0,2,0) (-1.5,0,0) (0,0,3)\nkinds: list domain domain domain\nencoding: gzip\nspace origin: (5,-6,7.5)\n"
    )
    masks = {}
    for n in range(9):
        layer, value = n % 3, n // 3 + 1
        head += f"Segment{n}_ID:=id{n}\nSegment{n}_Name:=S{n}\nSegment{n}_Layer:={layer}\nSegment{n}_LabelValue:={value}\n"
        masks[f"S{n}"] = layers[layer] == value
    with open(path, "wb") as file:
        file.write((head + "\n").encode() + gzip.compress(layers.tobytes(order="F")))
    affine = np.array([[0, -1.5, 0, 5], [2, 0, 0, -6], [0, 0, 3, 7.5], [0, 0, 0, 1.0]])
    out = os.path.join(folder, "each")
    convert(path, out, "--separate")
    for name, mask in masks.items():
        image = nibabel.load(os.path.join(out, name + ".nii.gz"))
        check((np.asarray(image.dataobj) == mask).all(), f"{name} alone")
        check(np.abs(image.affine - affine).max() < 1e-4, "affine of one alone")


for dtype, labels in ((np.uint8, [1, 2, 7]), (np.uint16, [1, 300, 40000])):
    for affine in (
        np.diag([-1, -1, 2.5, 1.0]),
        np.diag([1, -2, 3, 1.0]),
        np.array([[0, 1.5, 0, -7], [0, 0, -2, 9], [3, 0, 0, 1], [0, 0, 0, 1.0]]),
        np.array([[0.8 * 2, -0.6, 0, 5], [0.6 * 2, 0.8, 0, -7], [0, 0, 4, 9], [0, 0, 0, 1.0]]),
    ):
        with tempfile.TemporaryDirectory() as folder:
            from_label_map(folder, affine, labels, dtype)
with tempfile.TemporaryDirectory() as folder:
    with_overlaps(folder)
    path, out = os.path.join(folder, "mine.seg.nrrd"), os.path.join(folder, "again.seg.nrrd")
    convert(path, out)
    fields, pairs, voxels, affine = read(out)
    check(fields["kinds"] == "list domain domain domain" and fields["dimension"] == "4", "a list of layers")
    check_teem(out, voxels)
    layers = np.frombuffer(gzip.decompress(open(path, "rb").read().split(b"\n\n", 1)[1]), np.uint8).reshape((3, 20, 11, 6), order="F")
    for name, (mask, color) in segments(pairs, voxels).items():
        n = int(name[1:])
        check((mask == (layers[n % 3] == n // 3 + 1)).all(), f"{name} after writing again")

for line in bad:
    print(line)
print(f"{count} comparisons, {len(bad)} differ")
sys.exit(bool(bad))
