#!/usr/bin/python3
# bspline.py - prints the expected values of cubic resampling in tests/unit/test-resample.c
# SPDX-License-Identifier: Apache-2.0
import numpy as np
from scipy import ndimage

k, j, i = np.meshgrid(np.arange(4), np.arange(5), np.arange(6), indexing="ij")
volume = ((7 * i + 3 * j * j + 5 * k + i * j * k) % 23).astype(np.float64)
points = [(0, 0, 0), (2.5, 1.25, 0.5), (0.1, 3.9, 2.75), (4.9, 0.3, 1.5), (5, 4, 3), (3.3, 2.2, 1.1)]
values = ndimage.map_coordinates(volume, np.array(points)[:, ::-1].T, order=3, mode="mirror")
for point, value in zip(points, values):
    print("{ { %g, %g, %g }, %.9f }," % (*point, value))
print(", ".join("%.9f" % v for v in ndimage.spline_filter(volume, order=3, mode="mirror")[1, 2]))
