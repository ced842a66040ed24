#!/usr/bin/python3
# operations.py - numbers of tests/unit/test-margin.c and test-smooth.c
# SPDX-License-Identifier: Apache-2.0
"""A body with holes on a grid of 40 x 36 x 24 voxels of 1.2 x 0.9 x 3 mm; prints, for each
operation, how many voxels are set and the sum of 3 i + 5 j + 7 k over them. Arrays are [i, j, k],
which grow towards L, P and S."""
import numpy
import scipy
from scipy import ndimage

SPACING = (1.2, 0.9, 3.0)
I, J, K = numpy.mgrid[:40, :36, :24]
BODY = ((I - 17) ** 2 * 1600 + (J - 16) ** 2 * 2025 + (K - 10) ** 2 * 5184 <= 129600) & ((I + 2 * J + 3 * K) % 11 != 0)


def show(name, mask):
    print('%-40s { %d, %d }' % (name, mask.sum(), (3 * I + 5 * J + 7 * K)[mask].sum()))


def octants(mm):
    """Structuring element of ellipsoid octants; mm: ((R, L), (A, P), (I, S))."""
    reach = [int(max(side) / step) + 1 for side, step in zip(mm, SPACING)]
    grid = numpy.meshgrid(*[numpy.arange(-n, n + 1) for n in reach], indexing='ij')
    total = 0
    for (lower, higher), step, steps in zip(mm, SPACING, grid):
        x = steps * step
        radius = numpy.where(x < 0, lower, higher)
        with numpy.errstate(divide='ignore', invalid='ignore'):
            total = total + numpy.where(x == 0, 0, (x / radius) ** 2)
    return total <= 1 + 1e-6


def level(blurred, n_before):
    """The level of 0.25 to 0.75 whose count is nearest to the volume of before."""
    values = numpy.unique(blurred)
    values = numpy.append(0.25, values[(values > 0.25) & (values <= 0.75)])
    counts = numpy.array([(blurred >= v).sum() for v in values])
    return values[numpy.argmin(numpy.abs(counts - n_before))]


def smooth(mask, sigma):
    blurred = ndimage.gaussian_filter(mask.astype(float), [sigma / s for s in SPACING[:mask.ndim]], mode='nearest', truncate=4)
    return blurred >= level(numpy.round(blurred, 9), mask.sum()) - 1e-9 if mask.any() else mask


def main():
    print('numpy', numpy.__version__, 'scipy', scipy.__version__)
    show('body', BODY)
    show('grown by 5 mm', ndimage.distance_transform_edt(~BODY, SPACING) <= 5 + 1e-9)
    show('shrunk by 1.5 mm', ndimage.distance_transform_edt(BODY, SPACING) > 1.5)
    flat = numpy.stack([ndimage.distance_transform_edt(~BODY[..., k], SPACING[:2]) <= 4 + 1e-9 if BODY[..., k].any() else BODY[..., k] for k in range(24)], -1)
    show('grown by 4 mm in slices', flat)
    mm = ((2, 7), (0, 4), (9, 3.5))
    show('grown to R 2, L 7, P 4, I 9, S 3.5 mm', ndimage.binary_dilation(BODY, octants(mm)))
    # what is outside grows the other way; nothing comes from beyond the image
    turned = tuple(side[::-1] for side in ((1.3, 3), (0, 2), (3.5, 0)))
    show('shrunk by R 1.3, L 3, P 2, I 3.5 mm', BODY & ~ndimage.binary_dilation(~BODY, octants(turned)))
    show('smoothed by 2 mm', smooth(BODY, 2))
    show('smoothed by 2 mm in slices', numpy.stack([smooth(BODY[..., k], 2) for k in range(24)], -1))
    cut = BODY & (K > 6)
    cut = cut[..., 7:]
    full = numpy.zeros_like(BODY)
    full[..., :17] = smooth(cut, 2)
    show('at the end of the image, smoothed by 2 mm', full)


if __name__ == '__main__':
    main()
