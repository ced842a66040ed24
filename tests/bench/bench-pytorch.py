#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Triptych against PyTorch on one machine, in one run, taking turns; see --help.

Ratios are PyTorch's time / ours: above 1 means that Triptych is faster. PyTorch runs each row in the ways that people use
(see WAYS) and the fastest counts. Both sides wait for the device at the end of blocks of at least 20 ms and report the
median block; of several rounds the least counts, because other work on the machine only ever adds time.
"""
import argparse
import contextlib
import gc
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

try:
    import torch
except ImportError:
    sys.exit("bench-pytorch.py: this Python has no PyTorch (module torch); start it with one that has")

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from pytorch_steps import make  # noqa: E402

#       name                network          mode     GPU: size, batch    CPU: size, batch
ROWS = {
    "resnet-9-infer":      ("resnet-9",      "infer", (256, 1),           (256, 1)),
    "resnet-9-train":      ("resnet-9",      "train", (256, 1),           (256, 1)),
    "cyclegan":            ("cyclegan",      "train", (256, 1),           (128, 1)),
    "cyclegan-8":          ("cyclegan",      "train", (256, 8),           (64, 8)),
    "unet-infer":          ("unet",          "infer", (256, 1),           (256, 1)),
    "unet-train":          ("unet",          "train", (256, 16),          (128, 2)),
    "res-unet-2.5d-infer": ("res-unet-2.5d", "infer", (256, 1),           (256, 1)),
    "res-unet-2.5d-train": ("res-unet-2.5d", "train", (256, 16),          (128, 2)),
    "patient":             ("patient",       "infer", (256, 10),          (64, 10)),
}
# What PyTorch may compute in where Triptych was asked for that precision.
CASTS = {"default": [None], "strict": [None], "bf16": [None, torch.bfloat16], "f16": [None, torch.float16]}


class Way:
    """One usual way to run PyTorch."""

    def __init__(self, name, channels_last=False, compiled=None, graph=False):
        self.name, self.channels_last, self.compiled, self.graph = name, channels_last, compiled, graph

    def prepare(self, row, device, dtype):
        def cast():
            if dtype is None:
                return contextlib.nullcontext()
            return torch.autocast(device, dtype, cache_enabled=not self.graph)

        network, mode, size, batch = row
        nets, inputs, step = make(network, mode, size, batch, device, cast)
        if self.channels_last:
            for net in nets:
                net.to(memory_format=torch.channels_last)
            for x in inputs:
                x.data = x.contiguous(memory_format=torch.channels_last)
        if self.compiled:
            for net in nets:
                net.compile(mode=self.compiled)
        return capture(step) if self.graph else step


WAYS = [
    Way("eager"),
    Way("channels_last", channels_last=True),
]
if hasattr(torch.nn.Module, "compile"):
    WAYS.append(Way("channels_last, compile", channels_last=True, compiled="default"))
if torch.cuda.is_available():
    WAYS.append(Way("channels_last, CUDA graph", channels_last=True, graph=True))


def capture(step):
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def block(step, n, device):
    start = time.perf_counter()
    for _ in range(n):
        step()
    wait(device)
    return (time.perf_counter() - start) / n


def median_seconds(step, device, seconds):
    """As core/method/benchmark.c does it."""
    start = time.perf_counter()
    for n in range(5):
        first = block(step, 1, device)
        if time.perf_counter() - start > 0.5 * seconds:
            break
    n, times, start = max(1, min(1000, int(0.02 / first) + 1)), [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        times.append(block(step, n, device))
    return statistics.median(times)


def run_ours(options, row, precision):
    network, mode, size, batch = row
    command = [options.cli, "bench", "nn", "--network", network, "--mode", mode, "--size", str(size), "--batch",
               str(batch), "--device", options.device, "--precision", precision, "--seconds", str(options.seconds), "--json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"bench-pytorch.py: {options.cli} cannot be started ({error.strerror}); say where it is with --cli")
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"triptych-cli ended with {done.returncode}")
    return json.loads(done.stdout)


def run_theirs(options, row, precision):
    """Seconds by way; a way that fails says why and does not count."""
    times = {}
    for way in options.ways:
        for dtype in CASTS[precision]:
            name = way.name + (f", {str(dtype).split('.')[-1]}" if dtype else "")
            if name in options.failed or (way.graph and row[0] == "patient"):  # which reads results back
                continue
            try:
                times[name] = median_seconds(way.prepare(row, options.device, dtype), options.device, options.seconds)
            except Exception as error:  # whatever a way cannot do
                options.failed.add(name)
                print(f"    {name}: {str(error).splitlines()[0] if str(error) else type(error).__name__}", file=sys.stderr)
            gc.collect()  # networks and their graphs hold each other
            if options.device == "cuda":
                torch.cuda.empty_cache()
    return times


def compare(options, name, precision):
    network, mode, on_gpu, on_cpu = ROWS[name]
    row = (network, mode, *(on_gpu if options.device == "cuda" or options.full else on_cpu))
    ours, theirs, options.failed = None, {}, set()
    for _ in range(options.rounds):
        try:
            result = run_ours(options, row, precision)
        except RuntimeError as error:
            print(f"{name:20s} {precision:8s} {error}", flush=True)
            return
        if not ours or result["seconds_per_step"] < ours["seconds_per_step"]:
            ours = result
        for way, seconds in run_theirs(options, row, precision).items():
            theirs[way] = min(seconds, theirs.get(way, seconds))
    seconds = ours["seconds_per_step"]
    print(f"{name:20s} {precision:8s} {row[2]:4d} {row[3]:3d}  ours {1e3 * seconds:9.2f} ms ({ours['precision']}, "
          f"floor {1e3 * ours['floor_seconds']:.2f})", end="")
    if theirs:
        best = min(theirs, key=theirs.get)
        print(f"  PyTorch {1e3 * theirs[best]:9.2f} ms ({best})  ratio {theirs[best] / seconds:.2f}", end="")
    print(flush=True)
    for way, other in sorted(theirs.items(), key=lambda item: item[1]):
        print(f"    {way:36s} {1e3 * other:9.2f} ms  ratio {other / seconds:.2f}", flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.replace("; see --help", ""), epilog="rows: " + ", ".join(ROWS),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only these of the rows below")
    parser.add_argument("--cli", default="triptych-cli", help="path of triptych-cli (found in PATH)")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="for both sides (cuda where PyTorch has it, else cpu)")
    parser.add_argument("--precision", default=None, help="with commas: default, strict, bf16, f16 "
                        "(default; on a GPU default,bf16)")
    parser.add_argument("--seconds", type=float, default=2, help="per way and round (2)")
    parser.add_argument("--rounds", type=int, default=2, help="how often the two sides take turns (2)")
    parser.add_argument("--threads", type=int, help="of both on a CPU (OMP_NUM_THREADS, else PyTorch's choice)")
    parser.add_argument("--full", action="store_true", help="a GPU's sizes on a CPU as well")
    options = parser.parse_args()
    for name in options.rows:
        if name not in ROWS:
            parser.error(f"no row {name}; rows: {', '.join(ROWS)}")
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit(f"bench-pytorch.py: PyTorch {torch.__version__} finds no CUDA device here; use --device cpu, or a Python "
                 "whose PyTorch is built for CUDA")
    options.device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    options.ways = [way for way in WAYS if options.device == "cuda" or not way.graph]
    precision = options.precision or ("default,bf16" if options.device == "cuda" else "default")
    options.precisions = precision.split(",")
    for word in options.precisions:
        if word not in CASTS:
            parser.error(f"no precision {word}")
    return options


def main():
    options = parse()
    threads = options.threads or int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads()))
    os.environ["OMP_NUM_THREADS"] = str(threads)
    torch.set_num_threads(threads)
    torch.backends.cudnn.benchmark = True
    where = torch.cuda.get_device_name() if options.device == "cuda" else f"CPU, {threads} threads"
    print(f"PyTorch {torch.__version__} on {where}; ratio = PyTorch / ours", flush=True)
    for precision in options.precisions:
        exact = precision == "strict"
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = not exact
        for name in options.rows or ROWS:
            compare(options, name, precision)


main()
