#!/usr/bin/python3
"""check-training.py CLI - a training that is killed and resumed, seen from outside

SPDX-License-Identifier: Apache-2.0

Both trainers run once in peace and once with SIGKILL in the middle, twice; weights, averages, optimiser state and
pools must be the same bits, and log.csv the same rows but for their seconds. The program has no chance to tidy up:
what it left behind is what a power cut would leave. Then nibabel reads what the networks made.
A training that is asked to stop (Ctrl+C, SLURM, a closed terminal) saves first and says so.
Exit status 77 (skipped) without python3-nibabel.
"""

import json
import os
import signal
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

cli = sys.argv[1]
STEPS = 240
SMALL = {
    "cyclegan-phantom": ["data.size=32", "data.spacing=8", "generator=resnet-2", "generator_filters=6",
                         "discriminator_filters=6", "discriminator_layers=2", "training.pool=5", "loss.gc_start=50",
                         "loss.gc_ramp=100", "output.log_every=7", "output.save_every=20", "output.preview_every=0"],
    "segmenter-phantom": ["data.size=32", "data.spacing=8", "data.source=ct", "data.labels=2,1",
                          "segmenter_filters=6", "segmenter_levels=3", "output.log_every=7", "output.save_every=20",
                          "output.preview_every=0"],
}
# Validated every 9 steps; the rate falls at each validation that is not better by half.
SMALL["segmenter-phantom+scores"] = SMALL["segmenter-phantom"] + [
    "schedule.validate_every=9", "schedule.rate=plateau", "schedule.plateau_threshold=0.5", "schedule.plateau_patience=2",
    "schedule.plateau_factor=0.7", "schedule.stop_patience=200", "schedule.score=loss"]
bad = []


def check(truth, words):
    if not truth:
        bad.append(words)
        print("FAIL:", words)


def call(*arguments):
    return subprocess.run([cli, *arguments], capture_output=True, text=True)


def train_command(recipe, data, out):
    settings = SMALL[recipe] + ["training.steps=%d" % STEPS, "training.threads=1", "training.seed=3"]
    return [cli, "train", recipe.split("+")[0], *(["--validate", data] if "+" in recipe else []), "--data", data, "--out", out, "--device", "cpu",
            *(["--resume"] if step_of(out) else []), *[part for one in settings for part in ("--set", one)]]


def read_tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    metadata = header.pop("__metadata__")
    return metadata, {name: body[slice(*entry["data_offsets"])] for name, entry in header.items()}


def step_of(folder):
    path = os.path.join(folder, "checkpoint.safetensors")
    return json.loads(read_tensors(path)[0]["state"])["step"] if os.path.exists(path) else 0


# Kills the training once its checkpoint is past @step; true if it was still at work.
def kill_after(command, folder, step):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 240
    while process.poll() is None and step_of(folder) < step and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL and step <= step_of(folder) < STEPS


# Twice at once, as timeout and a closed terminal do: the training has to save all the same, and to say what it saved.
def check_stop(number, data, folder):
    out = os.path.join(folder, "stopped-%d" % number)
    command = train_command("segmenter-phantom", data, out) + ["--set", "output.save_every=0"]
    # a suite started by nohup hands down that SIGHUP is ignored, which the program respects
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    deadline = time.monotonic() + 240
    log = os.path.join(out, "log.csv")
    while process.poll() is None and time.monotonic() < deadline and not (os.path.exists(log) and len(rows(out)) > 2):
        time.sleep(0.002)
    process.send_signal(number)
    if number != signal.SIGINT:
        process.send_signal(number)
    said = process.communicate()[1]
    words = "triptych-cli: stopped after step %d; the checkpoint in %s is kept: go on with --resume" % (step_of(out), out)
    check(process.returncode == 1 and 14 <= step_of(out) < STEPS and said.splitlines()[-1] == words,
          "signal %d: exit status %s, step %d, %s" % (number, process.returncode, step_of(out), said))
    return out


def check_ignored(data, folder):
    out = os.path.join(folder, "nohup")
    process = subprocess.Popen(train_command("segmenter-phantom", data, out) + ["--set", "training.steps=60"],
                               stderr=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    while process.poll() is None and not os.path.exists(os.path.join(out, "log.csv")):
        time.sleep(0.002)
    process.send_signal(signal.SIGHUP)
    said = process.communicate()[1]
    check(process.returncode == 0 and step_of(out) == 60, "a training under nohup ended: " + said)


# Whoever resumes with other settings reads which, and that the folder's own recipe can be given.
def check_settings(data, out):
    command = train_command("segmenter-phantom", data, out)
    other = subprocess.run(command + ["--set", "training.steps=600"], capture_output=True, text=True)
    check(other.returncode == 1 and "training.steps: %d there, 600 here)" % STEPS in other.stderr
          and "go on with its own, %s/recipe.recipe" % out in other.stderr, "other steps: " + other.stderr)
    own = [cli, "train", os.path.join(out, "recipe.recipe"), "--data", data, "--out", out, "--device", "cpu", "--resume",
           "--set", "output.log_every=50", "--set", "output.preview_every=100", "--set", "recipe.name=another"]
    done = subprocess.run(own, capture_output=True, text=True)
    check(done.returncode == 0 and "wrote " in done.stderr, "its own recipe: " + done.stderr)
    again = subprocess.run(own, capture_output=True, text=True)
    check(again.returncode == 0 and again.stderr == "This training was already complete\n", "again: " + again.stderr)


def rows(folder):
    with open(os.path.join(folder, "log.csv")) as file:
        return [[field for n, field in enumerate(line.strip().split(",")) if n != 1] for line in file]


def check_resume(recipe, data, folder):
    whole, parts = os.path.join(folder, recipe + "-whole"), os.path.join(folder, recipe + "-parts")
    done = subprocess.run(train_command(recipe, data, whole), capture_output=True, text=True)
    check(done.returncode == 0, "%s: %s" % (recipe, done.stderr))
    for step in (40, 120):
        check(kill_after(train_command(recipe, data, parts), parts, step),
              "%s: the training was over before it could be killed" % recipe)
    done = subprocess.run(train_command(recipe, data, parts), capture_output=True, text=True)
    check(done.returncode == 0, "%s, resumed: %s" % (recipe, done.stderr))
    for name in ["checkpoint.safetensors", "model.safetensors"] + (["best.safetensors"] if "+" in recipe else []):
        one, other = (read_tensors(os.path.join(run, name))[1] for run in (whole, parts))
        check(len(one) > 5 and one.keys() == other.keys(), "%s: %s has other tensors" % (recipe, name))
        differing = [tensor for tensor in one if one[tensor] != other[tensor]]
        check(not differing, "%s: %s differs in %s" % (recipe, name, ", ".join(differing)))
    check(len(rows(whole)) == 1 + STEPS // 7 + 1, "%s: log.csv has %d rows" % (recipe, len(rows(whole))))
    check(rows(whole) == rows(parts), "%s: log.csv differs" % recipe)
    if "+" in recipe:
        texts = [open(os.path.join(run, "validation.csv")).read() for run in (whole, parts)]
        check(texts[0] == texts[1] and texts[0].count("\n") == 1 + STEPS // 9 + 1, "validation.csv differs")
        states = [json.loads(read_tensors(os.path.join(run, "checkpoint.safetensors"))[0]["state"])["scores"]
                  for run in (whole, parts)]
        check(states[0] == states[1] and float(states[0]["rate"]) < 0.0005, "scores: %s" % states)
        shown = call("model", "info", os.path.join(parts, "best.safetensors"), "--json")
        best = json.loads(shown.stdout)["best"]
        check(best["score"] == "loss" and best["step"] == states[0]["best_step"], "model info: %s" % best)
    leftovers = [name for name in os.listdir(parts) if name not in os.listdir(whole)]
    print("left behind by the killed programs: %s" % (", ".join(leftovers) or "nothing"))
    return os.path.join(whole, "model.safetensors")


# The SynCT lies where the MR lies, in HU, and says in a comment extension (code 6) how it was made.
def check_synct(model, mr_path, folder):
    out = os.path.join(folder, "synct.nii.gz")
    done = call("synthesize", model, mr_path, out)
    check(done.returncode == 0, "synthesize: " + done.stderr)
    mr, synct = nibabel.load(mr_path), nibabel.load(out)
    check(mr.shape == synct.shape and numpy.allclose(mr.affine, synct.affine, atol=1e-4), "the SynCT lies elsewhere")
    values = numpy.asarray(synct.dataobj)
    check(values.min() >= -1000 and values.max() <= 1000 and values.std() > 1, "the SynCT holds no HU")
    texts = [extension.get_content() for extension in synct.header.extensions if extension.get_code() == 6]
    texts = [text.decode() if isinstance(text, bytes) else text for text in texts]
    notes = [json.loads(text.rstrip("\0")) for text in texts if text.lstrip().startswith("{")]
    check(len(notes) == 1 and notes[0]["modality"] == "SYNCT" and notes[0]["model"] == "model", "provenance: %s" % texts)
    digest = subprocess.run(["sha256sum", model], capture_output=True, text=True).stdout.split()[0]
    check(notes and notes[0]["model_sha256"] == digest, "the provenance names another model")
    check(not any(folder in text for text in texts), "the provenance holds a path")


# A mirrored file of the same patient gives the mirrored contour; values and names are the training's.
def check_contour(model, ct_path, folder):
    ct = nibabel.load(ct_path)
    mirrored_path = os.path.join(folder, "mirrored.nii.gz")
    mirror = numpy.diag([-1.0, 1, 1, 1])
    mirror[0, 3] = ct.shape[0] - 1
    nibabel.save(nibabel.Nifti1Image(numpy.asarray(ct.dataobj)[::-1], ct.affine @ mirror), mirrored_path)
    maps = []
    for source in (ct_path, mirrored_path):
        out = os.path.join(folder, "contour-%d.nii.gz" % len(maps))
        done = call("segment", model, source, out)
        check(done.returncode == 0, "segment: " + done.stderr)
        maps.append(numpy.asarray(nibabel.load(out).dataobj))
    check(maps[0].shape == ct.shape and set(numpy.unique(maps[0])) <= {0, 1, 2}, "the contour has other labels")
    check((maps[0] > 0).any(), "nothing was found, so that nothing is tested")
    check(numpy.array_equal(maps[0], maps[1][::-1]), "a mirrored file changes the contour")
    with open(os.path.join(folder, "contour-0.labels.csv")) as file:
        check("prostate" in file.read().lower(), "the label's name is lost")


def main():
    with tempfile.TemporaryDirectory() as folder:
        done = call("phantom", "pelvis", "--patients", "1", "--seed", "11", "--matrix", "64", "--unpaired", "--out",
                    os.path.join(folder, "data"))
        check(done.returncode == 0, done.stderr)
        data = os.path.join(folder, "data", "cases.csv")
        files = sorted(os.listdir(os.path.join(folder, "data")))
        first = lambda end: os.path.join(folder, "data", next(name for name in files if name.endswith(end)))
        generator = check_resume("cyclegan-phantom", data, folder)
        segmenter = check_resume("segmenter-phantom", data, folder)
        check_resume("segmenter-phantom+scores", data, folder)
        stopped = [check_stop(number, data, folder) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
        check_settings(data, stopped[0])
        check_ignored(data, folder)
        check_synct(generator, first("-mr.nii.gz"), folder)
        check_contour(segmenter, first("-ct.nii.gz"), folder)
        wrong = call("segment", generator, first("-mr.nii.gz"), os.path.join(folder, "none.nii.gz"))
        check(wrong.returncode == 1 and wrong.stderr.count("\n") == 1 and "use synthesize" in wrong.stderr,
              "the wrong kind of model: " + wrong.stderr)
    print("%d failed" % len(bad))
    sys.exit(1 if bad else 0)


main()
