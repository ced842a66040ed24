"""Cheapest ways through made-up pixels, by scikit-image and scipy.
# SPDX-License-Identifier: Apache-2.0

Run with /usr/bin/python3; prints the numbers that stand in tests/unit/test-livewire.c.
"""
import numpy as np
import scipy
import skimage
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from skimage.graph import MCP_Geometric, route_through_array

WIDTH, HEIGHT, DX, DY = 61, 47, 0.7, 1.3
TARGETS = [(60, 46), (0, 46), (60, 0), (30, 23), (59, 1)]
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]

# 1. Dijkstra alone: a step costs its length times the mean of both pixels
n = x + WIDTH * y
pixels = (1 + (n * n * 31 + n * 7) % 701).astype(np.float32) / np.float32(64)
search = MCP_Geometric(pixels.astype(float), sampling=(DY, DX))
totals, _ = search.find_costs([(5, 3)])
print('scikit-image', skimage.__version__)
print('from (3, 5):', [repr(float(totals[b, a])) for a, b in TARGETS])
_, total = route_through_array(pixels.astype(float), (5, 3), (46, 60), fully_connected=True, geometric=True)
print('square pixels, route_through_array:', repr(float(total)))

# 2. All features: smoothing, gradient, place of the edge, direction
SIGMA, LOW, HIGH = 1.1, 10.0, 240.0
WEIGHTS = dict(gradient=0.8, distance=0.3, direction=0.4, length=0.05)
image = 300 * np.exp(-((x - 28) ** 2 * DX ** 2 + (y - 20) ** 2 * DY ** 2) / 260.0) + 40 * np.sin(0.31 * x + 0.17 * y) - 5
image = np.round(image).astype(np.float32)
inside = ~((x > 50) & (y > 38))
image[~inside] = np.nan


def blur(values):
    for axis, spacing in ((1, DX), (0, DY)):
        values = gaussian_filter1d(values, SIGMA / spacing, axis=axis, mode='constant', truncate=4)
    return values


def differ(values, axis, spacing):
    """Central differences; one-sided beside the rim."""
    return np.gradient(values, spacing, axis=axis)


value = np.where(inside, np.clip(np.nan_to_num(image), LOW, HIGH), 0).astype(float)
with np.errstate(divide='ignore', invalid='ignore'):
    smooth = blur(value) / blur(inside.astype(float))
gx, gy = differ(smooth, 1, DX), differ(smooth, 0, DY)
magnitude = np.where(inside, np.hypot(gx, gy), 0)
top = magnitude.max()
bins = np.minimum((magnitude[magnitude > 0] / top * 4096).astype(int), 4095)
counts = np.bincount(bins, minlength=4096).cumsum()
edge = top * (np.argmax(counts >= 0.9 * counts[-1]) + 1) / 4096
strength = magnitude / edge
with np.errstate(divide='ignore', invalid='ignore'):
    nx, ny = np.where(magnitude > 0, gx / magnitude, 0), np.where(magnitude > 0, gy / magnitude, 0)
step = min(DX, DY)


def beside(sign):
    return map_coordinates(magnitude, [y + sign * ny * step / DY, x + sign * nx * step / DX], order=1, mode='nearest')


before, after = beside(-1), beside(1)
curvature = before - 2 * magnitude + after
with np.errstate(divide='ignore', invalid='ignore'):
    offset = np.where(curvature < 0, step * (before - after) / (2 * curvature), np.inf)
offset = np.where(np.abs(offset) <= step, offset, np.inf)
has = strength > 1e-4
cost = WEIGHTS['length'] + WEIGHTS['gradient'] * np.where(has, 1 / (1 + strength ** 2), 1)
cost += WEIGHTS['distance'] * np.where(has & np.isfinite(offset), np.abs(offset) / step, 1)
diagonal = np.hypot(DX, DY)
ways = [(1, 0, DX, 0), (0, 1, DY, 0), (DX / diagonal, DY / diagonal, diagonal, 1), (DX / diagonal, -DY / diagonal, diagonal, -1)]
steps = [(1, 0), (0, 1), (1, 1), (1, -1)]
rows, columns, lengths = [], [], []
costs = []
for (ux, uy, length, _), (sx, sy) in zip(ways, steps):
    price = cost + WEIGHTS['direction'] * np.where(has, np.abs(nx * ux + ny * uy), 1)
    costs.append(price)
    valid = (x + sx < WIDTH) & (y + sy < HEIGHT) & (y + sy >= 0)
    a, b = n[valid], n[valid] + sx + WIDTH * sy
    rows.append(a)
    columns.append(b)
    lengths.append(length * (price.ravel()[a] + price.ravel()[b]) / 2)
graph = coo_matrix((np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns))), shape=(n.size, n.size)).tocsr()
totals = dijkstra(graph, directed=False, indices=3 + 5 * WIDTH)
print('numpy', np.__version__, 'scipy', scipy.__version__)
print('from (3, 5):', [repr(float(totals[a + WIDTH * b])) for a, b in TARGETS])
sharp = [(int(m % WIDTH), int(m // WIDTH)) for m in np.flatnonzero((np.isfinite(offset) & has).ravel())[7::160]]
for a, b in sharp + [(0, 0), (51, 38), (60, 46)]:
    at = (offset[b, a] * nx[b, a] / DX, offset[b, a] * ny[b, a] / DY) if np.isfinite(offset[b, a]) and has[b, a] else (0, 0)
    print((a, b), 'costs', ['%.6f' % c[b, a] for c in costs], 'edge %.5f %.5f' % at)
