#!/usr/bin/python3
"""check-evaluate.py CLI - triptych-cli evaluate on a cohort of phantoms against numpy and scipy

SPDX-License-Identifier: Apache-2.0

Phantoms get a noisy SynCT and two readings (shifted contours; one reading misses an organ in one patient). Every kind
of row of results.csv is computed again with numpy and scipy from the files; so are summary, tests and interobserver
variability from the rows. Figures are well-formed, the PDF holds the title. Exit status 77 (skipped) without them.
"""

import csv
import json
import math
import os
import subprocess
import sys
import tempfile
import xml.dom.minidom

try:
    import nibabel
    import numpy as np
    import scipy.ndimage as ndi
    import scipy.stats as st
except ImportError:
    print("python3-nibabel or python3-scipy is not installed")
    sys.exit(77)

cli = sys.argv[1]
N_CASES = 6
bad = []
count = 0


def check(truth, words):
    global count
    count += 1
    if not truth:
        bad.append(words)
        print("FAIL:", words)


def near(a, b, words, tolerance=1e-9):
    same = a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance * max(1, abs(b))
    check(same, "%s: %r, not %r" % (words, a, b))


def call(*arguments, status=0):
    result = subprocess.run([cli, *arguments], capture_output=True, text=True)
    check(result.returncode == status, "%s: exit status %d: %s" % (arguments, result.returncode, result.stderr))
    return result


def read(folder, name):
    image = nibabel.load(os.path.join(folder, name))
    return np.asarray(image.dataobj).astype(float), image


def write(folder, name, values, like, kind):
    nibabel.save(nibabel.Nifti1Image(values.astype(kind), like.affine), os.path.join(folder, name))


def make_cohort(folder):
    call("phantom", "pelvis", "--patients", str(N_CASES), "--seed", "11", "--matrix", "64", "--out", folder)
    random = np.random.default_rng(1)
    with open(os.path.join(folder, "cases.csv")) as file:
        rows = list(csv.DictReader(file))
    for n, row in enumerate(rows):
        ct, image = read(folder, row["ct_on_mr"])
        write(folder, "%s-synct.nii.gz" % row["case"], ct + random.normal(10, 30 + 5 * n, ct.shape), image, np.int16)
        row["synct"] = "%s-synct.nii.gz" % row["case"]
        labels, image = read(folder, row["mr_structures"])
        for reading, shift in ("mr_observer_1", (1 + n % 2, 0, 0)), ("mr_observer_2", (0, -1 - n % 3, 0)):
            moved = np.roll(labels, shift, (0, 1, 2))
            if n == 4 and reading == "mr_observer_1":
                moved[moved == 1] = 6
            row[reading] = "%s-%s.nii.gz" % (row["case"], reading)
            write(folder, row[reading], moved, image, np.uint8)
        # two patients have two cases each
        row["patient"] = "p%d" % (n if n < 4 else n - 4)
    path = os.path.join(folder, "readings.csv")
    with open(path, "w") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
    return path, rows


def number(text):
    return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(text) if text[-1].isalpha() else float(text)


def load_results(path):
    found = {}
    with open(path) as file:
        for row in csv.DictReader(file):
            key = row["arm"], row["case"], row["structure"], row["slice"], row["metric"]
            check(key not in found, "%s is there twice" % (key,))
            found[key] = number(row["value"])
    return found


def body_of(ct):
    labels, _ = ndi.label(ct > -300)
    largest = labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1
    return np.stack([ndi.binary_fill_holes(largest[:, :, k]) for k in range(ct.shape[2])], axis=2)


def mutual_information(a, b):
    p, _, _ = np.histogram2d(a.ravel(), b.ravel(), bins=64)
    p /= p.sum()
    entropy = lambda q: -(q[q > 0] * np.log(q[q > 0])).sum()
    return entropy(p.sum(0)) + entropy(p.sum(1)) - entropy(p)


def check_images(found, folder, row):
    case = row["case"]
    ct, synct, mr = (read(folder, row[column])[0] for column in ("ct_on_mr", "synct", "mr"))
    error, body = synct - ct, body_of(ct)
    get = lambda structure, metric, k="": found["synct", case, structure, k, metric]
    near(get("", "mae"), np.abs(error).mean(), case + " mae")
    near(get("body", "mae"), np.abs(error[body]).mean(), case + " mae in the body")
    near(get("body", "me"), error[body].mean(), case + " me")
    near(get("body", "rmse"), np.sqrt((error[body] ** 2).mean()), case + " rmse")
    near(get("", "psnr"), 10 * np.log10(4095 ** 2 / (error ** 2).mean()), case + " psnr")
    near(get("", "mi"), mutual_information(mr, synct), case + " mi")
    other = body_of(synct)
    near(get("", "outline_dice"), 2 * (body & other).sum() / (body.sum() + other.sum()), case + " outline")
    for k in range(0, ct.shape[2], 7):
        near(get("", "mi", str(k)), mutual_information(mr[:, :, k], synct[:, :, k]), "%s mi of slice %d" % (case, k))
        if body[:, :, k].any():
            near(get("body", "mae", str(k)), np.abs(error[:, :, k][body[:, :, k]]).mean(), "%s mae of %d" % (case, k))


def border_of(mask):
    return mask & ~ndi.binary_erosion(np.pad(mask, 1))[1:-1, 1:-1, 1:-1]


def distances(a, b, spacing):
    return ndi.distance_transform_edt(~border_of(b), sampling=spacing)[border_of(a)]


def check_pair(found, folder, row, arm, reference, test, names):
    case = row["case"]
    a, image = read(folder, row[reference])
    b, _ = read(folder, row[test])
    spacing = [float(z) for z in image.header.get_zooms()[:3]]
    for label, name in names.items():
        x, y = a == label, b == label
        get = lambda metric, k="": found[arm, case, name, k, metric]
        words = "%s %s %s" % (arm, case, name)
        near(get("dice"), 2 * (x & y).sum() / (x.sum() + y.sum()), words + " dice")
        near(get("volume_difference_ml"), (y.sum() - x.sum()) * np.prod(spacing) / 1000, words + " volume", 1e-6)
        for k in range(a.shape[2]):
            n = x[:, :, k].sum() + y[:, :, k].sum()
            if n:
                near(get("dice", str(k)), 2 * (x & y)[:, :, k].sum() / n, "%s slice %d" % (words, k))
            else:
                check((arm, case, name, str(k), "dice") not in found, words + " has Dice of nothing")
        if not x.any() or not y.any():
            near(get("hd"), math.inf, words + " missed")
        elif name != "Body":
            ab, ba = distances(x, y, spacing), distances(y, x, spacing)
            near(get("hd"), max(ab.max(), ba.max()), words + " hd", 1e-6)
            near(get("assd"), np.concatenate([ab, ba]).mean(), words + " assd", 1e-6)
            near(get("hd95"), max(np.percentile(ab, 95), np.percentile(ba, 95)), words + " hd95", 1e-6)


def of_cases(found, arm, structure, metric, rows):
    return np.array([found[arm, row["case"], structure, "", metric] for row in rows])


def of_patients(found, arm, structure, metric, rows):
    patients = sorted({row["patient"] for row in rows})
    values = of_cases(found, arm, structure, metric, rows)
    return np.array([np.mean([v for v, row in zip(values, rows) if row["patient"] == p]) for p in patients])


def as_number(value):
    return number(value) if isinstance(value, str) else float(value)


def check_summary(found, rows, summary):
    for row in summary["summary"]:
        values = of_cases(found, row["arm"], row["structure"], row["metric"], rows)
        finite = values[np.isfinite(values)]
        words = "%(arm)s %(structure)s %(metric)s" % row
        check(row["n"] == len(finite) and row["n_infinite"] == np.isinf(values).sum(), words + " counts")
        if len(finite) > 1:
            near(as_number(row["mean"]), finite.mean(), words + " mean")
            near(as_number(row["sd"]), finite.std(ddof=1), words + " sd")
            for key, p in ("q1", 0.25), ("median", 0.5), ("q3", 0.75):
                near(as_number(row[key]), np.quantile(finite, p), words + " " + key)


def signed_rank(differences):
    """Of all signs of the ranks, ties and all."""
    differences = differences[np.abs(differences) > 0]
    ranks = st.rankdata(np.abs(differences))
    sums = np.zeros(1)
    for rank in ranks:
        sums = np.concatenate([sums, sums + rank])
    observed = ranks[differences > 0].sum()
    return min(1, 2 * min((sums <= observed).mean(), (sums >= observed).mean())) if len(ranks) else math.nan


def check_comparisons(found, rows, summary):
    families = {}
    for row in summary["comparisons"]:
        a, b = (of_patients(found, row[side], row["structure"], row["metric"], rows) for side in ("first", "second"))
        words = "%(first)s - %(second)s %(structure)s %(metric)s" % row
        good = np.isfinite(a) & np.isfinite(b)
        check(row["n"] == good.sum(), words + " pairs")
        difference = a[good] - b[good]
        if good.sum() > 1 and difference.std() > 1e-9 * np.abs(difference).max():
            t = st.ttest_rel(a[good], b[good])
            near(as_number(row["t"]), t.statistic, words + " t", 1e-7)
            near(as_number(row["t_p"]), t.pvalue, words + " p", 1e-7)
            near(as_number(row["wilcoxon_p"]), signed_rank(difference), words + " Wilcoxon")
        families.setdefault(row["metric"], []).append(row)
    for metric, family in families.items():
        p = sorted((as_number(row["t_p"]), as_number(row["t_p_holm"])) for row in family
                   if not math.isnan(as_number(row["t_p"])))
        held = 0
        for rank, (plain, holm) in enumerate(p):
            held = max(held, min(1, plain * (len(p) - rank)))
            near(holm, held, metric + " Holm")


def check_interobserver(found, rows, summary):
    arms = sorted({row["arm"] for row in summary["summary"] if " vs " in row["arm"]})
    check(len(arms) == 3, "three pairs of observers: %s" % arms)
    for row in summary["interobserver"]:
        pairs = [of_patients(found, arm, row["structure"], row["metric"], rows) for arm in arms]
        pairs = [p[np.isfinite(p)] for p in pairs]
        words = "interobserver %(structure)s %(metric)s" % row
        near(as_number(row["mean"]), np.mean([p.mean() for p in pairs]), words)
        near(as_number(row["sd"]), np.sqrt(np.mean([p.var(ddof=1) for p in pairs])), words + " SD", 1e-7)


def check_files(out):
    names = os.listdir(os.path.join(out, "figures"))
    check(len(names) > 30 and len(names) % 3 == 0, "figures: %d" % len(names))
    for name in names:
        path = os.path.join(out, "figures", name)
        with open(path, "rb") as file:
            data = file.read()
        if name.endswith(".svg"):
            check(xml.dom.minidom.parseString(data).documentElement.tagName == "svg", name)
        elif name.endswith(".pdf"):
            check(data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF"), name)
        else:
            check(data.startswith(b"\x89PNG") and data[-8:-4] == b"IEND", name)
    with open(os.path.join(out, "report.pdf"), "rb") as file:
        data = file.read()
    check(data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF"), "report.pdf")


def main(folder):
    path, rows = make_cohort(folder)
    out = os.path.join(folder, "out")
    result = call("evaluate", "--data", path, "--readings", "mr_observer_1,mr_observer_2,mr_structures", "--title",
                  "Cohort", "--out", out, "--json")
    summary = json.loads(result.stdout)
    found = load_results(os.path.join(out, "results.csv"))
    with open(os.path.join(folder, "labels.csv")) as file:
        names = {int(row["value"]): row["name"] for row in csv.DictReader(file) if int(row["value"])}
    for row in rows:
        check_images(found, folder, row)
        check_pair(found, folder, row, "mr_observer_1", "mr_structures", "mr_observer_1", names)
        check_pair(found, folder, row, "mr_observer_1 vs mr_observer_2", "mr_observer_1", "mr_observer_2", names)
    check_summary(found, rows, summary)
    check_comparisons(found, rows, summary)
    check_interobserver(found, rows, summary)
    check_files(out)
    # Tables made again from the rows are the same.
    again = os.path.join(folder, "again")
    call("evaluate", "--results", os.path.join(out, "results.csv"), "--out", again, "--title", "Cohort")
    for name in "results.csv", "summary.csv", "comparisons.csv", "summary.json":
        with open(os.path.join(out, name)) as a, open(os.path.join(again, name)) as b:
            check(a.read() == b.read(), name + " differs when made again")
    # Measured now counts more than measured earlier; two files with one number are refused.
    old = os.path.join(folder, "old.csv")
    with open(os.path.join(out, "results.csv")) as file, open(old, "w") as changed:
        for row in csv.reader(file):
            changed.write(",".join(row[:-1] + ["value" if row[-1] == "value" else "9e9"]) + "\n")
    result = call("evaluate", "--data", path, "--readings", "mr_observer_1,mr_observer_2,mr_structures", "--results", old,
                  "--out", again)
    check("measured again" in result.stderr, "what counts is told: " + result.stderr)
    with open(os.path.join(out, "results.csv")) as a, open(os.path.join(again, "results.csv")) as b:
        check(a.read() == b.read(), "earlier results replaced new ones")
    result = call("evaluate", "--results", old, "--results", os.path.join(out, "results.csv"), "--out", again, status=1)
    check("rename the arms" in result.stderr, "mixed studies: " + result.stderr)
    # A case that cannot be read is told, and the rest is there.
    os.remove(os.path.join(folder, rows[2]["synct"]))
    result = call("evaluate", "--data", path, "--no-slices", "--out", again, status=1)
    check("case %s, synct" % rows[2]["case"] in result.stderr, "the case is named: " + result.stderr)
    with open(os.path.join(again, "summary.csv")) as file:
        check(next(csv.DictReader(file))["n"] == str(N_CASES - 1), "the others are measured")
    check(folder not in open(os.path.join(again, "summary.json")).read(), "no path in the summary")
    for arguments in ["--data", path], ["--out", out], ["--out", out, "--results", "x", "--fold", "1"]:
        call("evaluate", *arguments, status=2)


with tempfile.TemporaryDirectory() as temporary:
    main(temporary)
print("%d checks, %d failed" % (count, len(bad)))
sys.exit(1 if bad else 0)
