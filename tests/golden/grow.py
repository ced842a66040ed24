"""Growing from seeds on a small random image, with numpy and a heap; see core/structure/grow-from-seeds.h.
# SPDX-License-Identifier: Apache-2.0

    /usr/bin/python3 grow.py grow.safetensors

Python 3.11, numpy 1.24.2. Written from the description in the header: the queue is a heap, the image is
padded, smoothing is a matrix product. Arrays are (nz, ny, nx); spacing 0.8, 1.1, 2.5 mm.
"""
import heapq
import json
import struct
import sys

import numpy as np

SIGMA, EDGE, HINT, BINS, UNITS, MOST = 1.0, 40.0, 1.0, 64, 16, 8191
SPACING = (2.5, 1.1, 0.8)  # along axes 0, 1, 2
SHAPE = (7, 12, 15)


def smooth(image):
    for axis in range(3):
        x = np.arange(image.shape[axis]) * SPACING[axis]
        gap = np.abs(x[:, None] - x[None, :])
        weights = np.where(gap <= 3 * SIGMA + 1e-9, np.exp(-0.5 * (gap / SIGMA) ** 2), 0)
        weights /= weights.sum(1, keepdims=True)
        image = np.moveaxis(np.tensordot(weights, image.astype(np.float64), (1, axis)), 0, axis).astype(np.float32)
    return image.astype(np.float64)


def grow(image, object_seeds, background_seeds):
    v = smooth(image)
    owner = np.where(background_seeds > 0, 2, np.where(object_seeds > 0, 1, 0))
    seeds = np.sort(v[owner > 0])
    n = len(seeds)
    value_range = seeds[n - 1 - n // 20] - seeds[n // 20]
    first, last = seeds[n // 100], seeds[n - 1 - n // 100]
    bins = np.clip((v - first) / (last - first) * BINS, 0, BINS - 1).astype(int)
    b = np.arange(BINS)
    kernel = np.exp(-0.5 * ((b[:, None] - b[None, :]) / 2.0) ** 2)
    share = [None] + [kernel @ np.bincount(bins[owner == o], minlength=BINS) / (owner == o).sum() / kernel.sum(1) + 0.002
                      for o in (1, 2)]
    other = [None, share[2] / (share[1] + share[2]), share[1] / (share[1] + share[2])]
    done = np.zeros(v.shape, bool)
    heap = [(0, -int(owner[at]), at) for at in zip(*np.nonzero(owner))]  # at one cost the background first
    heapq.heapify(heap)
    result = np.zeros(v.shape, int)
    while heap:
        cost, minus_owner, at = heapq.heappop(heap)
        if done[at]:
            continue
        done[at], result[at] = True, -minus_owner
        for axis in range(3):
            for side in (-1, 1):
                to = list(at)
                to[axis] += side
                to = tuple(to)
                if not 0 <= to[axis] < v.shape[axis] or done[to] or owner[to]:
                    continue
                mm = SPACING[axis] * (1 + HINT * other[-minus_owner][bins[to]]) + EDGE * abs(v[at] - v[to]) / value_range
                heapq.heappush(heap, (cost + min(1 + int(UNITS * mm), MOST), minus_owner, to))
    return result == 1


def write(path, tensors):
    header, data = {"__metadata__": {"program": "numpy " + np.__version__}}, b""
    for name, array in tensors.items():
        begin, data = len(data), data + np.ascontiguousarray(array, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main():
    random = np.random.default_rng(5)
    z, y, x = np.meshgrid(*[np.arange(n) * s for n, s in zip(SHAPE, SPACING)], indexing="ij")
    inside = (x - 5) ** 2 + (y - 6) ** 2 + 0.3 * (z - 8) ** 2 < 16
    image = (100 * inside + 60 * random.standard_normal(SHAPE) + 8 * x).astype(np.float32)
    object_seeds, background_seeds = np.zeros(SHAPE), np.zeros(SHAPE)
    object_seeds[2:5, 4:7, 5:8] = 1
    background_seeds[:, 0, :] = background_seeds[:, :, 14] = background_seeds[0, 9:, :5] = 1
    object_seeds[3, 0, 3] = 1  # both: background
    result = grow(image, object_seeds, background_seeds)
    print(result.sum(), "of", result.size, "voxels; inside", inside.sum(), "both", (inside & result).sum())
    write(sys.argv[1], {"image": image, "object": object_seeds, "background": background_seeds, "result": result})


main()
