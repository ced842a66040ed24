#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes safetensors.safetensors with numpy alone, from the format's description; or checks such a file.

    /usr/bin/python3 make-safetensors.py write safetensors.safetensors
    /usr/bin/python3 make-safetensors.py check FILE      # the same tensors and metadata, in any order

Python 3.11, numpy 1.24. Order and spelling are those of the reference implementation: larger elements first,
then by name; no spaces in the JSON; padded with spaces to 8 bytes.
"""
import json
import struct
import sys

import numpy as np

METADATA = {"format": "pt", "note": 'quote " backslash \\ tab \t umlaut ü', "zero": ""}


def bf16(values):
    return (np.asarray(values, "<f4").view("<u4") >> 16).astype("<u2")


TENSORS = {
    "model.1.weight": ("F32", np.arange(24, dtype="<f4").reshape(2, 3, 4) / 8 - 1),
    "model.1.bias": ("F32", np.array([1e-45, -0.0, np.inf, -np.finfo("f4").max], "<f4")),
    "half": ("F16", np.array([0, -0.0, 1, -2.5, 65504, 2.0**-24, 6.1e-5, np.inf, -np.inf], "<f2")),
    "brain": ("BF16", bf16([0, -1.5, 3.0e38, 2.0**-133, np.inf])),
    "double": ("F64", np.array([[0.1], [-1e300]], "<f8")),
    "step": ("I64", np.array(1 << 40, "<i8")),
    "bytes": ("U8", np.arange(5, dtype="u1")),
    "empty": ("F32", np.zeros((0, 7), "<f4")),
    "größe": ("I32", np.array([-7], "<i4")),
}


def write(path):
    header, data = {"__metadata__": METADATA}, b""
    for name in sorted(TENSORS, key=lambda n: (-TENSORS[n][1].itemsize, n.encode())):
        dtype, array = TENSORS[name]
        begin, data = len(data), data + array.tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def check(path):
    blob = open(path, "rb").read()
    (size,) = struct.unpack("<Q", blob[:8])
    header, data = json.loads(blob[8 : 8 + size]), blob[8 + size :]
    assert header.pop("__metadata__") == METADATA
    assert set(header) == set(TENSORS), sorted(header)
    for name, (dtype, array) in TENSORS.items():
        entry = header[name]
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == dtype and entry["shape"] == list(array.shape), (name, entry)
        assert data[begin:end] == array.tobytes(), name
    print("the same")


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](sys.argv[2])
