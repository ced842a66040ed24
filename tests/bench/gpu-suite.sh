#!/bin/sh
# gpu-suite.sh - the CUDA module's tests and speeds on this machine's GPU, in one command
# SPDX-License-Identifier: Apache-2.0
set -u

usage () {
  cat <<'END'
usage: gpu-suite.sh [--bundle FOLDER] [--help]

  gpu-suite.sh                  in the source tree: builds (meson) in build-gpu, then runs all
  gpu-suite.sh --bundle FOLDER  builds, and collects what runs without meson and without our libraries' packages in
                                FOLDER; take it to the machine with the GPU and call FOLDER/gpu-suite.sh there

Runs the tests of every operation, the same under compute-sanitizer where that is installed (SANITIZE=1), the benchmark
table in each precision, and the ratios to PyTorch where python3 (or $PYTHON) has it. cuDNN 9 and the driver must be on
the machine. SECONDS_PER_ROW (2) shortens it.

Exit status: 0 all passed, 1 something failed or no test ran, 2 wrong arguments, 77 no NVIDIA card here.
END
}

here=$(cd "$(dirname "$0")" && pwd)
seconds=${SECONDS_PER_ROW:-2}
python=${PYTHON:-python3}
# suite "gpu" of tests/meson.build
programs="test-gpu test-gpu-conv"
failed=0
n_ok=0
n_skipped=0
n_not_ok=0

say () {
  printf '\n==== %s\n' "$*"
}

has_card () {
  nvidia-smi -L 2>/dev/null | grep -q '^GPU ' || ls /proc/driver/nvidia/gpus/* >/dev/null 2>&1
}

# What the arguments after the first, the title, run; a failure counts and does not end the suite.
run () {
  say "$1"
  shift
  "$@" || { failed=$((failed + 1)); echo "failed: $*"; }
}

# A test program; its lines are counted.
run_tap () {
  tap=$(mktemp)
  run "$@" 2>&1 | tee "$tap" # in a process of its own, whose count is lost
  ! grep -q '^failed: ' "$tap" || failed=$((failed + 1))
  n_ok=$((n_ok + $(grep '^ok ' "$tap" | grep -vc '# SKIP')))
  n_skipped=$((n_skipped + $(grep -cE '^(ok .*|1\.\.0 .*)# SKIP' "$tap")))
  n_not_ok=$((n_not_ok + $(grep -c '^not ok ' "$tap")))
  rm -f "$tap"
}

# The build folder of $source, made when it is not there.
build () {
  build=$source/build-gpu
  [ -e "$build/build.ninja" ] ||
    meson setup "$build" "$source" -Dgui=disabled -Ddicom=disabled -Ditk=disabled -Dgpu=enabled --buildtype=release || exit 1
  meson compile -C "$build" || exit 1
}

# Libraries that a bare machine lacks; never those that belong to the driver, the CUDA toolkit or the C library.
copy_libraries () {
  ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | xargs realpath -s | sort -u |
    grep -vE '/(lib(c|m|dl|rt|pthread|resolv)\.so|lib(cuda|cudart|cudnn|cublas|nv|nccl))' |
    xargs -r cp -Lu -t "$folder/lib"
}

bundle () {
  folder=$1
  mkdir -p "$folder/lib" "$folder/tests" || exit 1
  set -- "$build/app/triptych-cli" "$build/gpu/libtriptych-gpu.so"
  for test in $programs; do
    set -- "$@" "$build/tests/$test"
  done
  cp -L "$@" "$folder" || exit 1
  cp -L "$here/gpu-suite.sh" "$here/bench-pytorch.py" "$here/pytorch_steps.py" "$folder" || exit 1
  cp -R "$source/tests/golden" "$folder/tests" || exit 1
  copy_libraries "$@"
  du -sh "$folder"
}

run_tests () {
  for test in $programs; do
    run_tap "$test" "$tests/$test" --tap
    if [ -n "${SANITIZE:-}" ] && command -v compute-sanitizer >/dev/null; then
      run_tap "$test, compute-sanitizer" compute-sanitizer --error-exitcode 1 "$tests/$test" --tap
    fi
  done
}

run_benchmarks () {
  for precision in default bf16 strict; do
    run "networks, $precision" "$cli" bench nn --device cuda --precision "$precision" --seconds "$seconds"
  done
  if "$python" -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
    run "against PyTorch" \
      env -u LD_LIBRARY_PATH "$python" "$here/bench-pytorch.py" --cli "$cli_alone" --device cuda --seconds "$seconds"
  else
    say "no PyTorch with CUDA: no ratios"
  fi
}

summarize () {
  status=0
  [ "$failed" -eq 0 ] && [ "$n_ok" -gt 0 ] || status=1
  say "summary"
  echo "$n_ok ok, $n_skipped skipped, $n_not_ok not ok; $failed programs failed; exit status $status"
  [ "$n_ok" -gt 0 ] || echo "no test ran on the card; the skipped ones above say why"
  exit $status
}

mode=run
case "${1:-}" in
  '') ;;
  --help | -h) usage; exit 0 ;;
  --bundle) mode=bundle ;;
  *) usage >&2; exit 2 ;;
esac
if [ $mode = bundle ] && [ -z "${2:-}" ]; then
  usage >&2
  exit 2
fi
if [ $mode = run ] && ! has_card; then
  echo "gpu-suite.sh: no NVIDIA card found (nvidia-smi, /proc/driver/nvidia); run it on a machine with one" >&2
  exit 77
fi
if [ -x "$here/triptych-cli" ]; then
  cli=$here/triptych-cli
  tests=$here
  TRIPTYCH_MODULE_DIR=$here
  TRIPTYCH_SOURCE=$here
  export TRIPTYCH_MODULE_DIR TRIPTYCH_SOURCE
  LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH
  # PyTorch must not see our libraries, and what it starts must
  cli_alone=$(mktemp)
  trap 'rm -f "$cli_alone"' EXIT
  printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' "$LD_LIBRARY_PATH" "$cli" >"$cli_alone"
  chmod +x "$cli_alone"
else
  source=$(cd "$here/../.." && pwd)
  build
  if [ $mode = bundle ]; then
    bundle "$2"
    exit 0
  fi
  cli=$build/app/triptych-cli
  cli_alone=$cli
  tests=$build/tests
  TRIPTYCH_MODULE_DIR=$build/gpu
  TRIPTYCH_SOURCE=$source
  export TRIPTYCH_MODULE_DIR TRIPTYCH_SOURCE
fi
say "machine"
nvidia-smi -L 2>/dev/null || echo "no nvidia-smi"
run_tests
run_benchmarks
summarize
