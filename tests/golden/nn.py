#!/usr/bin/python3
"""nn.py OUT.safetensors - networks and five CycleGAN steps as PyTorch computes them.

SPDX-License-Identifier: Apache-2.0

Tensors are called CASE/NAME; what the engine must reproduce is CASE/out/NAME. All in PyTorch's axis order.
Computed in double from numbers that are exact in single, which is what the file holds.
"""
import json
import struct
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype (torch.float64)
torch.manual_seed (20261120)
torch.set_num_threads (1)
saved = {}


def put (case, name, tensor):
    saved[f"{case}/{name}"] = tensor.detach ().clone ().contiguous ()


def write (path):
    header = {"__metadata__": {"program": "PyTorch", "version": torch.__version__, "command": "/usr/bin/python3 nn.py"}}
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


def randn (*shape):
    return single (torch.randn (*shape))


def rounded (net):
    for p in net.parameters ():
        p.data = single (p.data)
    return net


def leaf (*shape):
    return randn (*shape).requires_grad_ ()


def record (case, parameters, y, states=()):
    """Loss: MSE to a random target, or the output itself where it is a scalar."""
    for name, p in parameters.items ():
        put (case, name, p)
    if y.dim () == 0:
        loss = y
    else:
        target = randn (*y.shape)
        put (case, "target", target)
        put (case, "out/y", y)
        loss = F.mse_loss (y, target)
    loss.backward ()
    put (case, "out/loss", loss)
    for name, p in parameters.items ():
        put (case, f"out/grad.{name}", p.grad if p.grad is not None else torch.zeros_like (p))


def gradient_correlation (x, y, signed):
    def gradients (t):
        p = F.pad (t, (1, 1, 1, 1), mode="replicate")
        both = [p[:, :, 2:, 1:-1] - p[:, :, :-2, 1:-1], p[:, :, 1:-1, 2:] - p[:, :, 1:-1, :-2]]
        return both if signed else [g.abs () for g in both]

    def ncc (a, b):
        a = a - a.mean ((2, 3), keepdim=True)
        b = b - b.mean ((2, 3), keepdim=True)
        e = 1e-8
        return (((a * b).sum ((2, 3)) + e) / (((a * a).sum ((2, 3)) + e) * ((b * b).sum ((2, 3)) + e)).sqrt ()).mean ()

    return 1 - sum (ncc (a, b) for a, b in zip (gradients (x), gradients (y))) / 2


class ResnetBlock (nn.Module):
    def __init__ (self, n):
        super ().__init__ ()
        self.conv_block = nn.Sequential (
            nn.ReflectionPad2d (1), nn.Conv2d (n, n, 3), nn.InstanceNorm2d (n), nn.ReLU (),
            nn.ReflectionPad2d (1), nn.Conv2d (n, n, 3), nn.InstanceNorm2d (n))

    def forward (self, x):
        return x + self.conv_block (x)


class Resnet (nn.Module):
    def __init__ (self, n_in, n_out, n, blocks, downs, nearest):
        super ().__init__ ()
        layers = [nn.ReflectionPad2d (3), nn.Conv2d (n_in, n, 7), nn.InstanceNorm2d (n), nn.ReLU ()]
        for _ in range (downs):
            layers += [nn.Conv2d (n, 2 * n, 3, 2, 1), nn.InstanceNorm2d (2 * n), nn.ReLU ()]
            n *= 2
        layers += [ResnetBlock (n) for _ in range (blocks)]
        for _ in range (downs):
            layers += [nn.Upsample (scale_factor=2), nn.ReflectionPad2d (1), nn.Conv2d (n, n // 2, 3)] if nearest else \
                [nn.ConvTranspose2d (n, n // 2, 3, 2, 1, 1)]
            layers += [nn.InstanceNorm2d (n // 2), nn.ReLU ()]
            n //= 2
        layers += [nn.ReflectionPad2d (3), nn.Conv2d (n, n_out, 7), nn.Tanh ()]
        self.model = nn.Sequential (*layers)

    def forward (self, x):
        return self.model (x)


class Patch (nn.Module):
    def __init__ (self, n_in, n, strided):
        super ().__init__ ()
        layers, before = [nn.Conv2d (n_in, n, 4, 2, 1), nn.LeakyReLU (0.2)], n
        for i in range (1, strided + 1):
            after = n * min (2 ** i, 8)
            layers += [nn.Conv2d (before, after, 4, 2 if i < strided else 1, 1), nn.InstanceNorm2d (after), nn.LeakyReLU (0.2)]
            before = after
        self.model = nn.Sequential (*layers, nn.Conv2d (before, 1, 4, 1, 1))

    def forward (self, x):
        return self.model (x)


class Pixel (nn.Module):
    def __init__ (self, n_in, n):
        super ().__init__ ()
        self.net = nn.Sequential (nn.Conv2d (n_in, n, 1), nn.LeakyReLU (0.2), nn.Conv2d (n, 2 * n, 1), nn.InstanceNorm2d (2 * n),
                                  nn.LeakyReLU (0.2), nn.Conv2d (2 * n, 1, 1))

    def forward (self, x):
        return self.net (x)


class Skip (nn.Module):
    """One halving of pix2pix's U-Net with all that lies inside it; the outermost (level 0) ends in tanh."""

    def __init__ (self, n_in, n_out, filters, level, levels, norm):
        super ().__init__ ()
        bias = norm == "instance"
        make = nn.InstanceNorm2d if bias else nn.BatchNorm2d
        n = filters[level]
        down, up = nn.Conv2d (n_in, n, 4, 2, 1, bias=bias), (n if level == levels - 1 else 2 * n, n_out, 4, 2, 1)
        inside = [] if level == levels - 1 else [Skip (n, n, filters, level + 1, levels, norm)]
        if level == 0:
            layers = [down, *inside, nn.ReLU (), nn.ConvTranspose2d (*up), nn.Tanh ()]
        else:
            layers = [nn.LeakyReLU (0.2), down] + ([make (n)] if inside else []) + inside
            layers += [nn.ReLU (), nn.ConvTranspose2d (*up, bias=bias), make (n_out)]
        self.level, self.model = level, nn.Sequential (*layers)

    def forward (self, x):
        return self.model (x) if self.level == 0 else torch.cat ([x, self.model (x)], 1)


class UnetGenerator (nn.Module):
    def __init__ (self, n_in, n_out, n, levels, norm):
        super ().__init__ ()
        self.model = Skip (n_in, n_out, [n * min (2 ** i, 8) for i in range (levels)], 0, levels, norm)

    def forward (self, x):
        return self.model (x)


class Milesial (nn.Module):
    """U-Net with bilinear upsampling as in milesial/Pytorch-UNet and DavidSriker/Unet, under our names."""

    def __init__ (self, n_in, n_out, n, levels):
        super ().__init__ ()
        deepest = levels - 2
        f = [n << min (i, deepest) for i in range (levels)]
        self.down = nn.ModuleList ([Block (n_in if i == 0 else f[i - 1], f[i], False, "batch") for i in range (levels)])
        self.up = nn.ModuleList ([Block (f[i] + f[i], f[i], False, "batch", True, f[max (i - 1, 0)]) for i in range (levels - 1)])
        self.head = nn.Conv2d (n, n_out, 1)

    def forward (self, x):
        skips = []
        for i, block in enumerate (self.down):
            x = block (x if i == 0 else F.max_pool2d (x, 2))
            skips.append (x)
        for i in reversed (range (len (self.up))):
            x = F.interpolate (x, scale_factor=2, mode="bilinear", align_corners=True)
            x = self.up[i] (torch.cat ([skips[i], x], 1))
        return self.head (x)


class Critic (nn.Module):
    """Of masks (and images in -1..1), after DavidSriker/LGAN; kind as in critic.h."""

    def __init__ (self, kind, n_labels, side, n, layers, features, spectral):
        super ().__init__ ()
        self.kind, self.spectral = kind, spectral
        self.guard = torch.nn.utils.spectral_norm if spectral else lambda layer: layer
        f = [n << max (i - 1, 0) for i in range (layers)]
        n_in = n_labels + {"early": 1, "regression": n_labels}.get (kind, 0)
        first = 0
        if kind == "late":
            first, n_in = 2, 2 * f[1]
            self.image, self.mask = nn.Module (), nn.Module ()
            for l in range (2):
                self.layer (self.image, 2 * l + 1, 1 if l == 0 else f[0], f[l], 2)
                self.layer (self.image, 2 * l + 2, f[l], f[l], 1)
                self.layer (self.mask, l + 1, n_labels if l == 0 else f[0], f[l], 2)
                side = (side - 3) // 2 + 1
        self.first, self.layers = first, layers
        for l in range (first, layers):
            self.layer (self, l + 1, n_in if l == first else f[l - 1], f[l], 2)
            side = (side - 3) // 2 + 1
        self.fc1 = self.guard (nn.Linear (f[-1] * side * side, features))
        self.fc2 = self.guard (nn.Linear (features, 1))

    def layer (self, module, index, n_in, n_out, stride):
        setattr (module, f"conv{index}", self.guard (nn.Conv2d (n_in, n_out, 3, stride, int (stride == 1), bias=self.spectral)))
        if not self.spectral:
            setattr (module, f"norm{index}", nn.BatchNorm2d (n_out))

    def run (self, module, indices, x):
        for i in indices:
            x = getattr (module, f"conv{i}") (x)
            x = F.leaky_relu (x if self.spectral else getattr (module, f"norm{i}") (x), 0.2)
        return x

    def forward (self, image, mask, truth):
        x = mask
        if self.kind == "product":
            x = (image + 1) / 2 * mask
        elif self.kind == "early":
            x = torch.cat ([image, mask], 1)
        elif self.kind == "regression":
            x = torch.cat ([mask, truth], 1)
        elif self.kind == "late":
            x = torch.cat ([self.run (self.image, range (1, 5), image), self.run (self.mask, range (1, 3), mask)], 1)
        x = self.run (self, range (self.first + 1, self.layers + 1), x)
        return self.fc2 (F.leaky_relu (self.fc1 (x.flatten (1)), 0.2))


class Block (nn.Module):
    def __init__ (self, n_in, n, residual, norm, bias=True, n_out=None):
        super ().__init__ ()
        n_out = n_out or n
        make = nn.BatchNorm2d if norm == "batch" else nn.InstanceNorm2d
        self.conv1, self.norm1 = nn.Conv2d (n_in, n, 3, 1, 1, bias=bias), make (n)
        self.conv2, self.norm2 = nn.Conv2d (n, n_out, 3, 1, 1, bias=bias), make (n_out)
        self.residual = residual
        if residual and n_in != n_out:
            self.conv_shortcut, self.norm_shortcut = nn.Conv2d (n_in, n_out, 1), make (n_out)

    def forward (self, x):
        y = self.norm2 (self.conv2 (F.relu (self.norm1 (self.conv1 (x)))))
        if not self.residual:
            return F.relu (y)
        return F.relu (y + (self.norm_shortcut (self.conv_shortcut (x)) if hasattr (self, "conv_shortcut") else x))


class Up (Block):
    def __init__ (self, n, residual, norm, bias=True):
        super ().__init__ (2 * n, n, residual, norm, bias)
        self.transpose = nn.ConvTranspose2d (2 * n, n, 2, 2)

    def forward (self, skip, x):
        return super ().forward (torch.cat ([skip, self.transpose (x)], 1))


class Unet (nn.Module):
    def __init__ (self, n_in, n_out, n, levels, residual, norm, bias=True):
        super ().__init__ ()
        self.down = nn.ModuleList ([Block (n_in if i == 0 else n << (i - 1), n << i, residual, norm, bias) for i in range (levels)])
        self.up = nn.ModuleList ([Up (n << i, residual, norm, bias) for i in range (levels - 1)])
        self.head = nn.Conv2d (n, n_out, 1)

    def forward (self, x):
        skips = []
        for i, block in enumerate (self.down):
            x = block (x if i == 0 else F.max_pool2d (x, 2))
            skips.append (x)
        for i in reversed (range (len (self.up))):
            x = self.up[i] (skips[i], x)
        return self.head (x)


def named (net, prefix):
    return {f"{prefix}.{name}": p for name, p in net.named_parameters ()}


def networks (cases):
    for case, net, shape in cases:
        x = randn (*shape)
        rounded (net)
        put (case, "x", x)
        states = {f"net.{n}": b for n, b in net.named_buffers () if not n.endswith ("num_batches_tracked")}
        for name, b in states.items ():
            put (case, name, b)
        record (case, named (net, "net"), net (x))
        for name, b in states.items ():
            put (case, f"out/{name}", b)


def critics (cases):
    """Gradients reach the images too: the generator learns from them. A fully connected layer's weight is a filter."""
    for case, kind, side, layers, spectral in cases:
        net = rounded (Critic (kind, 2, side, 2, layers, 5, spectral))
        image, mask, truth = leaf (3, 1, side, side), leaf (3, 2, side, side), leaf (3, 2, side, side)
        views = {"image": image, "mask": mask, "truth": truth}
        used = {"basic": ["mask"], "regression": ["mask", "truth"]}.get (kind, ["image", "mask"])

        weights = {n.replace ("weight_orig", "weight"): p for n, p in net.named_parameters ()}

        def engine (name, t):
            """Its name there, and the shape: filters and the vectors on their right side have four axes."""
            ours = name.replace ("weight_orig", "weight").replace ("weight_u", "u").replace ("weight_v", "v")
            layer, kind = ours.rsplit (".", 1)
            if kind not in ("weight", "v") or layer.startswith ("norm") or ".norm" in layer:
                return "net." + ours, t
            shape = list (weights[layer + ".weight"].shape)
            if layer == "fc1":
                c = getattr (net, f"conv{net.layers}").out_channels
                shape[1:] = [c] + 2 * [round ((shape[1] // c) ** 0.5)]
            shape += (4 - len (shape)) * [1]
            return "net." + ours, t.reshape (shape if kind == "weight" else [1] + shape[1:])

        buffers = {n: b for n, b in net.named_buffers () if not n.endswith ("num_batches_tracked")}
        for n, b in buffers.items ():
            put (case, *engine (n, single (b)))
            b.data = single (b.data)
        y = net (image, mask, truth).reshape (-1, 1, 1, 1)
        target = randn (*y.shape)
        loss = F.mse_loss (y, target)
        loss.backward ()
        put (case, "target", target)
        put (case, "out/y", y)
        put (case, "out/loss", loss)
        for n, p in net.named_parameters ():
            put (case, *engine (n, p))
            name, gradient = engine (n, p.grad)
            put (case, f"out/grad.{name}", gradient)
        for n in used:
            put (case, n, views[n])
            put (case, f"out/grad.{n}", views[n].grad)
        for n, b in buffers.items ():
            name, value = engine (n, b)
            put (case, f"out/{name}", value)


def cyclegan ():
    """Order and losses of the reference implementation, with gradient consistency and averages added."""
    case, steps = "cyclegan", 5
    nets = {"G_A": Resnet (1, 1, 2, 1, 1, False), "G_B": Resnet (1, 1, 2, 1, 1, True), "D_A": Patch (1, 2, 2), "D_B": Patch (1, 2, 2)}
    for net in nets.values ():
        rounded (net)
    g = [p for n in ("G_A", "G_B") for p in nets[n].parameters ()]
    d = [p for n in ("D_A", "D_B") for p in nets[n].parameters ()]
    optimizer_g, optimizer_d = (torch.optim.Adam (p, lr=0, betas=(0.5, 0.999)) for p in (g, d))
    average = [p.detach ().clone () for p in g]
    pools = {"A": [None] * 2, "B": [None] * 2}
    choices = {"A": [0, 1, -2, -1, -3], "B": [0, -2, 1, -3, -2]}
    for name, net in nets.items ():
        for key, p in named (net, name).items ():
            put (case, key, p)

    def exchange (pool, image, choice):
        image = image.detach ()
        slot = -2 - choice if choice < -1 else choice
        result = pool[slot] if choice < -1 else image
        if choice != -1:
            pool[slot] = image
        return result

    def lsgan (votes, target):
        return F.mse_loss (votes, torch.full_like (votes, target))

    for step in range (steps):
        a, b = (single (torch.rand (1, 1, 20, 16) * 2 - 1) for _ in range (2))
        lr = (8 - step) / 4096
        for optimizer in (optimizer_g, optimizer_d):
            optimizer.param_groups[0]["lr"] = lr
        fake_b, fake_a = nets["G_A"] (a), nets["G_B"] (b)
        parts = [lsgan (nets["D_A"] (fake_b), 1.0), lsgan (nets["D_B"] (fake_a), 1.0),
                 F.l1_loss (nets["G_B"] (fake_b), a), F.l1_loss (nets["G_A"] (fake_a), b),
                 F.l1_loss (nets["G_A"] (b), b), F.l1_loss (nets["G_B"] (a), a),
                 gradient_correlation (fake_b, a, False), gradient_correlation (fake_a, b, True)]
        loss_g = parts[0] + parts[1] + 10 * (parts[2] + parts[3]) + 5 * (parts[4] + parts[5]) + 0.5 * (parts[6] + parts[7])
        optimizer_g.zero_grad ()
        loss_g.backward ()
        optimizer_g.step ()
        for old, p in zip (average, g):
            old.mul_ (0.9).add_ (p.detach (), alpha=0.1)
        pooled_b = exchange (pools["B"], fake_b, choices["B"][step])
        pooled_a = exchange (pools["A"], fake_a, choices["A"][step])
        loss_d = 0.5 * (lsgan (nets["D_A"] (b), 1.0) + lsgan (nets["D_A"] (pooled_b), 0.0)) + \
            0.5 * (lsgan (nets["D_B"] (a), 1.0) + lsgan (nets["D_B"] (pooled_a), 0.0))
        optimizer_d.zero_grad ()
        loss_d.backward ()
        optimizer_d.step ()
        for name, value in [("A", a), ("B", b), ("lr", torch.tensor (lr)), ("choice_a", torch.tensor (float (choices["A"][step]))),
                            ("choice_b", torch.tensor (float (choices["B"][step])))]:
            put (case, f"step{step}/{name}", value)
        put (case, f"step{step}/out/loss_g", loss_g)
        put (case, f"step{step}/out/loss_d", loss_d)
        put (case, f"step{step}/out/fake_b", fake_b)
    for name, net in nets.items ():
        for key, p in named (net, name).items ():
            put (case, f"out/{key}", p)
    keys = [k for n in ("G_A", "G_B") for k in named (nets[n], n)]
    for key, old in zip (keys, average):
        put (case, f"out/ema.{key}", old)


networks ([
    ("resnet", Resnet (3, 1, 2, 2, 2, False), (1, 3, 16, 12)), ("resnet-nearest", Resnet (1, 1, 3, 1, 1, True), (2, 1, 10, 12)),
    ("patch", Patch (1, 2, 3), (2, 1, 32, 32)), ("patch-2", Patch (2, 3, 2), (1, 2, 24, 20)),
    ("unet", Unet (1, 1, 3, 3, False, "batch"), (2, 1, 8, 12)), ("unet-instance", Unet (2, 2, 3, 3, False, "instance"), (1, 2, 16, 12)),
    ("res-unet", Unet (3, 1, 4, 3, True, "batch"), (2, 3, 12, 8)), ("res-unet-instance", Unet (1, 1, 3, 2, True, "instance"), (1, 1, 6, 8))])
cyclegan ()
# below, so that what is above keeps its numbers
networks ([
    ("pixel", Pixel (2, 3), (2, 2, 6, 5)), ("unet-8", UnetGenerator (2, 1, 3, 3, "instance"), (2, 2, 16, 8)),
    ("unet-32", UnetGenerator (1, 1, 1, 5, "batch"), (2, 1, 32, 32)),
    ("unet-no-bias", Unet (1, 1, 2, 2, False, "batch", False), (2, 1, 8, 6))])
networks ([("unet-bilinear", Milesial (2, 1, 2, 3), (2, 2, 8, 12))])
critics ([("critic-basic", "basic", 19, 3, False), ("critic-product", "product", 16, 3, False), ("critic-early-fusion", "early", 16, 2, False),
          ("critic-late-fusion", "late", 16, 3, False), ("critic-regression", "regression", 16, 3, False),
          ("critic-basic-spectral", "basic", 16, 3, True), ("critic-late-fusion-spectral", "late", 16, 3, True)])
write (sys.argv[1])
