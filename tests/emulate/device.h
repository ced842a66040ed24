/* device.h - how the emulated device behaves, its errors and its memory
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * TRIPTYCH_EMULATE holds any of these, separated by commas:
 *   no-driver, no-device       nothing to be found
 *   old-device, capability=75  another compute capability; the default is 90
 *   memory=BYTES               of the device; the default is 4 GiB
 *   fail-at-launch=N           the N-th kernel fails when it runs; the device is lost from then on
 *   no-capture                 stream capture cannot begin
 *   break-capture              the first kernel of a capture invalidates it
 * It is read by cudaGetDeviceCount() while there is no stream, as by a new process.
 *
 * Everything here is called with the lock held.
 */

#pragma once

#include "cuda_runtime_api.h"

#include <mutex>

struct TrpEmulation
{
  bool no_driver, no_device, no_capture, break_capture;
  int capability;
  size_t memory;
  long fail_at_launch; /* 0: never */
};

const TrpEmulation *trp_emulation (void);
std::recursive_mutex &trp_emulate_lock (void);
#define TRP_LOCK() const std::lock_guard<std::recursive_mutex> guard (trp_emulate_lock ())

/* What an entry of the API returns: @error, or the error by which the device was lost; remembered
 * for cudaGetLastError(). */
cudaError_t trp_emulate_result (cudaError_t error);
bool trp_emulate_is_lost (void);
/* Counts a kernel that is about to run; false: the device is lost. */
bool trp_emulate_count_launch (void);

/* Whether @bytes at @memory are inside one allocation of the device, or of pinned host memory. */
bool trp_emulate_is_device (const void *memory, size_t bytes);
bool trp_emulate_is_pinned (const void *memory, size_t bytes);
/* Between these the device's memory may be touched; they nest. */
void trp_emulate_begin_access (void);
void trp_emulate_end_access (void);

/* stream.cc: all work of all streams. */
void trp_emulate_run_all (void);
int trp_emulate_get_n_streams (void);
/* stream.cc: for calls that are illegal while this thread captures: invalidates the capture and
 * returns false. */
bool trp_emulate_may_wait (void);
