#!/usr/bin/env bash
# train-demo.sh OUT - makes the two demo networks of this folder anew, from phantoms and shipped recipes
# SPDX-License-Identifier: Apache-2.0
#
# TRIPTYCH_CLI names the program, else the one in build/. The same processor and library versions give the
# same bits: one thread each. None of the patients is the demo's (seed 2026). See README.md.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=${1:?usage: train-demo.sh OUT}
cli=${TRIPTYCH_CLI:-$top/build/app/triptych-cli}
seed=2
export OMP_NUM_THREADS=1

"$cli" phantom pelvis --patients 16 --seed $seed --matrix 64 --ct-matrix 115 --unpaired --out "$out/training"
"$cli" train cyclegan-phantom --data "$out/training/cases.csv" --out "$out/cyclegan" --device cpu \
  --set training.seed=$seed --set training.threads=1

mkdir -p "$out/synct"
printf 'case,synct,mr_structures\n' >"$out/synct.csv"
for mr in "$out"/training/*-mr.nii.gz; do
  name=$(basename "$mr" -mr.nii.gz)
  "$cli" synthesize "$out/cyclegan/model.safetensors" "$mr" "$out/synct/$name.nii.gz" --device cpu
  printf '%s,synct/%s.nii.gz,training/%s-mr-structures.nii.gz\n' "$name" "$name" "$name" >>"$out/synct.csv"
done
"$cli" train segmenter-phantom --data "$out/synct.csv" --out "$out/segmenter" --device cpu \
  --set training.seed=$seed --set training.threads=1

cp "$out/cyclegan/model.safetensors" "$out/demo-mr-to-ct.safetensors"
cp "$out/segmenter/model.safetensors" "$out/demo-prostate.safetensors"
