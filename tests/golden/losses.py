#!/usr/bin/python3
"""losses.py OUT.safetensors - whole losses of the methods as PyTorch computes them, with their gradients.

SPDX-License-Identifier: Apache-2.0

Tensors are called CASE/NAME, all (n, c, h, w): CASE/x and what it is compared with; CASE/out/loss and CASE/out/dx.
Computed in double from numbers that are exact in single, which is what the file holds.
"""
import json
import struct
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype (torch.float64)
torch.manual_seed (20261121)
torch.set_num_threads (1)
saved = {}


def write (path):
    header = {"__metadata__": {"program": "PyTorch", "version": torch.__version__, "command": "/usr/bin/python3 losses.py"}}
    data = b""
    for name in sorted (saved):
        raw = saved[name].numpy ().astype ("<f4").tobytes ()
        header[name] = {"dtype": "F32", "shape": list (saved[name].shape), "data_offsets": [len (data), len (data) + len (raw)]}
        data += raw
    text = json.dumps (header, separators=(",", ":")).encode ()
    text += b" " * (-len (text) % 8)
    with open (path, "wb") as file:
        file.write (struct.pack ("<Q", len (text)) + text + data)


def single (tensor):
    return tensor.float ().double ()


def record (case, loss_of, x, **others):
    x = single (x).requires_grad_ ()
    loss = loss_of (x, **others)
    loss.backward ()
    for name, tensor in {"x": x, **others, "out/loss": loss.reshape (1, 1, 1, 1), "out/dx": x.grad}.items ():
        saved[f"{case}/{name}"] = tensor.detach ().clone ().contiguous ()


def images (n, c, side):
    return single (torch.tanh (F.interpolate (torch.randn (n, c, side // 4, side // 4), scale_factor=4, mode="bilinear")
                               + 0.3 * torch.randn (n, c, side, side)))


def ssim (x, y):
    """Wang et al.: 11 x 11 Gaussian windows within the image, values mapped from -1..1 to 0..1."""
    x, y = (x + 1) / 2, (y + 1) / 2
    line = torch.exp (-(torch.arange (11.0) - 5) ** 2 / (2 * 1.5 ** 2))
    line = line / line.sum ()
    n, c, h, w = x.shape

    def blur (t):
        t = F.conv2d (t.reshape (n * c, 1, h, w), line.reshape (1, 1, 11, 1))
        return F.conv2d (t, line.reshape (1, 1, 1, 11))

    mx, my = blur (x), blur (y)
    vx, vy, cov = blur (x * x) - mx * mx, blur (y * y) - my * my, blur (x * y) - mx * my
    c1, c2 = 0.01 ** 2, 0.03 ** 2
    return ((2 * mx * my + c1) * (2 * cov + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))).mean ()


# The cycle loss: 1 L1 + 0.5 MSE + 2 (1 - SSIM)
record ("cycle_mix", lambda x, y: F.l1_loss (x, y) + 0.5 * F.mse_loss (x, y) + 2 * (1 - ssim (x, y)), images (2, 3, 16), y=images (2, 3, 16))

# Geometric consistency: slope 20, threshold -0.4; the body is a disc, weights 0 well inside it
j, i = torch.meshgrid (torch.arange (16.0), torch.arange (16.0), indexing="ij")
away = torch.stack ([torch.hypot (i - 7 - s, j - 8) for s in range (3)]).expand (2, 3, 16, 16)
record ("geometry", lambda x, body, weights: (weights * F.binary_cross_entropy_with_logits (20 * (x + 0.4), body, reduction="none")).mean (),
        images (2, 3, 16), body=single ((away < 6).double ()), weights=single ((away >= 3).double ()))

# Labels and background compete: 0.7 cross entropy + 1.5 (1 - mean of the labels' Dice over the batch). A network's own outputs
# begin with the background's; x is what remains when that is subtracted
classes = torch.randint (0, 4, (2, 8, 8))
targets = single (torch.stack ([(classes == c).double () for c in range (4)], 1))


def softmax_loss (x, targets):
    outputs = torch.cat ([torch.zeros_like (x[:, :1]), x], 1) + 0.37
    p = torch.softmax (outputs, 1)[:, 1:]
    dice = (2 * (p * targets).sum ((0, 2, 3)) + 1) / (p.sum ((0, 2, 3)) + targets.sum ((0, 2, 3)) + 1)
    return 0.7 * F.cross_entropy (outputs, classes) + 1.5 * (1 - dice).mean ()


record ("softmax", softmax_loss, 2 * torch.randn (2, 3, 8, 8), targets=targets[:, 1:].contiguous ())


# Each label for itself: 1 BCE + 2 (1 - mean of the labels' Dice)
def sigmoid_loss (x, targets):
    p = torch.sigmoid (x)
    dice = (2 * (p * targets).sum ((0, 2, 3)) + 1) / (p.sum ((0, 2, 3)) + targets.sum ((0, 2, 3)) + 1)
    return F.binary_cross_entropy_with_logits (x, targets) + 2 * (1 - dice).mean ()


record ("sigmoid", sigmoid_loss, 2 * torch.randn (2, 3, 8, 8), targets=targets[:, 1:].contiguous ())
write (sys.argv[1])
