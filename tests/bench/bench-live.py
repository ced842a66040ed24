#!/usr/bin/env python3
# bench-live.py - the full computation of one pair with scipy, as it is mostly written
#
# SPDX-License-Identifier: Apache-2.0
#
# Voxel border only: erosion, two exact distance transforms of the joint box, both lists. Prints the time without
# reading the files, and the numbers, so that they can be held against ours.
import sys
import time

import nibabel
import numpy
from scipy import ndimage


def measure(a, b, spacing):
    where = numpy.nonzero(a | b)
    box = tuple(slice(max(w.min() - 1, 0), w.max() + 2) for w in where)
    a, b = a[box], b[box]
    cross = ndimage.generate_binary_structure(3, 1)
    edge_a, edge_b = a & ~ndimage.binary_erosion(a, cross), b & ~ndimage.binary_erosion(b, cross)
    ab = ndimage.distance_transform_edt(~edge_b, spacing)[edge_a]
    ba = ndimage.distance_transform_edt(~edge_a, spacing)[edge_b]
    return {
        'dice': 2 * (a & b).sum() / (a.sum() + b.sum()),
        'hd': max(ab.max(), ba.max()),
        'hd95': max(numpy.percentile(ab, 95), numpy.percentile(ba, 95)),
        'assd': numpy.concatenate([ab, ba]).mean(),
    }


images = [nibabel.load(path) for path in sys.argv[1:3]]
masks = [numpy.asarray(image.dataobj) > 0 for image in images]
times = []
for _ in range(3):
    start = time.perf_counter()
    numbers = measure(*masks, images[0].header.get_zooms()[:3])
    times.append(time.perf_counter() - start)
print('  computation alone %.0f ms; ' % (1000 * sorted(times)[1]) + ', '.join('%s %.6f' % n for n in numbers.items()))
