#!/usr/bin/python3
# cross-modality.py - contours for CT from labelled MR alone, on phantoms with known truth
#
# SPDX-License-Identifier: Apache-2.0
#
# Everything runs through triptych-cli; this script only counts. Sixteen labelled MR and sixteen CT of
# other patients train a CycleGAN; it makes a SynCT of each training MR; a segmenter trains on these with
# the MR's contours; both are then tried on ten patients nobody has seen. Beside them stand what needs no
# learning (a constant, a falling histogram match), what cheats (the best intensity curve fitted on the
# pairs themselves), and the ceiling (the segmenter trained on labelled CT).
#
# Jobs run two at a time with one thread each, so the numbers do not depend on the machine's cores.
"""usage: cross-modality.py --seed S [--out DIR] [--short]"""

import argparse
import concurrent.futures
import csv
import json
import os
import subprocess
import sys
import tempfile
import time

try:
    import nibabel
    import numpy
except ImportError:
    print("python3-nibabel is not installed")
    sys.exit(77)

SOURCE = os.environ.get("TRIPTYCH_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.environ.get("TRIPTYCH_BUILD") or os.path.join(SOURCE, "build")
CLI = os.path.join(BUILD, "app", "triptych-cli")

PROSTATE, BLADDER = 1, 2
# 256 mm / 64 and 460 mm / 115: pixels of 4 mm in both worlds, as the networks see them
GRID = ["--matrix", "64", "--ct-matrix", "115"]
UNSEEN = 1000  # added to the seed for the patients that are only measured on

FULL = {"training": 16, "unseen": 10, "cyclegan": [], "segmenter": [], "model": "model.safetensors"}
SHORT = {
    "training": 6,
    "unseen": 2,
    "cyclegan": ["training.steps=1200", "training.ema=0", "loss.gc_start=300", "loss.gc_ramp=100"],
    "segmenter": ["training.steps=160"],
    "model": "model.safetensors",
}


class Study:
    def __init__(self, seed, out, size):
        self.seed, self.out, self.size = seed, out, size
        self.seconds = {}
        self.environment = dict(os.environ, OMP_NUM_THREADS="1", OMP_WAIT_POLICY="passive", LC_ALL="C.UTF-8")

    def path(self, *names):
        return os.path.join(self.out, *names)

    def cli(self, *arguments):
        done = subprocess.run([CLI, *arguments], env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit("triptych-cli %s: %s" % (" ".join(arguments), done.stderr.strip()))
        return done.stdout, done.stderr

    # Each job leaves its seconds behind, so that a study that was stopped goes on where it stood.
    def timed(self, name, action):
        mark, start = self.path(".done-" + name.replace(" ", "-")), time.monotonic()
        if os.path.exists(mark):
            with open(mark) as file:
                self.seconds[name] = float(file.read())
            return
        action()
        self.seconds[name] = round(time.monotonic() - start, 1)
        with open(mark, "w") as file:
            file.write("%.1f\n" % self.seconds[name])

    def make_training_set(self):
        self.cli("phantom", "pelvis", "--patients", str(self.size["training"]), "--seed", str(self.seed), *GRID,
                 "--unpaired", "--force", "--out", self.path("training"))

    def make_unseen(self):
        self.cli("phantom", "pelvis", "--patients", str(self.size["unseen"]), "--seed", str(self.seed + UNSEEN), *GRID,
                 "--force", "--out", self.path("unseen"))

    def train(self, recipe, data, out, settings):
        started = os.path.exists(os.path.join(self.path(out), "checkpoint.safetensors"))
        changes = ["training.seed=%d" % self.seed, "training.threads=1", *settings]
        said = self.cli("train", recipe, "--data", data, "--out", self.path(out), "--device", "cpu",
                        *(["--resume"] if started else []),
                        *[part for change in changes for part in ("--set", change)])[1]
        for line in said.splitlines():
            print("  %s: %s" % (out, line), flush=True)

    def train_cyclegan(self):
        self.train("cyclegan-phantom", self.path("training", "cases.csv"), "cyclegan", self.size["cyclegan"])

    def train_ceiling(self):
        self.train("segmenter-phantom", self.path("training", "cases.csv"), "segmenter-ct",
                   ["data.source=ct", *self.size["segmenter"]])

    # The labelled MR of the training set as SynCT, and their list.
    def synthesize_training(self):
        os.makedirs(self.path("synct"), exist_ok=True)
        rows = [["case", "synct", "mr_structures"]]
        with open(self.path("training", "cases.csv"), newline="") as file:
            for row in csv.DictReader(file):
                if row["mr"]:
                    synct = self.path("synct", row["case"] + ".nii.gz")
                    self.synthesize(self.path("training", row["mr"]), synct)
                    rows.append([row["case"], os.path.abspath(synct),
                                 os.path.abspath(self.path("training", row["mr_structures"]))])
        with open(self.path("synct.csv"), "w", newline="") as file:
            csv.writer(file).writerows(rows)

    def synthesize(self, mr, synct):
        self.cli("synthesize", self.path("cyclegan", self.size["model"]), mr, synct)

    def train_segmenter(self):
        self.train("segmenter-phantom", self.path("synct.csv"), "segmenter", self.size["segmenter"])

    # Prostate Dice on the real CT of an unseen patient.
    def dice(self, segmenter, case):
        out = self.path("unseen", case + "-" + segmenter + ".nii.gz")
        self.cli("segment", self.path(segmenter, "model.safetensors"), self.path("unseen", case + "-ct.nii.gz"), out)
        report = json.loads(self.cli("metrics", self.path("unseen", case + "-ct-structures.nii.gz"), out, "--label",
                                     str(PROSTATE), "--json")[0])
        return report["labels"][str(PROSTATE)]["dice"]

    def cases(self):
        return ["%03d" % (n + 1) for n in range(self.size["unseen"])]


def load(path):
    return numpy.asarray(nibabel.load(path).dataobj)


# ---- controls: intensity alone ----


# The CT as the networks see it: the middle 256 mm, in the body.
def training_ct(study):
    values = []
    with open(study.path("training", "cases.csv"), newline="") as file:
        for row in csv.DictReader(file):
            if not row["ct"]:
                continue
            ct, label = load(study.path("training", row["ct"])), load(study.path("training", row["ct_structures"]))
            cut = (ct.shape[0] - 64) // 2
            values.append(ct[cut:cut + 64, cut:cut + 64][label[cut:cut + 64, cut:cut + 64] > 0])
    return numpy.sort(numpy.concatenate(values))


# The brightest MR voxel gets the darkest HU, and so on: fat is bright in MR and dark in CT.
def falling_match(mr, ct_sorted):
    rank = (numpy.argsort(numpy.argsort(mr, kind="stable"), kind="stable") + 0.5) / mr.size
    return numpy.interp(1 - rank, (numpy.arange(ct_sorted.size) + 0.5) / ct_sorted.size, ct_sorted)


# For each level of MR brightness (of the patient's 99th percentile) the median of the true HU of all
# unseen patients together: no function of brightness alone has a smaller mean absolute error.
def best_curve(mrs, truths, levels=96):
    scaled = [mr / numpy.percentile(mr, 99) for mr in mrs]
    all_scaled, all_truth = numpy.concatenate(scaled), numpy.concatenate(truths)
    edges = numpy.unique(numpy.quantile(all_scaled, numpy.linspace(0, 1, levels + 1)))[1:-1]
    which = numpy.digitize(all_scaled, edges)
    table = numpy.array([numpy.median(all_truth[which == n]) for n in range(edges.size + 1)])
    return [table[numpy.digitize(one, edges)] for one in scaled]


# ---- the numbers ----


def mae(estimate, truth):
    return float(numpy.abs(estimate - truth).mean())


# The peripheral zone has no label of its own: it is the brighter part of the prostate on MR.
def peripheral(mr, prostate):
    values = mr[prostate]
    threshold = values.mean()
    for _ in range(20):
        threshold = 0.5 * (values[values <= threshold].mean() + values[values > threshold].mean())
    return prostate & (mr > threshold)


def measure_patient(study, case):
    read = lambda kind: load(study.path("unseen", "%s-%s.nii.gz" % (case, kind))).astype(float)
    synct_path = study.path("unseen", case + "-synct.nii.gz")
    study.synthesize(study.path("unseen", case + "-mr.nii.gz"), synct_path)
    mr, truth, label, synct = read("mr"), read("ct-on-mr"), read("mr-structures"), read("synct")
    if synct.shape != mr.shape:
        sys.exit("%s: the SynCT is not on the MR's grid" % case)
    body, prostate = label > 0, label == PROSTATE
    zone = peripheral(mr, prostate)
    soft, bone = body & (abs(truth) <= 200), body & (truth > 200)
    numbers = {
        "mae": mae(synct[body], truth[body]),
        "corr": float(numpy.corrcoef(synct[body], truth[body])[0, 1]),
        "mae_soft": mae(synct[soft], truth[soft]),
        "mae_bone": mae(synct[bone], truth[bone]),
        "bladder": float(synct[label == BLADDER].mean()),
        "bladder_true": float(truth[label == BLADDER].mean()),
        "prostate": float(synct[prostate].mean()),
        "prostate_true": float(truth[prostate].mean()),
        "pz": float(synct[zone].mean()),
        "pz_true": float(truth[zone].mean()),
    }
    return numbers, mr[body], truth[body]


def measure(study):
    rows, mrs, truths = [], [], []
    ct_sorted = training_ct(study)
    for case in study.cases():
        numbers, mr, truth = measure_patient(study, case)
        numbers["dice"] = study.dice("segmenter", case)
        numbers["dice_ct"] = study.dice("segmenter-ct", case)
        rows.append(numbers)
        mrs.append(mr)
        truths.append(truth)
    constant = numpy.median(numpy.concatenate(truths))
    curves = best_curve(mrs, truths)
    for numbers, mr, truth, curve in zip(rows, mrs, truths, curves):
        numbers["mae_constant"] = mae(constant, truth)
        numbers["mae_histogram"] = mae(falling_match(mr, ct_sorted), truth)
        numbers["mae_curve"] = mae(curve, truth)
    return rows


def summarize(rows):
    mean = lambda key: float(numpy.mean([row[key] for row in rows]))
    summary = {key: mean(key) for key in rows[0]}
    summary["mae_worst"] = max(row["mae"] for row in rows)
    summary["dice_worst"] = min(row["dice"] for row in rows)
    summary["dice_ct_worst"] = min(row["dice_ct"] for row in rows)
    summary["bladder_off"] = abs(summary["bladder"] - summary["bladder_true"])
    return summary


# Key, words, bound, whether it bounds from above.
def targets(short, summary):
    if short:
        return [("mae", "MAE in the body, mean, HU (the constant)", summary["mae_constant"], True),
                ("corr", "correlation with the truth", 0, False),
                ("dice_ct", "prostate Dice, trained on real CT", 0.05, False)]
    return [("mae", "MAE in the body, mean, HU", 50, True),
            ("mae_worst", "MAE in the body, worst patient, HU", 58, True),
            ("bladder_off", "bladder mean, off the truth, HU", 40, True),
            ("dice", "prostate Dice on CT, mean", 0.83, False),
            ("dice_worst", "prostate Dice on CT, worst patient", 0.75, False)]


CONTROLS = [("mae_constant", "control: constant (median), MAE"),
            ("mae_histogram", "control: falling histogram match, MAE"),
            ("mae_curve", "control: best paired intensity curve, MAE"),
            ("dice_ct", "control: segmenter trained on real CT, Dice"),
            ("dice_ct_worst", "   its worst patient"),
            ("corr", "correlation of SynCT and truth"),
            ("mae_soft", "MAE, soft tissue"),
            ("mae_bone", "MAE, bone over 200 HU"),
            ("bladder", "bladder mean, HU"), ("bladder_true", "   true"),
            ("pz", "peripheral zone (brighter half of the prostate) mean, HU"), ("pz_true", "   true"),
            ("prostate", "prostate mean, HU"), ("prostate_true", "   true")]


def report(study, short, rows):
    summary, passed = summarize(rows), True
    for key, words, bound, above in targets(short, summary):
        ok = summary[key] <= bound if above else summary[key] >= bound
        passed = passed and ok
        print("%-60s %8.3f  %s %7.2f  %s" % (words, summary[key], "<=" if above else ">=", bound,
                                              "pass" if ok else "FAIL"))
    for key, words in CONTROLS:
        print("%-60s %8.3f" % (words, summary[key]))
    print("seconds: %s" % ", ".join("%s %.0f" % item for item in study.seconds.items()))
    result = {"seed": study.seed, "passed": passed, "summary": summary, "patients": rows, "seconds": study.seconds}
    with open(study.path("result.json"), "w") as file:
        json.dump(result, file, indent=1)
    return passed


def run(study):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:

        def both(*jobs):
            for job in [pool.submit(study.timed, name, action) for name, action in jobs]:
                job.result()

        both(("phantoms", study.make_training_set), ("unseen phantoms", study.make_unseen))
        both(("cyclegan", study.train_cyclegan), ("segmenter on CT", study.train_ceiling))
        both(("synct", study.synthesize_training))
        both(("segmenter on SynCT", study.train_segmenter))


def main():
    parser = argparse.ArgumentParser(usage=__doc__.replace("usage: ", ""))
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", help="a study that was stopped goes on there; without it nothing is kept")
    parser.add_argument("--short", action="store_true", help="few steps: only shows that the path runs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = arguments.out or folder
        os.makedirs(out, exist_ok=True)
        study = Study(arguments.seed, out, SHORT if arguments.short else FULL)
        run(study)
        start = time.monotonic()
        rows = measure(study)
        study.seconds["measuring"] = round(time.monotonic() - start, 1)
        passed = report(study, arguments.short, rows)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
