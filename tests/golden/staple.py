#!/usr/bin/python3
# staple.py - STAPLE by numpy, voxel by voxel, on the readings of tests/unit/test-staple.c: in a box and on disputed voxels
# SPDX-License-Identifier: Apache-2.0
import numpy as np

MIDDLES = [(12, 10, 8), (13, 10, 8), (12, 9, 7), (10, 11, 8), (12, 10, 9)]
RADII = [36, 36, 30, 49, 25]
SPACING = (1.0, 1.5, 2.0)


def reading(rater):
    """A ball of voxels, nothing wrong in it, on a grid of 24 x 20 x 16 (i, j, k)."""
    i, j, k = np.mgrid[0:24, 0:20, 0:16]
    a, b, c = MIDDLES[rater]
    return (i - a) ** 2 + (j - b) ** 2 + (k - c) ** 2 <= RADII[rater]


def staple(decisions, initial=0.99, prior=None, tolerance=1e-13, most=100000):
    d = np.array([m.ravel() for m in decisions], dtype=float)
    g = d.mean() if prior is None else prior
    p = np.full(len(d), initial)
    q = np.full(len(d), initial)
    for iteration in range(most):
        a = g * np.prod(np.where(d == 1, p[:, None], 1 - p[:, None]), axis=0)
        b = (1 - g) * np.prod(np.where(d == 1, 1 - q[:, None], q[:, None]), axis=0)
        w = a / (a + b)
        new_p, new_q = (d * w).sum(1) / w.sum(), ((1 - d) * (1 - w)).sum(1) / (1 - w).sum()
        moved = max(abs(new_p - p).max(), abs(new_q - q).max())
        p, q = new_p, new_q
        if moved <= tolerance:
            break
    return g, p, q, w


def show(name, result, extra=0):
    g, p, q, w = result
    print(f"{name}: prior {g:.12f}, {w.size} voxels, {int((w >= 0.5).sum()) + extra} of at least 0.5")
    for pair in zip(p, q):
        print("    { %.12f, %.12f }," % pair)


masks = [reading(rater) for rater in range(4)]
union = np.logical_or.reduce(masks)
for margin in (0, 4):
    box = []
    for axis, spacing in enumerate(SPACING):
        held = np.where(union.any(axis=tuple(a for a in range(3) if a != axis)))[0]
        layers = int(np.ceil(margin / spacing))
        box.append(slice(max(0, held[0] - layers), min(union.shape[axis], held[-1] + 1 + layers)))
    show(f"box and {margin} mm", staple([m[tuple(box)] for m in masks]))
everything = np.logical_and.reduce(masks)
disputed = union & ~everything
show("disputed", staple([m[disputed] for m in masks]), int(everything.sum()))
