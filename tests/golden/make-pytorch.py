#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden values of operations, of a U-Net's training steps and of other updates from PyTorch.

    /usr/bin/python3 make-pytorch.py       # writes pytorch-*.safetensors beside itself

PyTorch 1.13 (Debian 12), numpy 1.24. Inputs are float32; everything is computed in double, so that the files
hold the correctly rounded answers and not one program's rounding. A tensor is called CASE:NAME; NAME is what
test-nn-pytorch.c calls the value: inputs, parameters and states by name, results "y", "loss", "grad.NAME" and
"after.NAME" (a persistent value after all steps); what differs between steps ends in its number. Axes are PyTorch's (n, c, h, w).
"""
import json
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))


def random(*shape, scale=1.0):
    """Double that a float32 holds exactly."""
    return (torch.randn(*shape) * scale).float().double()


def save(name, tensors):
    header, data = {"__metadata__": {"program": "PyTorch " + torch.__version__}}, b""
    for key in sorted(tensors):
        array = tensors[key].detach().numpy().astype("<f4")
        begin, data = len(data), data + array.tobytes()
        header[key] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
    print(name, 8 + len(text) + len(data))


OPS = {}


def case(name, func, x, constants=(), **parameters):
    """func(x, **parameters) -> y (then the loss is its mean squared distance from a target) or a scalar."""
    x = x.clone().requires_grad_()
    leaves = {k.replace("__", "."): v.clone().requires_grad_(k not in constants) for k, v in parameters.items()}
    y = func(x, *leaves.values())
    OPS[name + ":x"] = x
    for key, value in leaves.items():
        OPS[name + ":" + key] = value
    if y.dim():
        OPS[name + ":target"] = target = random(*y.shape)
        OPS[name + ":y"] = y
        y = F.mse_loss(y, target)
    y.backward()
    OPS[name + ":loss"] = y.reshape(1)
    OPS[name + ":grad.x"] = x.grad
    for key, value in leaves.items():
        if value.requires_grad:
            OPS[name + ":grad." + key] = value.grad


def conv(name, shape, k, size, stride, pad):
    case(name, lambda x, w, b: F.conv2d(x, w, b, stride, pad), random(*shape),
         f__weight=random(k, shape[1], size, size, scale=0.3), f__bias=random(k))


def conv_transpose(name, shape, k, size, stride, pad, output_padding):
    case(name, lambda x, w, b: F.conv_transpose2d(x, w, b, stride, pad, output_padding), random(*shape),
         f__weight=random(shape[1], k, size, size, scale=0.3), f__bias=random(k))


def norm(name, func, shape):
    case(name, func, 2 * random(*shape) + 0.5)


def batch_norm(name, training, shape):
    c = shape[1]
    mean, var = random(c), (random(c).abs() + 0.5).float().double()
    OPS[name + ":n.running_mean"], OPS[name + ":n.running_var"] = mean.clone(), var.clone()
    case(name, lambda x, w, b: F.relu(F.batch_norm(x, mean, var, w, b, training, 0.1, 1e-5)),
         2 * random(*shape) + 0.5, n__weight=random(c), n__bias=random(c))
    OPS[name + ":after.n.running_mean"], OPS[name + ":after.n.running_var"] = mean, var


def dice(p, g, s=1.0):
    return 1 - (2 * (p * g).sum() + s) / (p.sum() + g.sum() + s)


def gradient_correlation(x, y, absolute=True, eps=1e-8):
    """1 - GC: central differences with repeated edges, NCC over the image per sample and channel."""

    def gradients(image):
        padded = F.pad(image, (1, 1, 1, 1), mode="replicate")
        pair = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1], padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
        return [g.abs() if absolute else g for g in pair]

    total = 0
    for a, b in zip(gradients(x), gradients(y)):
        a = a - a.mean((2, 3), keepdim=True)
        b = b - b.mean((2, 3), keepdim=True)
        product, aa, bb = ((p * q).sum((2, 3)) for p, q in ((a, b), (a, a), (b, b)))
        total = total + ((product + eps) / ((aa * bb).sqrt() + eps)).mean()
    return 1 - total / 2


def ssim_loss(x, y, padding=0):
    """1 - mean SSIM of -1..1 mapped to 0..1: Wang et al. 2004, Gaussian 11 x 11, sigma 1.5, K 0.01 and 0.03, L 1."""
    line = torch.exp(-(torch.arange(11.0) - 5) ** 2 / (2 * 1.5**2))
    line = line / line.sum()
    window = torch.outer(line, line)[None, None]

    def blur(image):
        return F.conv2d(image.reshape(-1, 1, *image.shape[2:]), window, padding=padding)

    x, y = (x + 1) / 2, (y + 1) / 2
    mx, my = blur(x), blur(y)
    vx, vy = (blur(x * x) - mx * mx).clamp(min=0), (blur(y * y) - my * my).clamp(min=0)
    cov = blur(x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    return 1 - ((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()


def make_ops():
    conv("conv-k3s1p1", (2, 5, 7, 9), 6, 3, 1, 1)
    conv("conv-k7s1p0", (1, 1, 15, 13), 8, 7, 1, 0)
    conv("conv-k7s1p3", (1, 9, 8, 10), 1, 7, 1, 3)
    conv("conv-k3s2p1", (1, 8, 11, 12), 16, 3, 2, 1)
    conv("conv-k4s2p1", (2, 4, 10, 12), 8, 4, 2, 1)
    conv("conv-k4s1p1", (1, 12, 7, 7), 1, 4, 1, 1)
    conv("conv-k5s3p2", (1, 3, 13, 11), 4, 5, 3, 2)
    conv("conv-k1s1p0", (2, 8, 5, 3), 3, 1, 1, 0)
    conv_transpose("transpose-k3s2p1o1", (2, 8, 5, 7), 4, 3, 2, 1, 1)
    conv_transpose("transpose-k2s2p0o0", (1, 12, 4, 6), 6, 2, 2, 0, 0)
    case("pad-reflect-3", lambda x: F.pad(x, (3, 3, 3, 3), mode="reflect"), random(2, 3, 5, 4))
    case("pad-replicate-2", lambda x: F.pad(x, (2, 2, 2, 2), mode="replicate"), random(1, 2, 3, 4))
    norm("instance-norm", lambda x: F.instance_norm(x), (2, 5, 6, 7))
    norm("instance-norm-relu", lambda x: F.relu(F.instance_norm(x)), (1, 20, 5, 9))
    norm("instance-norm-leaky", lambda x: F.leaky_relu(F.instance_norm(x), 0.2), (2, 3, 8, 8))
    batch_norm("batch-norm-train", True, (3, 5, 6, 7))
    batch_norm("batch-norm-eval", False, (2, 6, 4, 3))
    case("max-pool", lambda x: F.max_pool2d(x, 2), random(2, 3, 8, 6))
    case("upsample", lambda x: F.interpolate(x, scale_factor=2, mode="nearest"), random(2, 3, 3, 5))
    case("relu", F.relu, random(1, 3, 5, 7))
    case("leaky", lambda x: F.leaky_relu(x, 0.2), random(1, 3, 5, 7))
    case("tanh", torch.tanh, random(1, 3, 5, 7))
    case("sigmoid", torch.sigmoid, random(1, 3, 5, 7))
    case("mse-one", lambda x: F.mse_loss(x, torch.ones_like(x)), random(2, 1, 6, 6))
    case("mse", F.mse_loss, random(1, 2, 7, 5), other=random(1, 2, 7, 5))
    case("l1", F.l1_loss, random(1, 2, 7, 5), other=random(1, 2, 7, 5))
    mask = (random(2, 1, 7, 5) > 0).double()
    case("bce-logits", F.binary_cross_entropy_with_logits, 3 * random(2, 1, 7, 5), ("mask",), mask=mask)
    case("dice-logits", lambda x, g: dice(torch.sigmoid(x), g), random(2, 1, 7, 5), ("mask",), mask=mask)
    case("correlation-absolute", gradient_correlation, random(2, 2, 9, 8), other=random(2, 2, 9, 8))
    case("correlation-signed", lambda x, y: gradient_correlation(x, y, False), random(1, 1, 8, 11),
         other=random(1, 1, 8, 11))
    with torch.random.fork_rng():  # what is drawn later stays as it was
        make_ssim()
    with torch.random.fork_rng():
        make_classes()
    save("pytorch-ops.safetensors", OPS)


def image(*shape):
    """Within -1..1, with a flat background on the left."""
    x = torch.tanh(random(*shape)).float().double()
    x[..., : shape[-1] - 9] = -1
    return x


def make_ssim():
    torch.manual_seed(21)
    case("ssim-valid", ssim_loss, image(2, 2, 13, 15), other=image(2, 2, 13, 15))
    case("ssim-same", lambda x, y: ssim_loss(x, y, 5), image(1, 1, 12, 14), other=image(1, 1, 12, 14))
    case("ssim-background", ssim_loss, image(1, 1, 14, 30), other=image(1, 1, 14, 30))


def make_classes():
    torch.manual_seed(22)
    case("multiply", torch.mul, random(2, 3, 5, 4), other=random(2, 3, 5, 4))
    case("softmax", lambda x: F.softmax(x, 1), 2 * random(2, 4, 5, 3))
    classes = F.one_hot(torch.randint(4, (2, 5, 3)), 4).permute(0, 3, 1, 2).double().contiguous()
    case("softmax-loss", lambda x, mask: F.cross_entropy(x, mask.argmax(1)), 3 * random(2, 4, 5, 3), ("mask",),
         mask=classes)
    case("dice-channels", lambda x, g: torch.stack([dice(p, t) for p, t in zip(F.softmax(x, 1).unbind(1), g.unbind(1))]).mean(),
         random(2, 4, 5, 3), ("mask",), mask=classes)
    for name, shape in (("bilinear", (2, 3, 3, 5)), ("bilinear-row", (1, 2, 1, 4)), ("bilinear-wide", (1, 12, 7, 6))):
        case(name, nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), random(*shape))
    weight = random(1, 2, 7, 5).abs()
    mask = (random(1, 2, 7, 5) > 0).double()
    case("mse-weighted", lambda x, y, w: (w * F.mse_loss(x, y, reduction="none")).mean(), random(1, 2, 7, 5),
         ("element_weight",), other=random(1, 2, 7, 5), element_weight=weight)
    case("l1-weighted", lambda x, y, w: (w * F.l1_loss(x, y, reduction="none")).mean(), random(1, 2, 7, 5),
         ("element_weight",), other=random(1, 2, 7, 5), element_weight=weight)
    case("bce-weighted", F.binary_cross_entropy_with_logits, 3 * random(1, 2, 7, 5), ("mask", "element_weight"),
         mask=mask, element_weight=weight)


class Unet(nn.Module):
    """Residual, batch norm, 2 x 2 transposed convolutions, concatenation."""

    class Block(nn.Module):
        def __init__(self, n_in, n, up):
            super().__init__()
            if up:
                self.transpose = nn.ConvTranspose2d(2 * n, n, 2, 2)
            self.conv1, self.norm1 = nn.Conv2d(n_in, n, 3, padding=1), nn.BatchNorm2d(n)
            self.conv2, self.norm2 = nn.Conv2d(n, n, 3, padding=1), nn.BatchNorm2d(n)
            if n_in != n:
                self.conv_shortcut, self.norm_shortcut = nn.Conv2d(n_in, n, 1), nn.BatchNorm2d(n)

        def forward(self, x):
            y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
            if hasattr(self, "conv_shortcut"):
                x = self.norm_shortcut(self.conv_shortcut(x))
            return F.relu(x + y)

    def __init__(self, n_in, n, levels):
        super().__init__()
        sizes = [n << i for i in range(levels)]
        self.down = nn.ModuleList(self.Block(a, b, False) for a, b in zip([n_in] + sizes, sizes))
        self.up = nn.ModuleList(self.Block(2 * b, b, True) for b in sizes[:-1])
        self.head = nn.Conv2d(n, 1, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        for level in reversed(range(len(self.up))):
            x = torch.cat((skips[level], self.up[level].transpose(x)), 1)
            x = self.up[level](x)
        return self.head(x)


def start(module, scale):
    """Random parameters that float32 holds."""
    for name, p in module.named_parameters():
        base = 1.0 if "norm" in name and name.endswith("weight") else 0.0
        p.data = (base + random(*p.shape, scale=scale)).float().double()


def state(module, prefix):
    return {prefix + k: v.clone() for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}


def make_unet(steps=5):
    name, net, losses = "unet", Unet(3, 4, 3), []
    start(net, 0.3)
    out = state(net, name + ":net.")
    adam = torch.optim.Adam(net.parameters(), 1e-3)
    for step in range(steps):
        x = random(2, 3, 16, 16)
        mask = (F.avg_pool2d(x[:, :1], 5, 1, 2) > 0).double()
        out[f"{name}:x.{step}"], out[f"{name}:mask.{step}"] = x, mask
        y = net(x)
        loss = F.binary_cross_entropy_with_logits(y, mask) + dice(torch.sigmoid(y), mask)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.detach())
    out[name + ":loss"] = torch.stack(losses)
    out.update(state(net, name + ":after.net."))
    return out


def make_rmsprop(name, steps=5, limit=None, **options):
    """Gradients that do not depend on the parameters; after each step these are clipped to +-limit."""
    out, parameters = {}, {"a": random(5, 4, 3, 3), "b": random(7)}
    for key, value in parameters.items():
        out[f"{name}:{key}"] = value.clone()
        value.requires_grad_()
    optimizer = torch.optim.RMSprop(parameters.values(), lr=0.0625, **options)
    for step in range(steps):
        for key, value in parameters.items():
            out[f"{name}:gradient.{key}.{step}"] = value.grad = random(*value.shape)
        optimizer.step()
        for value in parameters.values():
            if limit:
                value.data.clamp_(-limit, limit)
    for key, value in parameters.items():
        out[f"{name}:after.{key}"] = value
        out[f"{name}:after.opt.v.{key}"] = optimizer.state[value]["square_avg"]
        if options.get("momentum"):
            out[f"{name}:after.opt.b.{key}"] = optimizer.state[value]["momentum_buffer"]
    return out


def make_spectral(steps=3):
    """torch.nn.utils.spectral_norm: steps of training on new weights each, then the last ones in evaluation."""
    name, net, out = "spectral", nn.Conv2d(4, 5, 3, bias=False), {}
    torch.nn.utils.spectral_norm(net)
    net.weight_u.data, net.weight_v.data = random(5, scale=0.4), random(36, scale=0.2)
    out[name + ":f.u"], out[name + ":f.v"] = net.weight_u.clone(), net.weight_v.clone().reshape(1, 4, 3, 3)
    weight = random(5, 4, 3, 3)
    for step in range(steps):
        weight = (weight + random(5, 4, 3, 3, scale=0.2)).float().double()
        net.weight_orig.data = weight.clone()
        net.zero_grad()
        x, target = random(2, 4, 6, 7), random(2, 5, 4, 5)
        y = net(x)
        F.mse_loss(y, target).backward()
        for key, value in ("x", x), ("target", target), ("f.weight", weight), ("y", y), ("grad.f.weight", net.weight_orig.grad):
            out[f"{name}:{key}.{step}"] = value.clone()
    out[name + ":after.f.u"], out[name + ":after.f.v"] = net.weight_u, net.weight_v.reshape(1, 4, 3, 3)
    net.eval()
    out[f"{name}:y.{steps}"] = net(x)
    return out


def make_updates():
    torch.manual_seed(23)
    out = make_rmsprop("rmsprop")
    out.update(make_rmsprop("rmsprop-momentum", momentum=0.875, weight_decay=0.03125, alpha=0.9375, eps=1e-6))
    out.update(make_rmsprop("rmsprop-clip", limit=0.5))
    out.update(make_spectral())
    return out


make_ops()
save("pytorch-unet.safetensors", make_unet())
save("pytorch-updates.safetensors", make_updates())
