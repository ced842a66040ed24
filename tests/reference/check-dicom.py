#!/usr/bin/python3
"""check-dicom.py CLI FOLDER - `triptych-cli info` against pydicom on every DICOM file below FOLDER

SPDX-License-Identifier: Apache-2.0

Size, spacing, direction, position, type and modality are compared on all files with grey pixels, the range of values on
those that pydicom decodes by itself. Files without such pixels must be declined with one line and status 1.
Exit status 77 (skipped) where FOLDER or pydicom is absent.
"""

import json
import os
import subprocess
import sys
import warnings

try:
    import numpy as np
    import pydicom
except ImportError:
    print("python3-pydicom is not installed")
    sys.exit(77)

warnings.simplefilter("ignore")
bad = []


def is_image(d):
    return ("PixelData" in d and d.get("Rows") and d.get("SamplesPerPixel", 1) == 1 and d.get("BitsAllocated") in (8, 16)
            and str(d.get("PhotometricInterpretation", "")).startswith("MONOCHROME") and d.get("Modality") not in ("SEG", "RTSTRUCT"))


def declined(name, run):
    lines = run.stderr.strip().splitlines()
    if run.returncode != 1 or len(lines) != 1:
        bad.append(f"{name}: status {run.returncode} and {len(lines)} lines instead of 1 and 1")


def check_geometry(name, d, info):
    n = int(d.get("NumberOfFrames", 1) or 1)
    if info["size"][:2] != [d.Columns, d.Rows] or info["size"][2] * info["frames"] != n:
        bad.append(f"{name}: size {info['size']} x {info['frames']}, not {d.Columns} x {d.Rows} x {n}")
    spacing = d.get("PixelSpacing")
    if spacing and not np.allclose(info["spacing_mm"][:2], [spacing[1], spacing[0]], rtol=1e-5):
        bad.append(f"{name}: spacing {info['spacing_mm']}, not {spacing}")
    if n > 1 or "ImagePositionPatient" not in d:
        return
    a = np.array(info["lps_from_ijk"], float)
    if not np.allclose(a[:3, 3], [float(x) for x in d.ImagePositionPatient], atol=1e-3):
        bad.append(f"{name}: position {a[:3, 3]}, not {d.ImagePositionPatient}")
    o = np.array([float(x) for x in d.ImageOrientationPatient])
    if not np.allclose(np.concatenate([a[:3, 0], a[:3, 1]]), np.concatenate([o[:3] * float(spacing[1]), o[3:] * float(spacing[0])]), atol=1e-4):
        bad.append(f"{name}: direction {a[:3, :2].T.ravel()}, not {o}")


def check_values(name, d, info):
    kind = "int" if d.PixelRepresentation == 1 else "uint"
    if info["type"] != f"{kind}{d.BitsAllocated}":
        bad.append(f"{name}: type {info['type']}")
    modality = d.get("Modality") if d.get("Modality") in ("MR", "CT", "PT") else None
    if info["modality"] != modality:
        bad.append(f"{name}: modality {info['modality']}, not {modality}")
    if d.file_meta.TransferSyntaxUID.is_encapsulated and d.file_meta.TransferSyntaxUID != pydicom.uid.RLELossless:
        return
    if int(d.get("NumberOfFrames", 1) or 1) > 1:
        return
    values = d.pixel_array.astype(float) * float(d.get("RescaleSlope", 1)) + float(d.get("RescaleIntercept", 0))
    if not np.allclose(info["range"], [values.min(), values.max()], rtol=1e-6, atol=1e-6):
        bad.append(f"{name}: range {info['range']}, not {values.min()}, {values.max()}")


def main():
    cli, folder = sys.argv[1:3]
    if not os.path.isdir(folder):
        print("the shared reference data are not here")
        sys.exit(77)
    n_images = n_declined = 0
    for top, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(top, name)
            short = os.path.relpath(path, folder)
            run = subprocess.run([cli, "info", path, "--json"], capture_output=True, text=True, check=False)
            try:
                d = pydicom.dcmread(path)
                image = is_image(d)
            except Exception:  # not a DICOM file for pydicom either
                d, image = None, False
            if run.returncode != 0:
                declined(short, run)
                n_declined += 1
                if image and not short.endswith(("too_short.dcm", "truncated.dcm")):
                    bad.append(f"{short}: pydicom reads it; declined with {run.stderr.strip()}")
            elif image:
                info = json.loads(run.stdout)
                check_geometry(short, d, info)
                check_values(short, d, info)
                n_images += 1
    print("\n".join(bad[:40]))
    print(f"{n_images} images compared, {n_declined} declined, {len(bad)} differences")
    sys.exit(bool(bad) or n_images == 0)


main()
