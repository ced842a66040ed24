/* stream.cc - streams, copies, events, and the capture of a stream into a graph
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A stream is a queue of closures and two counters; an event is a count to be reached. Querying an
 * event runs one piece of work, so that a loop that polls ends.
 */

#include "tests/emulate/block.h"
#include "tests/emulate/device.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

typedef std::function<void ()> Work;
typedef std::shared_ptr<std::vector<Work>> WorkList;

struct TrpEmulatedStream
{
  std::deque<Work> queue;
  uint64_t n_queued, n_done;
  WorkList capture; /* while it captures */
  bool invalid;
  std::thread::id capturer;
};

struct TrpEmulatedEvent
{
  cudaStream_t stream; /* NULL: complete */
  uint64_t count;
  bool captured;
};

struct TrpEmulatedGraph
{
  WorkList works;
};

struct TrpEmulatedExec
{
  WorkList works;
};

static std::vector<cudaStream_t> streams;
static std::vector<cudaEvent_t> events;

int
trp_emulate_get_n_streams (void)
{
  return (int) streams.size ();
}

static void
run_one (cudaStream_t stream)
{
  const Work work = std::move (stream->queue.front ());

  stream->queue.pop_front ();
  if (!trp_emulate_is_lost ())
    work ();
  stream->n_done++;
}

static void
run_until (cudaStream_t stream, uint64_t count)
{
  if (stream->n_done >= count)
    return;
  trp_emulate_begin_access ();
  while (stream->n_done < count)
    run_one (stream);
  trp_emulate_end_access ();
}

void
trp_emulate_run_all (void)
{
  for (cudaStream_t stream : streams)
    run_until (stream, stream->n_queued);
}

bool
trp_emulate_may_wait (void)
{
  bool allowed = true;

  for (cudaStream_t stream : streams)
    if (stream->capture && stream->capturer == std::this_thread::get_id ())
      {
        stream->invalid = true;
        allowed = false;
      }
  return allowed;
}

/* Refuses what may not wait: in a capture by this thread, or on a stream that captures. */
static cudaError_t
check_wait (cudaStream_t stream)
{
  if (!trp_emulate_may_wait ())
    return cudaErrorStreamCaptureUnsupported;
  return stream && stream->capture ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}

static cudaError_t
append (cudaStream_t stream, Work work)
{
  if (stream->capture)
    {
      if (stream->invalid)
        return cudaErrorStreamCaptureInvalidated;
      stream->capture->push_back (std::move (work));
      return cudaSuccess;
    }
  stream->queue.push_back (std::move (work));
  stream->n_queued++;
  return cudaSuccess;
}

static bool
is_sane (const TrpGrid &grid)
{
  const dim3 g = grid.grid, b = grid.block;
  const size_t n_threads = (size_t) b.x * b.y * b.z;

  return n_threads > 0 && n_threads <= 1024 && b.z <= 64 && g.x > 0 && g.x <= 0x7fffffffU &&
         g.y > 0 && g.y <= 65535 && g.z > 0 && g.z <= 65535;
}

void
trp_emulate_enqueue (cudaStream_t stream, const TrpGrid &grid)
{
  TRP_LOCK ();

  if (!is_sane (grid))
    {
      trp_emulate_result (cudaErrorInvalidConfiguration);
      return;
    }
  if (stream->capture && trp_emulation ()->break_capture)
    {
      stream->invalid = true;
      trp_emulate_result (cudaErrorStreamCaptureUnsupported);
      return;
    }
  trp_emulate_result (append (stream, [grid] {
    if (trp_emulate_count_launch ())
      trp_emulate_run_grid (grid);
  }));
}

static cudaError_t
copy_from_pageable (cudaStream_t stream, void *to, const void *from, size_t bytes)
{
  const auto values = std::make_shared<std::vector<char>> ((const char *) from,
                                                           (const char *) from + bytes);

  return append (stream, [=] { memcpy (to, values->data (), bytes); });
}

static cudaError_t
copy_now (cudaStream_t stream, void *to, const void *from, size_t bytes)
{
  run_until (stream, stream->n_queued);
  if (trp_emulate_is_lost ())
    return cudaSuccess;
  trp_emulate_begin_access ();
  memcpy (to, from, bytes);
  trp_emulate_end_access ();
  return cudaSuccess;
}

cudaError_t
cudaMemcpyAsync (
  void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream)
{
  TRP_LOCK ();
  const bool to_device = kind != cudaMemcpyDeviceToHost;
  const bool from_device = kind != cudaMemcpyHostToDevice;
  const bool pageable = (!to_device && !trp_emulate_is_pinned (to, bytes)) ||
                        (!from_device && !trp_emulate_is_pinned (from, bytes));

  if ((to_device && !trp_emulate_is_device (to, bytes)) ||
      (from_device && !trp_emulate_is_device (from, bytes)))
    return trp_emulate_result (cudaErrorInvalidValue);
  if (pageable && check_wait (stream) != cudaSuccess)
    return trp_emulate_result (cudaErrorStreamCaptureUnsupported);
  if (pageable && from_device)
    return trp_emulate_result (copy_now (stream, to, from, bytes));
  if (pageable)
    return trp_emulate_result (copy_from_pageable (stream, to, from, bytes));
  return trp_emulate_result (append (stream, [=] { memcpy (to, from, bytes); }));
}

cudaError_t
cudaMemsetAsync (void *memory, int value, size_t bytes, cudaStream_t stream)
{
  TRP_LOCK ();

  if (!trp_emulate_is_device (memory, bytes))
    return trp_emulate_result (cudaErrorInvalidValue);
  return trp_emulate_result (append (stream, [=] { memset (memory, value, bytes); }));
}

cudaError_t
cudaStreamCreateWithFlags (cudaStream_t *out_stream, unsigned flags)
{
  TRP_LOCK ();

  *out_stream = new TrpEmulatedStream ();
  streams.push_back (*out_stream);
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaStreamDestroy (cudaStream_t stream)
{
  TRP_LOCK ();

  run_until (stream, stream->n_queued);
  for (cudaEvent_t event : events)
    if (event->stream == stream)
      event->stream = nullptr;
  streams.erase (std::find (streams.begin (), streams.end (), stream));
  delete stream;
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaStreamSynchronize (cudaStream_t stream)
{
  TRP_LOCK ();
  const cudaError_t error = check_wait (stream);

  if (error == cudaSuccess)
    run_until (stream, stream->n_queued);
  return trp_emulate_result (error);
}

cudaError_t
cudaDeviceSynchronize (void)
{
  TRP_LOCK ();
  const cudaError_t error = check_wait (nullptr);

  if (error == cudaSuccess)
    trp_emulate_run_all ();
  return trp_emulate_result (error);
}

cudaError_t
cudaEventCreateWithFlags (cudaEvent_t *out_event, unsigned flags)
{
  TRP_LOCK ();

  *out_event = new TrpEmulatedEvent ();
  events.push_back (*out_event);
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaEventDestroy (cudaEvent_t event)
{
  TRP_LOCK ();

  events.erase (std::find (events.begin (), events.end (), event));
  delete event;
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaEventRecord (cudaEvent_t event, cudaStream_t stream)
{
  TRP_LOCK ();

  if (stream->capture && stream->invalid)
    return trp_emulate_result (cudaErrorStreamCaptureInvalidated);
  event->stream = stream;
  event->count = stream->n_queued;
  event->captured = stream->capture != nullptr;
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaStreamWaitEvent (cudaStream_t stream, cudaEvent_t event, unsigned flags)
{
  TRP_LOCK ();
  const cudaStream_t other = event->stream;
  const uint64_t count = event->count;

  if (!other || other == stream)
    return trp_emulate_result (cudaSuccess);
  return trp_emulate_result (append (stream, [other, count] { run_until (other, count); }));
}

static cudaError_t
check_event (cudaEvent_t event)
{
  if (!trp_emulate_may_wait ())
    return cudaErrorStreamCaptureUnsupported;
  return event->captured ? cudaErrorCapturedEvent : cudaSuccess;
}

cudaError_t
cudaEventQuery (cudaEvent_t event)
{
  TRP_LOCK ();
  const cudaStream_t stream = event->stream;
  const cudaError_t error = check_event (event);

  if (error != cudaSuccess || !stream || stream->n_done >= event->count)
    return trp_emulate_result (error);
  run_until (stream, stream->n_done + 1);
  return trp_emulate_result (cudaErrorNotReady);
}

cudaError_t
cudaEventSynchronize (cudaEvent_t event)
{
  TRP_LOCK ();
  const cudaError_t error = check_event (event);

  if (error == cudaSuccess && event->stream)
    run_until (event->stream, event->count);
  return trp_emulate_result (error);
}

cudaError_t
cudaStreamBeginCapture (cudaStream_t stream, enum cudaStreamCaptureMode mode)
{
  TRP_LOCK ();

  if (trp_emulate_is_lost () || stream->capture || trp_emulation ()->no_capture)
    return trp_emulate_result (cudaErrorStreamCaptureUnsupported);
  stream->capture = std::make_shared<std::vector<Work>> ();
  stream->capturer = std::this_thread::get_id ();
  stream->invalid = false;
  return cudaSuccess;
}

cudaError_t
cudaStreamEndCapture (cudaStream_t stream, cudaGraph_t *out_graph)
{
  TRP_LOCK ();
  WorkList works;

  *out_graph = nullptr;
  if (!stream->capture)
    return trp_emulate_result (cudaErrorStreamCaptureUnmatched);
  works.swap (stream->capture);
  if (stream->invalid)
    return trp_emulate_result (cudaErrorStreamCaptureInvalidated);
  *out_graph = new TrpEmulatedGraph{ works };
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaStreamIsCapturing (cudaStream_t stream, enum cudaStreamCaptureStatus *out_status)
{
  TRP_LOCK ();

  *out_status = cudaStreamCaptureStatusNone;
  if (stream->capture)
    *out_status = stream->invalid ? cudaStreamCaptureStatusInvalidated
                                  : cudaStreamCaptureStatusActive;
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaGraphInstantiate (cudaGraphExec_t *out_exec, cudaGraph_t graph, unsigned long long flags)
{
  TRP_LOCK ();

  *out_exec = new TrpEmulatedExec{ graph->works };
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaGraphLaunch (cudaGraphExec_t exec, cudaStream_t stream)
{
  TRP_LOCK ();
  const WorkList works = exec->works;

  return trp_emulate_result (append (stream, [works] {
    for (const Work &work : *works)
      if (!trp_emulate_is_lost ())
        work ();
  }));
}

cudaError_t
cudaGraphDestroy (cudaGraph_t graph)
{
  TRP_LOCK ();

  delete graph;
  return trp_emulate_result (cudaSuccess);
}

cudaError_t
cudaGraphExecDestroy (cudaGraphExec_t exec)
{
  TRP_LOCK ();

  delete exec;
  return trp_emulate_result (cudaSuccess);
}
