#!/usr/bin/python3
"""check-experiment.py CLI - an experiment that is killed at random moments and started again

SPDX-License-Identifier: Apache-2.0

One run in peace, one that is killed (SIGKILL) after a random time again and again until it ends by itself: results.csv and
all tables must be the same bytes. Then the finished one runs once more, which must do nothing.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time

cli = sys.argv[1]
SEED = int(os.environ.get("TRIPTYCH_SEED") or time.time())

EXPERIMENT = """[experiment]
name=Killed
seeds=1,2
threads=1
[set cases]
patients=4
folds=2
stratify=volume:1
[train cyclegan]
recipe=cyclegan-phantom
data=cases
data.size=32
data.spacing=8
network.generator=resnet-1
network.generator_filters=4
network.discriminator_filters=4
network.discriminator_layers=2
loss.gc_start=20
loss.gc_ramp=20
training.steps=120
training.pool=5
output.save_every=15
output.preview_every=0
[synthesize synct]
model=cyclegan
data=cases:mr
[train segmenter]
recipe=segmenter-phantom
data=synct
rows=train
data.size=32
data.spacing=8
network.segmenter_filters=4
network.segmenter_levels=3
training.steps=60
output.save_every=15
output.preview_every=0
[segment contours]
model=segmenter
data=cases:ct
image=ct
rows=test
[evaluate dice]
data=contours
reference=ct_structures
labels=1
name=CT
[arm synct]
evaluate=dice
[arm plain]
from=synct
cyclegan.loss.gc=0
[table main]
metrics=dice,hd95,assd
compare=synct on CT : plain on CT
[figure box]
kind=box
metric=dice
"""


def command(path, out):
    return [cli, "experiment", path, "--out", out, "--device", "cpu"]


def read(folder, *names):
    with open(os.path.join(folder, *names), "rb") as file:
        return file.read()


def kill_until_done(path, out):
    kills = 0
    while True:
        process = subprocess.Popen(command(path, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            # later each time, so that even a slow machine comes to the end
            process.wait(timeout=random.uniform(0.05, 0.8) * (1 + kills / 6))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            continue
        if process.returncode != 0:
            sys.exit("started again it fails with %d after %d kills (seed %d)" % (process.returncode, kills, SEED))
        return kills


def main():
    random.seed(SEED)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "killed.experiment")
        with open(path, "w") as file:
            file.write(EXPERIMENT)
        peaceful, killed = os.path.join(folder, "peaceful"), os.path.join(folder, "killed")
        subprocess.run(command(path, peaceful), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        kills = kill_until_done(path, killed)
        names = [("results.csv",)] + [("tables", name) for name in sorted(os.listdir(os.path.join(peaceful, "tables")))]
        for name in names:
            if read(peaceful, *name) != read(killed, *name):
                sys.exit("%s differs after %d kills (seed %d)" % (os.path.join(*name), kills, SEED))
        again = subprocess.run(command(path, killed), check=True, capture_output=True, text=True)
        if again.stderr:
            sys.exit("finished, it works again: %s" % again.stderr)
        rows = read(peaceful, "results.csv").count(b"\n")
        if kills < 3 or rows < 50:
            sys.exit("%d kills and %d rows say nothing" % (kills, rows))
        print("%d kills, %d equal files, %d rows" % (kills, len(names), rows))


main()
