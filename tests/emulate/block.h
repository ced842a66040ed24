/* block.h - runs the blocks of a grid, thread by thread, on one thread of the host
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The threads of a block are fibers: at a barrier or a shuffle a thread gives way until the others
 * have come. A barrier that can never be complete (divergence, a thread that has returned) ends the
 * program with the kernel's name. The order in which blocks and the threads of a block take their
 * turn is TRIPTYCH_EMULATE_ORDER: forward (default), reverse, or random:SEED,
 * read when TRIPTYCH_EMULATE is (device.h); results that depend
 * on it lack a barrier, or sum in the order of arrival. One grid at a time.
 */

#pragma once

#include "cuda_runtime_api.h"

#include <cstdint>
#include <functional>

struct uint3
{
  unsigned x, y, z;
};

struct dim3
{
  unsigned x, y, z;

  constexpr dim3 (unsigned x = 1, unsigned y = 1, unsigned z = 1) : x (x), y (y), z (z)
  {
  }
};

/* What the running thread sees. */
struct TrpEmulated
{
  uint3 thread, block;
  dim3 block_size, grid_size;
};
extern TrpEmulated trp_emulated;

enum TrpWarpKind
{
  TRP_WARP_BARRIER,
  TRP_WARP_INDEX,
  TRP_WARP_DOWN,
  TRP_WARP_UP,
  TRP_WARP_XOR,
  TRP_WARP_BALLOT,
};

/* One launch. @body is the kernel with its arguments, called once per thread. */
struct TrpGrid
{
  const char *name;
  dim3 grid, block;
  std::function<void ()> body;
};

/* From a thread of the running grid: waits for all threads of the block that have not returned. */
void trp_emulate_block_barrier (void);
/* From a thread of the running grid: waits for all lanes of @mask to call the same; gives the value
 * of the lane that @kind and @operand name, as CUDA's shuffles do. */
uint64_t
trp_emulate_warp_exchange (TrpWarpKind kind, unsigned mask, uint64_t value, int operand, int width);

/* Reads TRIPTYCH_EMULATE_ORDER. */
void trp_emulate_read_order (void);
/* Runs all blocks now. */
void trp_emulate_run_grid (const TrpGrid &grid);
/* stream.cc: at the end of @stream's work, or into the graph that it is capturing. */
void trp_emulate_enqueue (cudaStream_t stream, const TrpGrid &grid);
