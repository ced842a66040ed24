/* block.cc - see block.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A worker is a fiber that takes threads which have not begun, one after another, and runs each on
 * its own stack. Only where a thread has to wait is its worker bound to it, and another worker goes
 * on with the rest: a kernel without barriers runs on one stack and never switches.
 */

#include "tests/emulate/block.h"

#include "tests/emulate/fiber.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#define WARP 32

enum State
{
  RUNS,
  WAITS_FOR_BLOCK,
  WAITS_FOR_WARP,
  RETURNED,
};

struct Worker
{
  TrpFiber *fiber;
};

struct Thread
{
  uint3 index;
  State state;
  Worker *worker;
  TrpWarpKind kind;
  unsigned mask;
  uint64_t value, result;
  int operand, width;
};

struct Order
{
  bool reverse, random;
  std::mt19937 generator;
};

TrpEmulated trp_emulated;
static const TrpGrid *running;
static std::vector<Thread> threads;             /* of the block that runs */
static std::vector<unsigned> turns;             /* their order */
static auto &idle = *new std::vector<Worker *>; /* workers without a thread, kept to the end */
static size_t n_begun, n_live;                  /* of turns; of threads that have not returned */
static Thread *current;
static TrpFiber *scheduler;
static Order order;

[[noreturn]] static void __attribute__ ((format (printf, 1, 2))) fail (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  fprintf (stderr, "emulated device: kernel %s, block (%u, %u, %u): ", running->name,
           trp_emulated.block.x, trp_emulated.block.y, trp_emulated.block.z);
  vfprintf (stderr, format, arguments);
  fputc ('\n', stderr);
  va_end (arguments);
  abort ();
}

void
trp_emulate_read_order (void)
{
  const char *text = getenv ("TRIPTYCH_EMULATE_ORDER");

  order.reverse = text && strcmp (text, "reverse") == 0;
  order.random = text && strncmp (text, "random:", 7) == 0;
  if (order.random)
    order.generator.seed ((unsigned) strtoul (text + 7, nullptr, 10));
  else if (text && !order.reverse && strcmp (text, "forward") != 0)
    {
      fprintf (stderr, "TRIPTYCH_EMULATE_ORDER: forward, reverse or random:SEED, not %s\n", text);
      abort ();
    }
}

static void
fill_turns (std::vector<unsigned> &list, size_t n)
{
  list.resize (n);
  std::iota (list.begin (), list.end (), 0U);
  if (order.reverse)
    std::reverse (list.begin (), list.end ());
  if (order.random)
    std::shuffle (list.begin (), list.end (), order.generator);
}

static void
resume (Thread *thread)
{
  current = thread;
  thread->state = RUNS;
  trp_emulated.thread = thread->index;
}

static void
run_threads (void *data)
{
  Worker *self = (Worker *) data;

  for (;;)
    {
      while (n_begun < turns.size ())
        {
          Thread *thread = &threads[turns[n_begun++]];

          resume (thread);
          thread->worker = self;
          running->body ();
          current->state = RETURNED;
          n_live--;
        }
      idle.push_back (self);
      trp_fiber_switch (self->fiber, scheduler);
    }
}

static Worker *
take_worker (void)
{
  Worker *self;

  if (!idle.empty ())
    {
      self = idle.back ();
      idle.pop_back ();
      return self;
    }
  self = new Worker ();
  self->fiber = trp_fiber_new (run_threads, self);
  return self;
}

static void
give_way (State state)
{
  Worker *worker;

  if (!current)
    {
      fprintf (stderr, "emulated device: a barrier outside of a kernel\n");
      abort ();
    }
  current->state = state;
  worker = current->worker;
  trp_fiber_switch (worker->fiber, scheduler);
}

void
trp_emulate_block_barrier (void)
{
  give_way (WAITS_FOR_BLOCK);
}

uint64_t
trp_emulate_warp_exchange (TrpWarpKind kind, unsigned mask, uint64_t value, int operand, int width)
{
  current->kind = kind;
  current->mask = mask;
  current->value = value;
  current->operand = operand;
  current->width = width;
  give_way (WAITS_FOR_WARP);
  return current->result;
}

static void
go_on (Thread *thread)
{
  resume (thread);
  trp_fiber_switch (scheduler, thread->worker->fiber);
}

/* CUDA's rule: a lane outside of the segment of @width lanes gives the own value. */
static int
source_lane (const Thread *thread, int lane)
{
  const int first = lane & ~(thread->width - 1), last = first + thread->width - 1;
  int from = lane;

  switch (thread->kind)
    {
    case TRP_WARP_INDEX:
      return first + (thread->operand & (thread->width - 1));
    case TRP_WARP_DOWN:
      from = lane + thread->operand;
      break;
    case TRP_WARP_UP:
      from = lane - thread->operand;
      break;
    case TRP_WARP_XOR:
      from = lane ^ thread->operand;
      break;
    default:
      break;
    }
  return from < first || from > last ? lane : from;
}

static uint64_t
exchanged (const Thread *warp, int lane)
{
  const Thread *thread = &warp[lane];
  uint64_t ballot = 0;
  int from;

  if (thread->kind == TRP_WARP_BALLOT)
    {
      for (int i = 0; i < WARP; i++)
        if (thread->mask >> i & 1)
          ballot |= warp[i].value << i;
      return ballot;
    }
  from = source_lane (thread, lane);
  if (!(thread->mask >> from & 1))
    fail ("lane %d reads lane %d, which is not in the mask %08x", lane, from, thread->mask);
  return warp[from].value;
}

/* Whether all lanes of @lane's mask wait for the same; fails where one cannot come any more. */
static bool
is_complete (const Thread *warp, int n_lanes, int lane)
{
  const Thread *thread = &warp[lane];

  if (!(thread->mask >> lane & 1))
    fail ("lane %d is not in its own mask %08x", lane, thread->mask);
  for (int i = 0; i < WARP; i++)
    {
      if (!(thread->mask >> i & 1))
        continue;
      if (i >= n_lanes)
        fail ("the mask %08x has lanes that the block does not have", thread->mask);
      if (warp[i].state == RETURNED)
        fail ("thread %u waits for its warp, but lane %d has returned", thread->index.x, i);
      if (warp[i].state != WAITS_FOR_WARP || warp[i].kind != thread->kind ||
          warp[i].mask != thread->mask)
        return false;
    }
  return true;
}

/* Lets go on what waits in this warp and is complete. */
static bool
run_warp (Thread *warp, int n_lanes, const std::vector<unsigned> &lanes)
{
  unsigned done = 0;

  for (int i = 0; i < n_lanes; i++)
    if (warp[i].state == WAITS_FOR_WARP && !(done >> i & 1) && is_complete (warp, n_lanes, i))
      {
        for (int k = 0; k < n_lanes; k++)
          if (warp[i].mask >> k & 1)
            warp[k].result = exchanged (warp, k);
        done |= warp[i].mask;
      }
  for (unsigned lane : lanes)
    if (done >> lane & 1)
      go_on (&warp[lane]);
  return done != 0;
}

static bool
run_block_barrier (void)
{
  for (const Thread &thread : threads)
    if (thread.state != WAITS_FOR_BLOCK && thread.state != RETURNED)
      return false;
  for (unsigned turn : turns)
    if (threads[turn].state == WAITS_FOR_BLOCK)
      go_on (&threads[turn]);
  return true;
}

static void
fail_waiting (void)
{
  unsigned at_block = 0, at_warp = 0;

  for (const Thread &thread : threads)
    {
      at_block += thread.state == WAITS_FOR_BLOCK;
      at_warp += thread.state == WAITS_FOR_WARP;
    }
  fail ("threads diverge: %u of %zu wait at __syncthreads, %u in their warp, %zu have returned",
        at_block, threads.size (), at_warp, threads.size () - n_live);
}

/* A thread that returns before a barrier which others reach is divergence too: CUDA allows it, but
 * what it does is not what the kernel's author meant. */
static void
finish_waiting (void)
{
  std::vector<unsigned> lanes;

  fill_turns (lanes, WARP);
  while (n_live > 0)
    {
      bool moved = false;

      for (size_t first = 0; first < threads.size (); first += WARP)
        {
          const int n_lanes = (int) std::min<size_t> (WARP, threads.size () - first);

          moved |= run_warp (&threads[first], n_lanes, lanes);
        }
      if (moved)
        continue;
      if (n_live < threads.size () || !run_block_barrier ())
        fail_waiting ();
    }
}

static void
run_block (unsigned block)
{
  const dim3 grid = running->grid;

  trp_emulated.block = { block % grid.x, block / grid.x % grid.y, block / grid.x / grid.y };
  fill_turns (turns, threads.size ());
  for (Thread &thread : threads)
    thread.state = RUNS;
  n_begun = 0;
  n_live = threads.size ();
  while (n_begun < turns.size ())
    trp_fiber_switch (scheduler, take_worker ()->fiber);
  if (n_live > 0)
    finish_waiting ();
}

static void
fill_threads (dim3 size)
{
  threads.resize ((size_t) size.x * size.y * size.z);
  for (unsigned i = 0; i < threads.size (); i++)
    threads[i].index = { i % size.x, i / size.x % size.y, i / size.x / size.y };
}

void
trp_emulate_run_grid (const TrpGrid &grid)
{
  std::vector<unsigned> blocks;

  if (!scheduler)
    scheduler = trp_fiber_new_main ();
  running = &grid;
  trp_emulated.block_size = grid.block;
  trp_emulated.grid_size = grid.grid;
  fill_threads (grid.block);
  fill_turns (blocks, (size_t) grid.grid.x * grid.grid.y * grid.grid.z);
  for (unsigned block : blocks)
    run_block (block);
  running = nullptr;
  current = nullptr;
}
