/* memory.cc - the emulated device's memory, and pinned memory of the host
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * An allocation is pages of its own between two that nobody may touch, filled with bytes that read
 * as NaN in every type. It ends as near to the last of them as CUDA's alignment allows: what reads
 * or writes further behind its end stops at once, and what is written in the rest of the pages is
 * found when it is freed, with AddressSanitizer at once too. While no work runs, the pages are
 * closed: a host that touches device memory stops at once.
 */

#include "tests/emulate/device.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, bytes) ((void) (memory), (void) (bytes))
#define ASAN_UNPOISON_MEMORY_REGION(memory, bytes) ((void) (memory), (void) (bytes))
#endif
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sys/mman.h>

#define PAGE ((size_t) 4096)
#define ALIGNMENT ((size_t) 256)

struct Allocation
{
  size_t bytes;
  char *pages; /* between the guards */
  size_t mapped;
};

static std::map<uintptr_t, Allocation> on_device;
static std::map<uintptr_t, size_t> pinned;
static size_t used;
static int n_access;

static void
open_pages (const Allocation &allocation)
{
  mprotect (allocation.pages, allocation.mapped, PROT_READ | PROT_WRITE);
}

static void
protect (const Allocation &allocation)
{
  mprotect (allocation.pages, allocation.mapped, n_access > 0 ? PROT_READ | PROT_WRITE : PROT_NONE);
}

static void
protect_all (void)
{
  for (const auto &entry : on_device)
    protect (entry.second);
}

void
trp_emulate_begin_access (void)
{
  if (n_access++ == 0)
    protect_all ();
}

void
trp_emulate_end_access (void)
{
  if (--n_access == 0)
    protect_all ();
}

static bool
is_inside (uintptr_t begin, size_t size, const void *memory, size_t bytes)
{
  const uintptr_t address = (uintptr_t) memory;

  return address >= begin && address - begin <= size && bytes <= size - (address - begin);
}

bool
trp_emulate_is_device (const void *memory, size_t bytes)
{
  auto next = on_device.upper_bound ((uintptr_t) memory);

  if (next == on_device.begin ())
    return false;
  --next;
  return is_inside (next->first, next->second.bytes, memory, bytes);
}

bool
trp_emulate_is_pinned (const void *memory, size_t bytes)
{
  auto next = pinned.upper_bound ((uintptr_t) memory);

  if (next == pinned.begin ())
    return false;
  --next;
  return is_inside (next->first, next->second, memory, bytes);
}

cudaError_t
cudaMemGetInfo (size_t *out_free, size_t *out_total)
{
  TRP_LOCK ();

  *out_total = trp_emulation ()->memory;
  *out_free = *out_total - used;
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaMalloc (void **out_memory, size_t bytes)
{
  TRP_LOCK ();
  const size_t mapped = (bytes + PAGE - 1) / PAGE * PAGE;
  const size_t total = trp_emulation ()->memory;
  char *pages, *memory;

  if (!trp_emulate_may_wait ())
    return trp_emulate_result (cudaErrorStreamCaptureUnsupported);
  if (trp_emulate_is_lost ())
    return trp_emulate_result (cudaSuccess);
  if (bytes == 0 || bytes > total || used > total - bytes)
    return trp_emulate_result (bytes ? cudaErrorMemoryAllocation : cudaErrorInvalidValue);
  pages = (char *) mmap (nullptr, mapped + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED)
    return trp_emulate_result (cudaErrorMemoryAllocation);
  pages += PAGE;
  memory = pages + (mapped - bytes) / ALIGNMENT * ALIGNMENT;
  used += bytes;
  on_device[(uintptr_t) memory] = { bytes, pages, mapped };
  open_pages ({ bytes, pages, mapped });
  memset (pages, 0xff, mapped);
  ASAN_POISON_MEMORY_REGION (pages, mapped);
  ASAN_UNPOISON_MEMORY_REGION (memory, bytes);
  protect ({ bytes, pages, mapped });
  *out_memory = memory;
  return cudaSuccess;
}

static bool
is_written (const char *begin, const char *end)
{
  for (const char *at = begin; at < end; at++)
    if ((unsigned char) *at != 0xff)
      return true;
  return false;
}

/* What a kernel wrote before or behind it, within its pages. */
static bool
is_overrun (const char *memory, const Allocation &allocation)
{
  return is_written (allocation.pages, memory) ||
         is_written (memory + allocation.bytes, allocation.pages + allocation.mapped);
}

cudaError_t
cudaFree (void *memory)
{
  TRP_LOCK ();
  const auto entry = on_device.find ((uintptr_t) memory);
  bool overrun;

  if (!memory)
    return trp_emulate_result (cudaSuccess);
  if (!trp_emulate_may_wait ())
    return trp_emulate_result (cudaErrorStreamCaptureUnsupported);
  if (entry == on_device.end ())
    return trp_emulate_result (cudaErrorInvalidValue);
  trp_emulate_run_all ();
  open_pages (entry->second);
  ASAN_UNPOISON_MEMORY_REGION (entry->second.pages, entry->second.mapped);
  overrun = is_overrun ((const char *) memory, entry->second);
  if (overrun)
    {
      fprintf (stderr, "emulated device: memory beside an allocation of %zu bytes was written\n",
               entry->second.bytes);
      abort ();
    }
  munmap (entry->second.pages - PAGE, entry->second.mapped + 2 * PAGE);
  used -= entry->second.bytes;
  on_device.erase (entry);
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaMallocHost (void **out_memory, size_t bytes)
{
  TRP_LOCK ();

  if (!trp_emulate_may_wait ())
    return trp_emulate_result (cudaErrorStreamCaptureUnsupported);
  if (trp_emulate_is_lost ())
    return trp_emulate_result (cudaSuccess);
  *out_memory = aligned_alloc (256, (bytes + 255) / 256 * 256);
  if (!*out_memory)
    return trp_emulate_result (cudaErrorMemoryAllocation);
  memset (*out_memory, 0xff, bytes);
  pinned[(uintptr_t) *out_memory] = bytes;
  return cudaSuccess;
}

cudaError_t
cudaFreeHost (void *memory)
{
  TRP_LOCK ();

  if (!memory)
    return trp_emulate_result (cudaSuccess);
  if (!trp_emulate_may_wait ())
    return trp_emulate_result (cudaErrorStreamCaptureUnsupported);
  trp_emulate_run_all ();
  if (pinned.erase ((uintptr_t) memory) == 0)
    return trp_emulate_result (cudaErrorInvalidValue);
  free (memory);
  return trp_emulate_result (cudaSuccess);
}
