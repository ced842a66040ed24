#!/usr/bin/python3
"""check-exchange.py CLI - networks taken from PyTorch and given back, against PyTorch itself

SPDX-License-Identifier: Apache-2.0

The reference classes stand here, written after junyanz/pytorch-CycleGAN-and-pix2pix (ResnetGenerator), milesial/
Pytorch-UNet and mateuszbuda/brain-segmentation-pytorch; their weights are made up. Imported, every one must give what
PyTorch's forward gives, to 1e-4 of the range; exported, the same bits, which load_state_dict (strict) takes; as ONNX,
a file that ONNX's checker accepts and that says the same numbers when torch carries its nodes out one by one.
Exit status 77 (skipped) without python3-torch, python3-onnx or python3-nibabel.
"""

import json
import os
import struct
import subprocess
import sys
import tempfile

try:
    import nibabel
    import numpy as np
    import onnx
    import onnx.numpy_helper
    import torch
except ImportError as missing:
    print(missing)
    sys.exit(77)

from torch import nn
from torch.nn import functional as F

cli = sys.argv[1]
bad = []
n_checks = 0
TOLERANCE = 1e-4  # of the range, as the project's definition of parity has it
IN_LOW, IN_HIGH, OUT_LOW, OUT_HIGH = 0, 100, -30000, 30000  # wide, so that whole numbers are no error


def check(truth, words):
    global n_checks
    n_checks += 1
    if not truth:
        bad.append(words)
        print("FAIL:", words)


def call(*arguments):
    done = subprocess.run([cli, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(" ".join(map(str, arguments)) + ": " + done.stderr)
    return done.stdout


# --- safetensors by hand ---

CODES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64"}


def save_tensors(path, tensors, dtype=None):
    header, blobs, at = {}, [], 0
    for name, tensor in tensors.items():
        tensor = tensor.detach().to(dtype) if dtype and tensor.is_floating_point() else tensor.detach()
        raw = tensor.contiguous()
        raw = (raw.view(torch.int16) if tensor.dtype == torch.bfloat16 else raw).numpy().tobytes()
        header[name] = {"dtype": CODES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        blobs.append(raw)
        at += len(raw)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def load_tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = file.read()
    metadata = header.pop("__metadata__", {})
    return metadata, {name: torch.from_numpy(np.frombuffer(body[slice(*entry["data_offsets"])], "<f4")
                                             .reshape(entry["shape"]).copy()) for name, entry in header.items()}


# --- the reference classes ---

class ResnetBlock(nn.Module):
    def __init__(self, n, dropout):
        super().__init__()
        layers = [nn.ReflectionPad2d(1), nn.Conv2d(n, n, 3), nn.InstanceNorm2d(n), nn.ReLU(True)]
        layers += [nn.Dropout(0.5)] if dropout else []
        layers += [nn.ReflectionPad2d(1), nn.Conv2d(n, n, 3), nn.InstanceNorm2d(n)]
        self.conv_block = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.conv_block(x)


class Resnet(nn.Module):
    def __init__(self, n_in, n_out, filters, blocks, dropout=False, nearest=False):
        super().__init__()
        layers = [nn.ReflectionPad2d(3), nn.Conv2d(n_in, filters, 7), nn.InstanceNorm2d(filters), nn.ReLU(True)]
        for n in (filters, 2 * filters):
            layers += [nn.Conv2d(n, 2 * n, 3, 2, 1), nn.InstanceNorm2d(2 * n), nn.ReLU(True)]
        layers += [ResnetBlock(4 * filters, dropout) for _ in range(blocks)]
        for n in (4 * filters, 2 * filters):
            layers += [nn.Upsample(scale_factor=2), nn.ReflectionPad2d(1), nn.Conv2d(n, n // 2, 3)] if nearest else \
                [nn.ConvTranspose2d(n, n // 2, 3, 2, 1, output_padding=1)]
            layers += [nn.InstanceNorm2d(n // 2), nn.ReLU(True)]
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(filters, n_out, 7), nn.Tanh()]
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x)


class Own(nn.Module):
    """The engine's own U-Net and Res-U-Net, with their names."""

    def __init__(self, n_in, n_out, filters, levels, batch_norm=True, residual=False):
        super().__init__()
        norm = nn.BatchNorm2d if batch_norm else nn.InstanceNorm2d

        def block(a, b):
            parts = {"conv1": nn.Conv2d(a, b, 3, padding=1), "norm1": norm(b),
                     "conv2": nn.Conv2d(b, b, 3, padding=1), "norm2": norm(b)}
            if residual and a != b:
                parts.update({"conv_shortcut": nn.Conv2d(a, b, 1), "norm_shortcut": norm(b)})
            return nn.ModuleDict(parts)

        self.residual = residual

        sizes = [filters << level for level in range(levels)]
        self.down = nn.ModuleList(block(sizes[n - 1] if n else n_in, sizes[n]) for n in range(levels))
        self.up = nn.ModuleList(block(2 * n, n) for n in sizes[:-1])
        for n, part in zip(sizes, self.up):
            part["transpose"] = nn.ConvTranspose2d(2 * n, n, 2, 2)
        self.head = nn.Conv2d(filters, n_out, 1)

    def run(self, part, x):
        y = part["norm2"](part["conv2"](F.relu(part["norm1"](part["conv1"](x)))))
        if self.residual:
            y = y + (part["norm_shortcut"](part["conv_shortcut"](x)) if "conv_shortcut" in part else x)
        return F.relu(y)

    def forward(self, x):
        skips = []
        for n, part in enumerate(self.down):
            x = self.run(part, F.max_pool2d(x, 2) if n else x)
            skips.append(x)
        for n in reversed(range(len(self.up))):
            x = self.run(self.up[n], torch.cat([skips[n], self.up[n]["transpose"](x)], 1))
        return self.head(x)


class Double(nn.Module):
    def __init__(self, a, b, bias, middle=None):
        super().__init__()
        middle = middle or b
        self.double_conv = nn.Sequential(nn.Conv2d(a, middle, 3, padding=1, bias=bias), nn.BatchNorm2d(middle), nn.ReLU(True),
                                         nn.Conv2d(middle, b, 3, padding=1, bias=bias), nn.BatchNorm2d(b), nn.ReLU(True))

    def forward(self, x):
        return self.double_conv(x)


class Milesial(nn.Module):
    def __init__(self, n_in, n_out, filters, levels, bias=False, bilinear=False):
        super().__init__()
        self.levels = levels
        sizes = [filters << min(n, levels - 1 - bilinear) for n in range(levels)]
        self.inc = Double(n_in, filters, bias)
        for n in range(1, levels):
            down, up = nn.Module(), nn.Module()
            down.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), Double(sizes[n - 1], sizes[n], bias))
            low, level = filters << (levels - n), levels - 1 - n
            if bilinear:
                up.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
                up.conv = Double(low, sizes[max(level - 1, 0)], bias, low // 2)
            else:
                up.up = nn.ConvTranspose2d(low, low // 2, 2, 2)
                up.conv = Double(low, low // 2, bias)
            setattr(self, "down%d" % n, down)
            setattr(self, "up%d" % n, up)
        self.outc = nn.Module()
        self.outc.conv = nn.Conv2d(filters, n_out, 1)

    def forward(self, x):
        skips = [self.inc(x)]
        for n in range(1, self.levels):
            skips.append(getattr(self, "down%d" % n).maxpool_conv(skips[-1]))
        x = skips.pop()
        for n in range(1, self.levels):
            up = getattr(self, "up%d" % n)
            x = up.conv(torch.cat([skips.pop(), up.up(x)], 1))
        return self.outc.conv(x)


class Mateuszbuda(nn.Module):
    def __init__(self, n_in, n_out, filters, levels):
        super().__init__()
        self.levels = levels

        def block(a, b, name):
            return self.named([
                (name + "conv1", nn.Conv2d(a, b, 3, padding=1, bias=False)), (name + "norm1", nn.BatchNorm2d(b)),
                (name + "relu1", nn.ReLU(True)), (name + "conv2", nn.Conv2d(b, b, 3, padding=1, bias=False)),
                (name + "norm2", nn.BatchNorm2d(b)), (name + "relu2", nn.ReLU(True))])

        for n in range(1, levels):
            f = filters << (n - 1)
            setattr(self, "encoder%d" % n, block(f // 2 if n > 1 else n_in, f, "enc%d" % n))
            setattr(self, "upconv%d" % n, nn.ConvTranspose2d(2 * f, f, 2, 2))
            setattr(self, "decoder%d" % n, block(2 * f, f, "dec%d" % n))
        f = filters << (levels - 1)
        self.bottleneck = block(f // 2, f, "bottleneck")
        self.conv = nn.Conv2d(filters, n_out, 1)

    @staticmethod
    def named(parts):
        sequence = nn.Sequential()
        for name, module in parts:
            sequence.add_module(name, module)
        return sequence

    def forward(self, x):  # logits; the original ends with a sigmoid
        skips = []
        for n in range(1, self.levels):
            skips.append(getattr(self, "encoder%d" % n)(x))
            x = F.max_pool2d(skips[-1], 2)
        x = self.bottleneck(x)
        for n in reversed(range(1, self.levels)):
            x = getattr(self, "upconv%d" % n)(x)
            x = getattr(self, "decoder%d" % n)(torch.cat((x, skips.pop()), 1))
        return self.conv(x)


# Weights of a size that keeps every layer alive, norms included.
def fill(network, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            tensor.fill_(7)
        elif name.endswith("running_var"):
            tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
        elif tensor.dim() == 1:
            tensor.copy_(0.3 * torch.randn(tensor.shape, generator=generator) + ("norm" in name and
                                                                                   name.endswith("weight")))
        else:
            tensor.copy_(torch.randn(tensor.shape, generator=generator) / (tensor[0].numel() ** 0.5))
    return network.eval()


# So that every label gets its share of the image.
def balance(network, x):
    head = [part for part in network.modules() if isinstance(part, nn.Conv2d)][-1]
    with torch.no_grad():
        y = network(x).transpose(0, 1).flatten(1)
        head.weight /= y.std(1)[:, None, None, None]
        head.bias.copy_((head.bias - y.median(1).values) / y.std(1))


# --- ONNX, node by node ---

def run_onnx(model, x):
    values = {t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy()) for t in model.graph.initializer}
    values[model.graph.input[0].name] = x

    def pad(a, v, amounts):
        top, left, bottom, right = (int(amounts[i]) for i in (2, 3, 6, 7))
        return F.pad(v, (left, right, top, bottom), {"edge": "replicate"}.get(a["mode"].decode(), a["mode"].decode()))

    def conv(a, v, w, b=None):
        top, left, bottom, right = a["pads"]
        return F.conv2d(F.pad(v, (left, right, top, bottom)), w, b, a["strides"])

    def transpose(a, v, w, b=None):
        return F.conv_transpose2d(v, w, b, a["strides"], a["pads"][:2], a["output_padding"])

    ops = {
        "Conv": conv, "ConvTranspose": transpose, "Pad": pad,
        "InstanceNormalization": lambda a, v, s, b: F.instance_norm(v, weight=s, bias=b, eps=a["epsilon"]),
        "BatchNormalization": lambda a, v, s, b, m, d: F.batch_norm(v, m, d, s, b, False, 0.0, a["epsilon"]),
        "Relu": lambda a, v: F.relu(v), "LeakyRelu": lambda a, v: F.leaky_relu(v, a["alpha"]),
        "Tanh": lambda a, v: torch.tanh(v), "Sigmoid": lambda a, v: torch.sigmoid(v),
        "Add": lambda a, v, w: v + w, "Mul": lambda a, v, w: v * w,
        "Concat": lambda a, *vs: torch.cat(vs, a["axis"]),
        "MaxPool": lambda a, v: F.max_pool2d(v, a["kernel_shape"], a["strides"]),
        "Slice": lambda a, v, s, e, x: v.narrow(int(x[0]), int(s[0]), int(e[0] - s[0])),
        "Resize": lambda a, v, roi, scales: F.interpolate(v, scale_factor=2, mode="nearest") if a["mode"] == b"nearest" else
        F.interpolate(v, scale_factor=2, mode="bilinear", align_corners=a["coordinate_transformation_mode"] == b"align_corners"),
    }
    for node in model.graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        values[node.output[0]] = ops[node.op_type](attributes, *[values.get(name) for name in node.input])
    return values[model.graph.output[0].name]


# --- the comparisons ---

def make_image(folder, shape, seed):
    k, j, i = shape
    y, x = np.mgrid[0:j, 0:i]
    waves = [50 + 40 * np.sin(x / (3.0 + n) + n) * np.cos(y / 4.0 - n) + 3 * n for n in range(k)]
    noise = np.random.default_rng(seed).normal(0, 12, (k, j, i))
    values = (np.stack(waves) + noise).astype(np.float32)  # some lie outside of the window
    path = os.path.join(folder, "image.nii.gz")
    nibabel.save(nibabel.Nifti1Image(values.T, np.diag([-1.0, -1.0, 3.0, 1.0])), path)  # LPS: no axis is turned
    return path, torch.from_numpy(np.clip(2 * (values - IN_LOW) / (IN_HIGH - IN_LOW) - 1, -1, 1))[:, None]


def read_stack(path):
    return torch.from_numpy(np.asarray(nibabel.load(path).dataobj, np.float32).T.copy())


def exchange(folder, name, network, arch, tensors, dtype, extra, names):
    source, model = os.path.join(folder, name + ".pt.safetensors"), os.path.join(folder, name + ".safetensors")
    save_tensors(source, tensors, dtype)
    call("model", "import", source, "--out", model, "--arch", arch, "--input-window", "%d,%d" % (IN_LOW, IN_HIGH), *extra)
    back = os.path.join(folder, name + ".back.safetensors")
    again, third = os.path.join(folder, name + ".again.safetensors"), os.path.join(folder, name + ".third.safetensors")
    call("model", "export", model, "--out", back, "--names", names)
    call("model", "import", back, "--out", again, "--arch", arch)
    call("model", "export", again, "--out", third, "--names", names)
    state, exported = network.state_dict(), load_tensors(back)[1]
    missing = {key for key in state if not key.endswith("num_batches_tracked")} ^ set(exported)
    check(not missing, "%s: names differ: %s" % (name, sorted(missing)[:4]))
    check(all(torch.equal(tensor, state[key].to(dtype or torch.float32).float()) for key, tensor in exported.items()
              if key in state), name + ": exported weights are not the imported ones")
    check(load_tensors(model)[1].keys() == load_tensors(again)[1].keys() and
          all(torch.equal(a, load_tensors(again)[1][key]) for key, a in load_tensors(model)[1].items()),
          name + ": import (export (x)) has other bits")
    check(open(back, "rb").read() == open(third, "rb").read(), name + ": the second export is another file")
    check(load_tensors(model)[0]["recipe"] == load_tensors(again)[0]["recipe"], name + ": the recipe did not survive")
    network.load_state_dict(exported, strict=True)  # and from here on the rounded weights count
    return model


def check_onnx(folder, name, model, x, expected):
    path = os.path.join(folder, name + ".onnx")
    call("model", "export", model, "--out", path, "--onnx", "--size", 64)
    graph = onnx.load(path)
    onnx.checker.check_model(graph, full_check=True)
    onnx.shape_inference.infer_shapes(graph, strict_mode=True)
    difference = float((run_onnx(graph, x) - expected).abs().max())
    check(difference <= TOLERANCE * 2, "%s: ONNX differs by %g" % (name, difference))
    metadata = {entry.key: entry.value for entry in graph.metadata_props}
    points = json.loads(metadata["input_mapping"])["points"]
    check(points == [[IN_LOW, -1], [IN_HIGH, 1]], name + ": ONNX has another input mapping: %s" % points)
    check("[network]" in metadata["recipe"], name + ": ONNX has no recipe")
    return difference


def check_parameters(name, model, network):
    info = json.loads(call("model", "info", model, "--json"))
    biases = sum(t.numel() for key, t in load_tensors(model)[1].items() if key.endswith("bias") and
                 not t.any() and key.split(".", 1)[1] not in network.state_dict()) if "milesial" in name or \
        "mateuszbuda" in name else 0  # the engine's has biases, zeros here, that these two leave out
    want = sum(p.numel() for p in network.parameters()) + biases
    got = info["networks"][0]["parameters"]
    check(got == want, "%s: info counts %d parameters, PyTorch %d" % (name, got, want))


def compare_generator(folder, name, network, arch, prefix="", dtype=None, names="resnet", extra=(), shape=(3, 40, 36)):
    n_in = network.model[1].in_channels
    fill(network, len(name))
    tensors = {prefix + key: value for key, value in network.state_dict().items()}
    model = exchange(folder, name, network, arch, tensors, dtype,
                     ["--output-window", "%d,%d" % (OUT_LOW, OUT_HIGH), *extra], names)
    path, x = make_image(folder, shape, 5)
    out = os.path.join(folder, "out.nii.gz")
    call("synthesize", model, path, out)
    with torch.no_grad():
        y = network(x.repeat(1, n_in, 1, 1)).mean(1, keepdim=True)
    want = OUT_LOW + (y[:, 0] + 1) / 2 * (OUT_HIGH - OUT_LOW)
    difference = float((read_stack(out) - want).abs().max()) / (OUT_HIGH - OUT_LOW)
    check(difference <= TOLERANCE, "%s: synthesis differs by %g of the range" % (name, difference))
    check(float(y.std()) > 0.05, "%s: the images are flat" % name)
    with torch.no_grad():
        big = make_image(folder, (2, 64, 64), 6)[1]
        graph = check_onnx(folder, name, model, big, network(big.repeat(1, n_in, 1, 1)).mean(1, keepdim=True))
    check_parameters(name, model, network)
    print("%-28s synthesis %.1e of the range, ONNX %.1e" % (name, difference, graph))


# A slice between its neighbours; the first and the last are their own.
def with_neighbours(x):
    return torch.cat([x[[0, *range(len(x) - 1)]], x, x[[*range(1, len(x)), -1]]], 1)


# arrange: a slice as the model's input; the network takes that n times
def compare_segmenter(folder, name, network, names, n, dtype=None, prefix="", extra=(), background=False,
                      arch="unet", arrange=lambda x: x):
    path, x = make_image(folder, (3, 48, 64), 7)
    x = arrange(x).repeat(1, n, 1, 1)
    balance(fill(network, len(name)), x)
    tensors = {prefix + key: value for key, value in network.state_dict().items()}
    model = exchange(folder, name, network, arch, tensors, dtype, extra, names)
    out = os.path.join(folder, "labels.nii.gz")
    call("segment", model, path, out)
    with torch.no_grad():
        logits = network(x)
    if not background:
        logits = torch.cat([torch.zeros_like(logits[:, :1]), logits], 1)
    best = logits.topk(2, 1)
    sure = best.values[:, 0] - best.values[:, 1] > TOLERANCE * float(logits.max() - logits.min())
    labels = read_stack(out)
    wrong = int((labels != best.indices[:, 0])[sure].sum())
    check(wrong == 0, "%s: %d of %d voxels have another label" % (name, wrong, labels.numel()))
    check(all(0.02 < float((labels == n).float().mean()) < 0.98 for n in range(logits.shape[1])),
          "%s: a label is everywhere or nowhere: %s" % (name, labels.unique(return_counts=True)))
    with torch.no_grad():
        big = arrange(make_image(folder, (2, 64, 64), 8)[1])
        y = network(big.repeat(1, n, 1, 1))
        graph = check_onnx(folder, name, model, big, torch.sigmoid(y[:, 1:] - y[:, :1] if background else y))
    check_parameters(name, model, network)
    print("%-28s %d of %d labels differ, ONNX %.1e" % (name, wrong, labels.numel(), graph))


def check_full_size(folder):
    # deep-learning tables of the literature: 11.378 M and, with one channel, 11.366 M; U-Net 31.04 M
    for network, arch, count in ((Resnet(3, 3, 64, 9), "resnet-9", 11378179), (Resnet(1, 1, 64, 9), "resnet-9", 11365633),
                                 (Resnet(1, 1, 64, 6), "resnet-6", 7825153), (Own(3, 1, 64, 5), "unet", 31043521)):
        source, model = os.path.join(folder, "full.pt.safetensors"), os.path.join(folder, "full.safetensors")
        save_tensors(source, network.state_dict())
        call("model", "import", source, "--out", model, "--arch", arch)
        got = json.loads(call("model", "info", model, "--json"))["networks"][0]["parameters"]
        check(got == count, "%s of full size: %d parameters instead of %d" % (arch, got, count))


# The lines that the README offers, run as they stand.
def check_readme(folder):
    root = os.environ.get("TRIPTYCH_SOURCE", os.path.join(os.path.dirname(__file__), "..", ".."))
    lines = open(os.path.join(root, "README.md"), encoding="utf-8").read().split("\n")
    first = lines.index("    import json, struct, torch")
    snippet = "\n".join(line[4:] for line in lines[first:lines.index("", first)])
    torch.save(fill(Resnet(1, 1, 4, 9), 3).state_dict(), os.path.join(folder, "latest_net_G_A.pth"))
    subprocess.run([sys.executable, "-c", snippet], cwd=folder, check=True)
    model = os.path.join(folder, "readme.safetensors")
    call("model", "import", os.path.join(folder, "G_A.safetensors"), "--out", model, "--arch", "resnet-9")
    check(json.loads(call("model", "info", model, "--json"))["networks"][0]["architecture"] == "resnet-9",
          "the README's conversion does not lead to a model")


torch.manual_seed(0)
torch.set_num_threads(2)
with tempfile.TemporaryDirectory() as folder:
    compare_generator(folder, "resnet-9", Resnet(1, 1, 8, 9), "resnet-9")
    compare_generator(folder, "resnet-6", Resnet(1, 1, 8, 6), "resnet-6", prefix="module.")
    compare_generator(folder, "resnet-9-colour", Resnet(3, 3, 6, 9), "resnet-9", prefix="netG_A.module.")
    compare_generator(folder, "resnet-6-colour-in", Resnet(3, 1, 5, 6), "resnet-6", prefix="G_A.", dtype=torch.float64)
    compare_generator(folder, "resnet-6-dropout", Resnet(1, 1, 6, 6, dropout=True), "resnet-6", names="resnet-dropout")
    compare_generator(folder, "resnet-6-half", Resnet(1, 1, 6, 6), "resnet-6", dtype=torch.float16)
    compare_generator(folder, "resnet-6-bfloat16", Resnet(1, 1, 6, 6), "resnet-6", dtype=torch.bfloat16)
    compare_generator(folder, "resnet-6-nearest", Resnet(1, 1, 6, 6, nearest=True), "resnet-6")
    compare_segmenter(folder, "unet", Own(1, 1, 6, 4), "unet", 1)
    compare_segmenter(folder, "unet-instance-3-labels", Own(3, 3, 4, 3, batch_norm=False), "unet", 3, prefix="net.")
    compare_segmenter(folder, "res-unet", Own(3, 2, 5, 3, residual=True), "unet", 1, arch="res-unet-2.5d",
                      arrange=with_neighbours, extra=["--set", "network.context=1"])
    compare_segmenter(folder, "res-unet-instance", Own(1, 1, 5, 3, batch_norm=False, residual=True), "unet", 1,
                      arch="res-unet-2.5d")
    compare_segmenter(folder, "milesial-1", Milesial(1, 1, 6, 5), "milesial", 1, prefix="module.")
    compare_segmenter(folder, "milesial-colour-4-classes", Milesial(3, 4, 6, 4), "milesial", 3, background=True)
    compare_segmenter(folder, "milesial-bilinear", Milesial(1, 1, 6, 5, bilinear=True), "milesial", 1)
    compare_segmenter(folder, "milesial-bias", Milesial(1, 2, 6, 4, bias=True), "milesial", 1, background=True)
    compare_segmenter(folder, "mateuszbuda", Mateuszbuda(3, 1, 6, 5), "mateuszbuda", 3, dtype=torch.float16,
                      extra=["--set", "data.source=mr"])
    check_full_size(folder)
    check_readme(folder)
print("%d checks, %d failed" % (n_checks, len(bad)))
sys.exit(1 if bad else 0)
