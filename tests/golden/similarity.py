#!/usr/bin/python3
# similarity.py - golden numbers of image similarity
#
# SPDX-License-Identifier: Apache-2.0
"""Prints the numbers that stand in tests/unit/test-similarity.c.

The arrays are small and made from integers, so that C makes the same ones; index order (i, j, k).
"""
import numpy as np
import scipy.ndimage as ndi
from skimage.metrics import normalized_mutual_information, peak_signal_noise_ratio, structural_similarity

NX, NY, NZ = 19, 17, 12
i, j, k = np.meshgrid(np.arange(NX), np.arange(NY), np.arange(NZ), indexing='ij')
x = ((i * i + 7 * j + 3 * k * i) % 101 * 20 - 1000).astype(float)
y = x + (i * 5 + j * j + 11 * k) % 37 * 10 - 150
mask = (i + 2 * j + k) % 5 < 2
RANGE = 4095.0


def region(name, a, b):
    d = b - a
    h, _, _ = np.histogram2d(a.ravel(), b.ravel(), bins=64)
    p = h / h.sum()
    entropy = lambda q: -(q[q > 0] * np.log(q[q > 0])).sum()
    hx, hy, hxy = entropy(p.sum(1)), entropy(p.sum(0)), entropy(p)
    print(f'{name}: {{ {a.size}, {np.abs(d).mean()!r}, {d.mean()!r}, {np.sqrt((d * d).mean())!r},')
    print(f'  {peak_signal_noise_ratio(a, b, data_range=RANGE)!r}, {np.corrcoef(a.ravel(), b.ravel())[0, 1]!r},')
    print(f'  {hx + hy - hxy!r}, {hx!r}, {hy!r}, {hxy!r}, {(hx + hy) / hxy!r} }}')
    assert abs((hx + hy) / hxy - normalized_mutual_information(a.ravel(), b.ravel(), bins=64)) < 1e-9


def ssim(a, b):
    return structural_similarity(a, b, data_range=RANGE, gaussian_weights=True, sigma=1.5,
                                 use_sample_covariance=False, full=True)


def gradient(a, b, kernels):
    inner = (slice(1, -1), slice(1, -1))
    return np.mean([np.corrcoef(f(a)[inner].ravel(), f(b)[inner].ravel())[0, 1] for f in kernels])


sobel = [lambda a: ndi.sobel(a, axis=0), lambda a: ndi.sobel(a, axis=1)]
central = [lambda a: np.gradient(a, axis=0), lambda a: np.gradient(a, axis=1)]
region('whole', x, y)
region('mask', x[mask], y[mask])
maps = [ssim(x[:, :, n], y[:, :, n]) for n in range(NZ)]
print('ssim2d', repr(np.mean([m[0] for m in maps])), 'slice 0', repr(maps[0][0]), 'slice 11', repr(maps[11][0]))
inner = np.zeros(mask.shape, bool)
inner[5:-5, 5:-5, :] = True
full = np.stack([m[1] for m in maps], axis=2)
print('ssim2d_mask', repr(full[mask & inner].mean()))
print('ssim3d', repr(ssim(x, y)[0]))
print('gc_sobel', repr(np.mean([gradient(x[:, :, n], y[:, :, n], sobel) for n in range(NZ)])))
print('gc_central', repr(np.mean([gradient(x[:, :, n], y[:, :, n], central) for n in range(NZ)])))
print('ncc slice 3', repr(np.corrcoef(x[:, :, 3].ravel(), y[:, :, 3].ravel())[0, 1]))


def body(a):
    labels, _ = ndi.label(a > -300)
    part = labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1
    return np.stack([ndi.binary_fill_holes(part[:, :, n]) for n in range(NZ)], axis=2)


a, b = body(x), body(y)
print('outline', a.sum(), b.sum(), repr(2 * (a & b).sum() / (a.sum() + b.sum())))
