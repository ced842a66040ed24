#!/bin/sh
# check-tools.sh - what gpu-suite.sh and bench-pytorch.py say where there is no card, and how the suite counts
# SPDX-License-Identifier: Apache-2.0
#
#   check-tools.sh PROGRAM...   the test programs of meson's suite "gpu"
#
# The suite runs as from a bundle, with programs that only print.
set -u

here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

fail () {
  echo "$*"
  failed=1
}

# expect STATUS PATTERN COMMAND...: a line of what the command says matches
expect () {
  wanted=$1
  pattern=$2
  shift 2
  "$@" >"$folder/said" 2>&1
  status=$?
  [ $status -eq "$wanted" ] || fail "$*: exit status $status, not $wanted"
  grep -qE "$pattern" "$folder/said" || { fail "$*: does not say $pattern:"; cat "$folder/said"; }
}

program () {
  printf '#!/bin/sh\n%s\n' "$2" >"$folder/$1"
  chmod +x "$folder/$1"
}

for name; do
  grep -qE "^programs=.*[\" ]${name}[\" ]" "$here/gpu-suite.sh" || fail "gpu-suite.sh does not run $name"
done

cp "$here/gpu-suite.sh" "$folder"
program triptych-cli 'exit 0'
program nvidia-smi 'echo "GPU 0: none"'
program test-gpu 'echo "ok 1 a"; echo "ok 2 b # SKIP why"; echo "ok 3 c"'
program test-gpu-conv 'echo "ok 1 d"'
suite="env PATH=$folder:$PATH PYTHON=false $folder/gpu-suite.sh"
expect 0 '^usage: ' "$here/gpu-suite.sh" --help
expect 2 '^usage: ' "$here/gpu-suite.sh" --everything
expect 2 '^usage: ' "$here/gpu-suite.sh" --bundle
expect 0 '^3 ok, 1 skipped, 0 not ok; 0 programs failed; exit status 0$' $suite
program test-gpu 'echo "ok 1 a"; echo "not ok 2 b"; exit 1'
expect 1 '^2 ok, 0 skipped, 1 not ok; 1 programs failed; exit status 1$' $suite
program test-gpu 'echo "ok 1 a # SKIP no driver"'
program test-gpu-conv 'echo "1..0 # SKIP no driver"'
expect 1 '^0 ok, 2 skipped, 0 not ok; 0 programs failed; exit status 1$' $suite
program nvidia-smi 'exit 9'
[ -e /proc/driver/nvidia/gpus ] || expect 77 'no NVIDIA card found' $suite

python=/usr/bin/python3
if "$python" -c 'import torch' 2>/dev/null; then
  expect 1 '^bench-pytorch.py: PyTorch .* finds no CUDA device here' \
    env CUDA_VISIBLE_DEVICES= "$python" "$here/bench-pytorch.py" --device cuda
  [ "$(wc -l <"$folder/said")" -eq 1 ] || fail "bench-pytorch.py says more than a sentence"
fi
exit $failed
