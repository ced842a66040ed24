#!/bin/sh
# check-libraries.sh ROOT - no binary needs FFTW (GPL) or libniftiio, and core needs no window library
# SPDX-License-Identifier: Apache-2.0
build=${TRIPTYCH_BUILD:?set by meson test}
status=0
for file in "$build"/core/libtriptych-core.so "$build"/app/triptych "$build"/app/triptych-cli; do
  [ -e "$file" ] || continue
  if ldd "$file" | grep -E 'libfftw|libniftiio'; then
    echo "$file: pulls in a library that must not be linked"
    status=1
  fi
done
for file in "$build"/core/libtriptych-core.so "$build"/app/triptych-cli; do
  if ldd "$file" | grep -E 'libgtk|libcudart|libcudnn'; then
    echo "$file: must do without windows and CUDA"
    status=1
  fi
done
exit $status
