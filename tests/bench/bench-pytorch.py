#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rows of bench-nn in PyTorch, one after the other with ours, so that both see the same machine.

    /usr/bin/python3 bench-pytorch.py PATH-OF-bench-nn [ROW]      # OMP_NUM_THREADS sets the threads of both

Prints the least time of each and their ratio (PyTorch / ours). PyTorch runs eagerly, in its own layout and in
channels_last, and the faster one counts.
"""
import itertools
import os
import re
import subprocess
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

SECONDS = 3
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.part = nn.Sequential(*conv(n, n), nn.ReLU(), *conv(n, n))

    def forward(self, x):
        return x + self.part(x)


def conv(n_in, n_out):
    return nn.ReflectionPad2d(1), nn.Conv2d(n_in, n_out, 3), nn.InstanceNorm2d(n_out)


def resnet(n, blocks, downs, nearest):
    parts = [nn.ReflectionPad2d(3), nn.Conv2d(1, n, 7), nn.InstanceNorm2d(n), nn.ReLU()]
    for _ in range(downs):
        parts += [nn.Conv2d(n, 2 * n, 3, 2, 1), nn.InstanceNorm2d(2 * n), nn.ReLU()]
        n *= 2
    parts += [Block(n) for _ in range(blocks)]
    for _ in range(downs):
        if nearest:
            parts += [nn.Upsample(scale_factor=2), *conv(n, n // 2), nn.ReLU()]
        else:
            parts += [nn.ConvTranspose2d(n, n // 2, 3, 2, 1, 1), nn.InstanceNorm2d(n // 2), nn.ReLU()]
        n //= 2
    return nn.Sequential(*parts, nn.ReflectionPad2d(3), nn.Conv2d(n, 1, 7), nn.Tanh())


def patch(n, layers):
    parts = [nn.Conv2d(1, n, 4, 2, 1), nn.LeakyReLU(0.2)]
    for i in range(1, layers + 1):
        parts += [nn.Conv2d(n, 2 * n, 4, 2 if i < layers else 1, 1), nn.InstanceNorm2d(2 * n), nn.LeakyReLU(0.2)]
        n *= 2
    return nn.Sequential(*parts, nn.Conv2d(n, 1, 4, 1, 1))


def correlation(x, y, eps=1e-8):
    total = 0
    for axis in (2, 3):
        pads = (0, 0, 1, 1) if axis == 2 else (1, 1, 0, 0)
        a, b = ((lambda p: (p.narrow(axis, 2, i.shape[axis]) - p.narrow(axis, 0, i.shape[axis])).abs())(
            F.pad(i, pads, mode="replicate")) for i in (x, y))
        a, b = a - a.mean((2, 3), keepdim=True), b - b.mean((2, 3), keepdim=True)
        total = total + ((a * b).sum((2, 3)) + eps) / (((a * a).sum((2, 3)) * (b * b).sum((2, 3))).sqrt() + eps)
    return 1 - total.mean() / 2


def adam(*nets):
    return torch.optim.Adam(itertools.chain(*(n.parameters() for n in nets)), 1e-4, (0.5, 0.999))


def forward(n, size):
    net, x = resnet(n, 9, 2, False), torch.rand(1, 1, size, size)

    def step():
        with torch.no_grad():
            net(x)

    return [net], step


def training(n, size):
    net, x, y = resnet(n, 9, 2, False), torch.rand(1, 1, size, size), torch.rand(1, 1, size, size)
    optimiser = adam(net)

    def step():
        optimiser.zero_grad()
        F.l1_loss(net(x), y).backward()
        optimiser.step()

    return [net], step


def cyclegan(size, batch, generator, critic):
    g_a, g_b, d_a, d_b = resnet(*generator), resnet(*generator), patch(*critic), patch(*critic)
    a, b = torch.rand(batch, 1, size, size), torch.rand(batch, 1, size, size)
    g, d = adam(g_a, g_b), adam(d_a, d_b)
    one, zero = (lambda x: ((x - 1) ** 2).mean()), (lambda x: (x * x).mean())

    def freeze(on):
        for p in itertools.chain(d_a.parameters(), d_b.parameters()):
            p.requires_grad_(not on)

    def step():
        freeze(True)
        fake_b, fake_a = g_a(a), g_b(b)
        loss = one(d_b(fake_b)) + one(d_a(fake_a)) + F.l1_loss(g_b(fake_b), a) + F.l1_loss(g_a(fake_a), b)
        loss = loss + correlation(fake_b, a) + correlation(fake_a, b)
        g.zero_grad()
        loss.backward()
        g.step()
        freeze(False)
        loss = one(d_b(b)) + zero(d_b(fake_b.detach())) + one(d_a(a)) + zero(d_a(fake_a.detach()))
        d.zero_grad()
        loss.backward()
        d.step()

    return [g_a, g_b, d_a, d_b], step


ROWS = {
    "resnet-9 forward": lambda: forward(64, 256),
    "resnet-9 training": lambda: training(64, 256),
    "cyclegan small": lambda: cyclegan(64, 1, (16, 4, 1, True), (24, 3)),
    "cyclegan small batch 4": lambda: cyclegan(64, 4, (16, 4, 1, True), (24, 3)),
}


def least(step):
    step()
    best, end = 1e9, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        step()
        best = min(best, time.perf_counter() - start)
    return 1e3 * best


for name, make in ROWS.items():
    if len(sys.argv) > 2 and sys.argv[2] != name:
        continue
    text = subprocess.run([sys.argv[1], str(SECONDS), name], check=True, capture_output=True, text=True).stdout
    ours = float(re.search(re.escape(name) + r"\s+([\d.]+) ms least", text).group(1))
    nets, step = make()
    theirs = least(step)
    for net in nets:
        net.to(memory_format=torch.channels_last)
    theirs = min(theirs, least(step))
    print(f"{name:24s} ours {ours:8.1f} ms   PyTorch {torch.__version__} {theirs:8.1f} ms   ratio {theirs / ours:.2f}", flush=True)
