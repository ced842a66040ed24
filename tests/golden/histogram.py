"""Percentiles and Otsu thresholds of a made-up image, by numpy and scikit-image.
# SPDX-License-Identifier: Apache-2.0

Run with /usr/bin/python3; prints the numbers that stand in tests/unit/test-histogram.c.
"""
import numpy as np
import skimage
from skimage.filters import threshold_otsu

i = np.arange(6000, dtype=np.int64)
x = (i * i * 31 + i * 7) % 701
x = np.where(i % 5 < 2, x // 3, x + 900) - 500
PERCENTS = [0, 0.5, 25.3, 50, 99.5, 100]


def show(name, values, otsu):
    values = values.astype(np.float64)
    foreground = values[values > otsu]
    print(name, 'otsu', repr(float(otsu)), 'foreground', len(foreground))
    print('  all', [repr(float(q)) for q in np.percentile(values, PERCENTS)])
    print('  foreground', [repr(float(q)) for q in np.percentile(foreground, [0.5, 99.5])])


print('numpy', np.__version__, 'scikit-image', skimage.__version__)
show('int16', x, threshold_otsu(x.astype(np.int16)))
show('int16, lower class split again', x, threshold_otsu(x[x <= threshold_otsu(x.astype(np.int16))].astype(np.int16)))
f = (x * np.float32(0.25)).astype(np.float32)
show('float32', f, threshold_otsu(f))
n = (x + 500) * -2 + 7
show('uint16, slope -2, intercept 7', n, threshold_otsu(n.astype(np.int32)))
counts, edges = np.histogram(x.astype(float), bins=10)
print('10 bins', counts.tolist(), 'first centre', (edges[0] + edges[1]) / 2, 'step', edges[1] - edges[0])
