#!/usr/bin/python3
"""plateau.py - learning rates of PyTorch's ReduceLROnPlateau, for tests/unit/test-schedule.c

SPDX-License-Identifier: Apache-2.0
"""

import random

import torch

random.seed(5)
for mode, rate, factor, patience, threshold, floor in (("min", 5e-5, 0.5, 2, 0.01, 1e-7),
                                                       ("max", 1e-3, 0.1, 1, 1e-4, 0.0)):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=rate)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode, factor, patience, threshold=threshold,
                                                          min_lr=floor, eps=0)
    scores, rates, value = [], [], 0.9 if mode == "min" else 0.2
    for n in range(40):
        value *= 1 - 0.02 * random.random() if n < 8 else 1 + 0.01 * (random.random() - .5)
        scores.append(round(value if mode == "min" else 1 - value, 6))
        schedule.step(scores[-1])
        rates.append(optimizer.param_groups[0]["lr"])
    print(mode)
    print(", ".join("%.6f" % score for score in scores))
    print(", ".join("%.10g" % rate for rate in rates))
print(torch.__version__)
