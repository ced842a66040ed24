/* test-emulate.cc - the emulated device itself: that it shows the mistakes it is there for
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cmath>
#include <glib.h>
#include <vector>

/* A stream, device memory for @n floats, and its copy on the host. */
struct Fixture
{
  cudaStream_t stream;
  float *memory;
  std::vector<float> values;

  explicit Fixture (size_t n, const char *how = "", const char *order = "forward")
      : memory (nullptr), values (n)
  {
    int n_devices;

    g_setenv ("TRIPTYCH_EMULATE", how, TRUE);
    g_setenv ("TRIPTYCH_EMULATE_ORDER", order, TRUE);
    g_assert_cmpint (cudaGetDeviceCount (&n_devices), ==, cudaSuccess);
    cudaStreamCreateWithFlags (&stream, cudaStreamNonBlocking);
    g_assert_cmpint (cudaMalloc ((void **) &memory, n * sizeof (float)), ==, cudaSuccess);
  }

  ~Fixture ()
  {
    cudaFree (memory);
    cudaStreamDestroy (stream);
  }

  const std::vector<float> &
  fetch ()
  {
    g_assert_cmpint (cudaMemcpyAsync (values.data (), memory, values.size () * sizeof (float),
                                      cudaMemcpyDeviceToHost, stream),
                     ==, cudaSuccess);
    return values;
  }
};

#define LAUNCH(f, kernel, blocks, threads, ...)                                                    \
  trp_emulate_launch ((f).stream, #kernel, blocks, threads, kernel, __VA_ARGS__)

static __global__ void
number (float *out)
{
  const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;

  out[block * blockDim.x * blockDim.y * blockDim.z + thread] = (float) (block * 1000 + thread);
}

static void
test_indices (void)
{
  const dim3 grid (3, 2, 2), block (5, 3, 2);
  Fixture f (12 * 30);

  LAUNCH (f, number, grid, block, f.memory);
  f.fetch ();
  for (size_t i = 0; i < f.values.size (); i++)
    g_assert_cmpfloat (f.values[i], ==, (float) (i / 30 * 1000 + i % 30));
}

static __global__ void
mirror (float *out, bool with_barrier)
{
  __shared__ float shared[64];

  shared[threadIdx.x] = (float) (blockIdx.x * 64 + threadIdx.x);
  if (with_barrier)
    __syncthreads ();
  out[blockIdx.x * 64 + threadIdx.x] = shared[63 - threadIdx.x];
  if (with_barrier)
    __syncthreads ();
}

static std::vector<float>
run_mirror (const char *order, bool with_barrier)
{
  Fixture f (3 * 64, "", order);

  LAUNCH (f, mirror, 3, 64, f.memory, with_barrier);
  return f.fetch ();
}

static void
test_missing_barrier (void)
{
  const std::vector<float> right = run_mirror ("forward", true);

  for (size_t i = 0; i < right.size (); i++)
    g_assert_cmpfloat (right[i], ==, (float) (i / 64 * 64 + 63 - i % 64));
  g_assert_true (run_mirror ("reverse", true) == right);
  g_assert_true (run_mirror ("random:3", true) == right);
  g_assert_false (run_mirror ("forward", false) == right);
  g_assert_false (run_mirror ("forward", false) == run_mirror ("reverse", false));
}

static __global__ void
add_all (float *out)
{
  if (blockIdx.x == 0 && threadIdx.x == 0)
    *out = 0;
  atomicAdd (out, 1.0F / (float) (1 + blockIdx.x * blockDim.x + threadIdx.x));
}

/* Sums in the order of arrival. */
static void
test_order_of_sums (void)
{
  float sums[2];

  for (int i = 0; i < 2; i++)
    {
      Fixture f (1, "", i == 0 ? "forward" : "random:1");

      cudaMemsetAsync (f.memory, 0, 4, f.stream);
      LAUNCH (f, add_all, 8, 64, f.memory);
      sums[i] = f.fetch ()[0];
    }
  g_assert_true (sums[0] != sums[1]);
}

static __global__ void
shuffle (float *out)
{
  const float lane = (float) (threadIdx.x % 32);
  float *row = out + 6 * threadIdx.x;

  row[0] = __shfl_down_sync (0xffffffffU, lane, 3);
  row[1] = __shfl_up_sync (0xffffffffU, lane, 3);
  row[2] = __shfl_xor_sync (0xffffffffU, lane, 5);
  row[3] = __shfl_sync (0xffffffffU, lane, 7);
  row[4] = __shfl_down_sync (0xffffffffU, lane, 3, 8);
  row[5] = (float) __ballot_sync (0xffffffffU, threadIdx.x % 32 < 4);
}

static void
test_shuffles (void)
{
  Fixture f (6 * 64, "", "random:2");

  LAUNCH (f, shuffle, 1, 64, f.memory);
  f.fetch ();
  for (int i = 0; i < 64; i++)
    {
      const int lane = i % 32;
      const float *row = &f.values[6 * (size_t) i];

      g_assert_cmpfloat (row[0], ==, (float) (lane + 3 < 32 ? lane + 3 : lane));
      g_assert_cmpfloat (row[1], ==, (float) (lane >= 3 ? lane - 3 : lane));
      g_assert_cmpfloat (row[2], ==, (float) (lane ^ 5));
      g_assert_cmpfloat (row[3], ==, 7);
      g_assert_cmpfloat (row[4], ==, (float) (lane % 8 + 3 < 8 ? lane + 3 : lane));
      g_assert_cmpfloat (row[5], ==, 15);
    }
}

static __global__ void
diverge (float *out)
{
  if (threadIdx.x < 5)
    __syncthreads ();
  out[threadIdx.x] = 0;
}

static __global__ void
leave_warp (float *out)
{
  if (threadIdx.x == 9)
    return;
  out[threadIdx.x] = __shfl_xor_sync (0xffffffffU, 1.0F, 1);
}

static __global__ void
write_behind (float *out)
{
  out[threadIdx.x + 1] = 0;
}

/* Of 64 floats, which end where the pages do: what is read is not used, and still found. */
static __global__ void
read_behind (const volatile float *in)
{
  (void) in[threadIdx.x + 1];
}

static __global__ void
write_before (float *out)
{
  out[(int) threadIdx.x - 1] = 0;
}

/* Each ends the program; run in a child. */
static void
make_mistake (const void *data)
{
  const char *name = (const char *) data;
  Fixture f (64, g_str_equal (name, "unknown-word") ? "no-driver-at-all" : "");

  if (g_str_equal (name, "diverge"))
    LAUNCH (f, diverge, 1, 64, f.memory);
  else if (g_str_equal (name, "leave-warp"))
    LAUNCH (f, leave_warp, 1, 64, f.memory);
  else if (g_str_equal (name, "write-behind"))
    LAUNCH (f, write_behind, 1, 64, f.memory);
  else if (g_str_equal (name, "read-behind"))
    LAUNCH (f, read_behind, 1, 64, f.memory);
  else if (g_str_equal (name, "write-before"))
    LAUNCH (f, write_before, 1, 64, f.memory);
  else
    *(volatile float *) f.memory = 1;
  cudaStreamSynchronize (f.stream);
}

static void
assert_mistake (const char *name, const char *pattern)
{
  g_autofree char *path = g_strconcat ("/emulate/mistake/", name, "/subprocess", nullptr);

  g_test_trap_subprocess (path, 0, (GTestSubprocessFlags) 0);
  g_test_trap_assert_failed ();
  if (pattern)
    g_test_trap_assert_stderr (pattern);
}

static void
test_divergence (void)
{
  assert_mistake ("diverge", "*kernel diverge*5 of 64 wait at __syncthreads*59 have returned*");
}

static void
test_left_warp (void)
{
  assert_mistake ("leave-warp", "*kernel leave_warp*lane 9 has returned*");
}

static void
test_touched_beside (void)
{
  assert_mistake ("write-behind", nullptr);
  assert_mistake ("write-before", nullptr);
  assert_mistake ("read-behind", nullptr);
}

static void
test_host_access (void)
{
  assert_mistake ("host-access", nullptr);
}

static void
test_unknown_word (void)
{
  assert_mistake ("unknown-word", "*there is no no-driver-at-all, only no-driver,*break-capture*");
}

/* Pinned memory is read when the device comes to it, pageable memory at once. */
static void
test_lazy_copies (void)
{
  for (int is_pinned = 0; is_pinned < 2; is_pinned++)
    {
      Fixture f (1);
      float pageable = 1, *pinned, *source = &pageable;

      cudaMallocHost ((void **) &pinned, 4);
      if (is_pinned)
        source = pinned;
      *source = 1;
      cudaMemcpyAsync (f.memory, source, 4, cudaMemcpyHostToDevice, f.stream);
      *source = 2;
      g_assert_cmpfloat (f.fetch ()[0], ==, is_pinned ? 2 : 1);
      cudaFreeHost (pinned);
    }
}

static void
test_new_memory (void)
{
  Fixture f (100);

  for (float value : f.fetch ())
    g_assert_true (std::isnan (value));
  g_assert_cmpint (cudaMemsetAsync ((char *) f.memory + 4, 0, 400, f.stream), ==,
                   cudaErrorInvalidValue);
}

static void
test_events (void)
{
  Fixture f (64);
  cudaEvent_t event;
  int n = 0;

  cudaEventCreateWithFlags (&event, cudaEventDisableTiming);
  LAUNCH (f, number, 1, 64, f.memory);
  LAUNCH (f, number, 1, 64, f.memory);
  cudaEventRecord (event, f.stream);
  while (cudaEventQuery (event) == cudaErrorNotReady)
    n++;
  g_assert_cmpint (n, ==, 2);
  cudaEventDestroy (event);
}

static __global__ void
increase (float *value)
{
  *value += 1;
}

static void
test_capture (void)
{
  Fixture f (1);
  cudaGraph_t graph;
  cudaGraphExec_t exec;

  cudaMemsetAsync (f.memory, 0, 4, f.stream);
  cudaStreamBeginCapture (f.stream, cudaStreamCaptureModeThreadLocal);
  LAUNCH (f, increase, 1, 1, f.memory);
  LAUNCH (f, increase, 1, 1, f.memory);
  g_assert_cmpint (cudaStreamEndCapture (f.stream, &graph), ==, cudaSuccess);
  g_assert_cmpfloat (f.fetch ()[0], ==, 0);
  cudaGraphInstantiate (&exec, graph, 0);
  cudaGraphDestroy (graph);
  for (int i = 0; i < 3; i++)
    cudaGraphLaunch (exec, f.stream);
  g_assert_cmpfloat (f.fetch ()[0], ==, 6);
  cudaGraphExecDestroy (exec);
}

/* What CUDA forbids while a stream captures fails, and the capture with it. */
static void
test_broken_capture (void)
{
  Fixture f (1);
  cudaGraph_t graph;
  void *memory;

  cudaStreamBeginCapture (f.stream, cudaStreamCaptureModeThreadLocal);
  g_assert_cmpint (cudaMalloc (&memory, 4), ==, cudaErrorStreamCaptureUnsupported);
  LAUNCH (f, increase, 1, 1, f.memory);
  g_assert_cmpint (cudaGetLastError (), ==, cudaErrorStreamCaptureInvalidated);
  g_assert_cmpint (cudaStreamEndCapture (f.stream, &graph), ==, cudaErrorStreamCaptureInvalidated);
  g_assert_null (graph);
  cudaStreamBeginCapture (f.stream, cudaStreamCaptureModeThreadLocal);
  g_assert_cmpint (cudaStreamSynchronize (f.stream), ==, cudaErrorStreamCaptureUnsupported);
  g_assert_cmpint (cudaStreamEndCapture (f.stream, &graph), ==, cudaErrorStreamCaptureInvalidated);
}

/* The second kernel fails when it runs; from then on everything does. */
static void
test_lost (void)
{
  Fixture f (1, "fail-at-launch=2");
  void *memory;

  LAUNCH (f, increase, 1, 1, f.memory);
  g_assert_cmpint (cudaStreamSynchronize (f.stream), ==, cudaSuccess);
  LAUNCH (f, increase, 1, 1, f.memory);
  g_assert_cmpint (cudaGetLastError (), ==, cudaSuccess);
  g_assert_cmpint (cudaStreamSynchronize (f.stream), ==, cudaErrorLaunchFailure);
  g_assert_cmpint (cudaMalloc (&memory, 4), ==, cudaErrorLaunchFailure);
  g_assert_cmpint (cudaGetLastError (), ==, cudaErrorLaunchFailure);
  g_assert_cmpint (cudaGetLastError (), ==, cudaErrorLaunchFailure);
}

static void
test_configuration (void)
{
  Fixture f (1);

  LAUNCH (f, increase, 1, 1025, f.memory);
  g_assert_cmpint (cudaGetLastError (), ==, cudaErrorInvalidConfiguration);
  LAUNCH (f, increase, 0, 32, f.memory);
  g_assert_cmpint (cudaGetLastError (), ==, cudaErrorInvalidConfiguration);
  g_assert_cmpint (cudaGetLastError (), ==, cudaSuccess);
}

static void
test_half (void)
{
  for (unsigned bits = 0; bits < 65536; bits++)
    {
      const __half value = { (uint16_t) bits };
      const float wide = __half2float (value);

      if (!std::isnan (wide))
        g_assert_cmphex (__float2half (wide).bits, ==, bits);
    }
  g_assert_cmphex (__float2half (1).bits, ==, 0x3c00);
  g_assert_cmphex (__float2half (65504).bits, ==, 0x7bff);
  g_assert_cmphex (__float2half (65519.996F).bits, ==, 0x7bff);
  g_assert_cmphex (__float2half (65520).bits, ==, 0x7c00);
  g_assert_cmphex (__float2half (1 + ldexpf (1, -11)).bits, ==, 0x3c00); /* ties to even */
  g_assert_cmphex (__float2half (1 + ldexpf (3, -11)).bits, ==, 0x3c02);
  g_assert_cmphex (__float2half (-ldexpf (1, -24)).bits, ==, 0x8001);
  g_assert_cmphex (__float2half (ldexpf (1, -25)).bits, ==, 0);
  g_assert_cmphex (__float2half (ldexpf (1.5F, -25)).bits, ==, 1);
  g_assert_true (std::isnan (__half2float (__float2half (NAN))));
}

static void
test_bfloat16 (void)
{
  g_assert_cmphex (__float2bfloat16 (1).bits, ==, 0x3f80);
  g_assert_cmphex (__float2bfloat16 (1 + ldexpf (1, -8)).bits, ==, 0x3f80);
  g_assert_cmphex (__float2bfloat16 (1 + ldexpf (3, -8)).bits, ==, 0x3f82);
  g_assert_cmphex (__float2bfloat16 (-INFINITY).bits, ==, 0xff80);
  g_assert_cmphex (__float2bfloat16 (3.4e38F).bits, ==, 0x7f80);
  g_assert_true (std::isnan (__bfloat162float (__float2bfloat16 (NAN))));
}

int
main (int argc, char **argv)
{
  static const char *const mistakes[] = { "diverge",     "leave-warp",   "write-behind",
                                          "read-behind", "write-before", "host-access",
                                          "unknown-word" };

  g_test_init (&argc, &argv, nullptr);
  g_test_add_func ("/emulate/indices", test_indices);
  g_test_add_func ("/emulate/missing-barrier", test_missing_barrier);
  g_test_add_func ("/emulate/order-of-sums", test_order_of_sums);
  g_test_add_func ("/emulate/shuffles", test_shuffles);
  g_test_add_func ("/emulate/divergence", test_divergence);
  g_test_add_func ("/emulate/left-warp", test_left_warp);
  g_test_add_func ("/emulate/touched-beside", test_touched_beside);
  g_test_add_func ("/emulate/host-access", test_host_access);
  g_test_add_func ("/emulate/unknown-word", test_unknown_word);
  for (const char *name : mistakes)
    {
      g_autofree char *path = g_strconcat ("/emulate/mistake/", name, "/subprocess", nullptr);

      g_test_add_data_func (path, name, make_mistake);
    }
  g_test_add_func ("/emulate/lazy-copies", test_lazy_copies);
  g_test_add_func ("/emulate/new-memory", test_new_memory);
  g_test_add_func ("/emulate/events", test_events);
  g_test_add_func ("/emulate/capture", test_capture);
  g_test_add_func ("/emulate/broken-capture", test_broken_capture);
  g_test_add_func ("/emulate/lost", test_lost);
  g_test_add_func ("/emulate/configuration", test_configuration);
  g_test_add_func ("/emulate/half", test_half);
  g_test_add_func ("/emulate/bfloat16", test_bfloat16);
  return g_test_run ();
}
