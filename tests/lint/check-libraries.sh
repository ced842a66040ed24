#!/bin/sh
# check-libraries.sh ROOT - no binary needs FFTW (GPL) or libniftiio, core needs no window library, the CUDA module exports its table only
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
module=$build/gpu/libtriptych-gpu.so
if [ -e "$module" ]; then
  if ldd "$module" | grep -E 'libcudart|libcublas|libnccl|libnvrtc|libgtk'; then
    echo "$module: links cuDNN and the static part of CUDA's run time only"
    status=1
  fi
  exported=$(nm -D --defined-only "$module" | awk '{print $3}')
  if [ "$exported" != trp_backend_module ]; then
    echo "$module: exports more than its table:" $exported
    status=1
  fi
fi
exit $status
