#!/usr/bin/python3
"""make-nifti-corpus.py FOLDER - the first files of the corpus for fuzz-nifti, written by nibabel 5.0

SPDX-License-Identifier: Apache-2.0
"""

import gzip
import os
import sys

import nibabel
import numpy as np

folder = sys.argv[1]
affine = np.array([[-2, 0.1, 0, 5], [0, 3, 0, -7], [0, 0, 4, 9], [0, 0, 0, 1]])


def write(name, shape, dtype, kind=nibabel.Nifti1Image, order="<", pack=False, slope=None, comment=None):
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    header = kind.header_class(endianness=order)
    header.set_data_dtype(dtype)
    image = kind(values, affine, header)
    if slope:
        image.header.set_slope_inter(*slope)
    if comment:
        image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", comment))
    data = image.to_bytes()
    with open(os.path.join(folder, name), "wb") as f:
        f.write(gzip.compress(data, mtime=0) if pack else data)


write("int16", (3, 2, 2), "i2")
write("big-endian", (3, 2, 2), "f4", order=">")
write("uint8-gz", (5, 4, 3), "u1", pack=True)
write("float64-scaled", (2, 2, 2), "f8", slope=(2, -3))
write("nifti2", (2, 3, 2), "u4", kind=nibabel.Nifti2Image)
write("frames-gz", (2, 2, 2, 3), "i2", pack=True)
write("comment", (2, 2, 2), "i1", comment=b'{"modality":"SYNCT"}')
with open(os.path.join(folder, "int16"), "rb") as f:
    good = f.read()
open(os.path.join(folder, "cut-header"), "wb").write(good[:200])
open(os.path.join(folder, "cut-voxels"), "wb").write(good[:-3])
open(os.path.join(folder, "none"), "wb").write(b"")
