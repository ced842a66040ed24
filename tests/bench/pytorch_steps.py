# SPDX-License-Identifier: Apache-2.0
"""The networks of core/method/networks and their training steps in PyTorch, as people write them.

make(network, mode, size, batch, device) gives (modules, step): step() does one step. Bias before instance norm, LSGAN
weights, optimisers and losses are those of the reference implementations; see core/method/benchmark.h for what a step is.
"""
import itertools

import torch
import torch.nn.functional as F
from torch import nn

SLICES = 30


def conv(n_in, n_out):
    return nn.ReflectionPad2d(1), nn.Conv2d(n_in, n_out, 3), nn.InstanceNorm2d(n_out)


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.part = nn.Sequential(*conv(n, n), nn.ReLU(), *conv(n, n))

    def forward(self, x):
        return x + self.part(x)


def resnet(blocks, n=64):
    parts = [nn.ReflectionPad2d(3), nn.Conv2d(1, n, 7), nn.InstanceNorm2d(n), nn.ReLU()]
    for _ in range(2):
        parts += [nn.Conv2d(n, 2 * n, 3, 2, 1), nn.InstanceNorm2d(2 * n), nn.ReLU()]
        n *= 2
    parts += [Block(n) for _ in range(blocks)]
    for _ in range(2):
        parts += [nn.ConvTranspose2d(n, n // 2, 3, 2, 1, 1), nn.InstanceNorm2d(n // 2), nn.ReLU()]
        n //= 2
    return nn.Sequential(*parts, nn.ReflectionPad2d(3), nn.Conv2d(n, 1, 7), nn.Tanh())


def patch(n=64, layers=3):
    parts = [nn.Conv2d(1, n, 4, 2, 1), nn.LeakyReLU(0.2)]
    for i in range(1, layers + 1):
        parts += [nn.Conv2d(n, 2 * n, 4, 2 if i < layers else 1, 1), nn.InstanceNorm2d(2 * n), nn.LeakyReLU(0.2)]
        n *= 2
    return nn.Sequential(*parts, nn.Conv2d(n, 1, 4, 1, 1))


class Double(nn.Module):
    """Twice 3 x 3, norm, ReLU; residual: the sum before the last ReLU, through 1 x 1 where channels change."""

    def __init__(self, n_in, n_out, residual):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(n_in, n_out, 3, 1, 1), nn.InstanceNorm2d(n_out), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(n_out, n_out, 3, 1, 1), nn.InstanceNorm2d(n_out))
        self.residual = residual
        self.shortcut = nn.Identity()
        if residual and n_in != n_out:
            self.shortcut = nn.Sequential(nn.Conv2d(n_in, n_out, 1), nn.InstanceNorm2d(n_out))

    def forward(self, x):
        y = self.second(self.first(x))
        return F.relu(y + self.shortcut(x) if self.residual else y)


class UNet(nn.Module):
    def __init__(self, n_in, residual, n=64, levels=5):
        super().__init__()
        sizes = [n << level for level in range(levels)]
        self.down = nn.ModuleList(Double(a, b, residual) for a, b in zip([n_in] + sizes, sizes))
        self.transpose = nn.ModuleList(nn.ConvTranspose2d(2 * a, a, 2, 2) for a in sizes[:-1])
        self.up = nn.ModuleList(Double(2 * a, a, residual) for a in sizes[:-1])
        self.head = nn.Conv2d(n, 1, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        for level in reversed(range(len(self.up))):
            x = self.up[level](torch.cat((skips[level], self.transpose[level](x)), 1))
        return self.head(x)


NETWORKS = {
    "resnet-9": (lambda: resnet(9), 1),
    "resnet-6": (lambda: resnet(6), 1),
    "patch-70": (patch, 1),
    "unet": (lambda: UNet(1, False), 1),
    "res-unet-2.5d": (lambda: UNet(3, True), 3),
}


def adam(device, beta1, *nets):
    parameters = list(itertools.chain(*(n.parameters() for n in nets)))
    fast = {"fused": True, "capturable": True} if device == "cuda" else {}
    return torch.optim.Adam(parameters, 1e-4, (beta1, 0.999), **fast)


def segmentation_loss(logits, target):
    p = torch.sigmoid(logits.float())
    dice = 1 - (2 * (p * target).sum() + 1) / (p.sum() + target.sum() + 1)
    return F.binary_cross_entropy_with_logits(logits.float(), target) + dice


def single(network, train, size, batch, device, cast):
    build, channels = NETWORKS[network]
    net = build().to(device)
    x = torch.rand(batch, channels, size, size, device=device)
    if not train:
        net.eval()

        def infer():
            with torch.no_grad(), cast():
                return net(x)

        return [net], [x], infer
    with torch.no_grad():
        target = torch.rand_like(net(x))
    optimiser = adam(device, 0.9 if "unet" in network else 0.5, net)
    loss_of = segmentation_loss if "unet" in network else F.l1_loss

    def step():
        optimiser.zero_grad(set_to_none=True)
        with cast():
            loss = loss_of(net(x), target)
        loss.backward()
        optimiser.step()

    return [net], [x], step


def cyclegan(size, batch, device, cast):
    nets = [n.to(device) for n in (resnet(9), resnet(9), patch(), patch())]
    a, b = (torch.rand(batch, 1, size, size, device=device) for _ in range(2))
    pools = [torch.rand(50, 1, size, size, device=device) for _ in range(2)]
    g, d = adam(device, 0.5, *nets[:2]), adam(device, 0.5, *nets[2:])

    def mse(votes, target):
        return ((votes.float() - target) ** 2).mean()

    def exchange(pool, new):
        old = pool[:batch].clone()
        pool[:batch] = new.detach().to(pool.dtype)
        return old

    def freeze(on):
        for p in itertools.chain(nets[2].parameters(), nets[3].parameters()):
            p.requires_grad_(not on)

    def step():
        g_a, g_b, d_a, d_b = nets
        freeze(True)
        g.zero_grad(set_to_none=True)
        with cast():
            fake_b, fake_a = g_a(a), g_b(b)
            loss = mse(d_a(fake_b), 1) + mse(d_b(fake_a), 1)
            loss = loss + 10 * (F.l1_loss(g_b(fake_b), a) + F.l1_loss(g_a(fake_a), b))
        loss.backward()
        g.step()
        freeze(False)
        d.zero_grad(set_to_none=True)
        with cast():
            loss = mse(d_a(b), 1) + mse(d_a(exchange(pools[1], fake_b)), 0)
            loss = 0.5 * (loss + mse(d_b(a), 1) + mse(d_b(exchange(pools[0], fake_a)), 0))
        loss.backward()
        d.step()

    return nets, [], step


def patient(size, batch, device, cast):
    """From slices in host memory to probabilities in host memory."""
    nets = [NETWORKS[n][0]().to(device).eval() for n in ("resnet-9", "res-unet-2.5d")]
    slices = torch.rand(SLICES, 1, size, size)
    if device == "cuda":
        slices = slices.pin_memory()

    def step():
        with torch.no_grad(), cast():
            x = slices.to(device, non_blocking=True)
            x = torch.cat([nets[0](part) for part in x.split(batch)]).float()
            x = torch.cat((x[:1], x, x[-1:]))[:, 0]
            x = torch.stack((x[:-2], x[1:-1], x[2:]), 1)
            return torch.cat([torch.sigmoid(nets[1](part)) for part in x.split(batch)]).float().cpu()

    return nets, [], step


def make(network, mode, size, batch, device, cast):
    """(modules, example inputs to be converted with them, step); modules may be exchanged in the list."""
    if network == "cyclegan":
        return cyclegan(size, batch, device, cast)
    if network == "patient":
        return patient(size, batch, device, cast)
    return single(network, mode == "train", size, batch, device, cast)
