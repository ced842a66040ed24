/* benchmark.h - how fast a device runs the networks
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Training rows run the trainers' own steps, or for a single network a step of L1 loss and Adam;
 * images are made up and stay on the device, so that loading data is not part of it. The row
 * "patient" is 30 slices through resnet-9 and then, with their neighbours, through res-unet-2.5d,
 * from slices in host memory to probabilities in host memory. One thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/method/recipe.h"
#include "core/nn/device.h"

G_BEGIN_DECLS

#define TRP_BENCHMARK_PATIENT_SLICES 30

/**
 * TrpBenchmarkSpec:
 * @network: a name of trp_benchmark_networks(), else a recipe's (trp_recipe_load())
 * @train: forward, backward and optimiser; else forward only
 * @size, @batch: 0: 256 and 1 (a patient: 10 slices a run), or the recipe's own
 */
typedef struct
{
  const char *network;
  bool train;
  int size, batch;
} TrpBenchmarkSpec;

/* NULL-terminated. */
const char *const *trp_benchmark_networks (void);

#define TRP_BENCHMARK_MAX_GRAPHS 2

/**
 * TrpBenchmarkWork: what one step is
 * @graphs: owned until taken
 * @n_runs: of each graph in a step
 * @n_images: that a step takes
 * @size, @batch: as chosen
 */
typedef struct
{
  TrpGraph *graphs[TRP_BENCHMARK_MAX_GRAPHS];
  int n_graphs;
  int n_runs;
  int n_images;
  int size, batch;
} TrpBenchmarkWork;

/* Errors: TRP_ERROR_UNSUPPORTED for a name or a mode that does not exist, TRP_ERROR_FORMAT for a
 * size out of range, TRP_ERROR_GEOMETRY for one that the network cannot halve. */
bool trp_benchmark_build (const TrpBenchmarkSpec *spec,
                          TrpBenchmarkWork *out_work,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_benchmark_work_clear (TrpBenchmarkWork *self);
/* FLOP of a step, see core/nn/op-cost.h. */
double trp_benchmark_work_count_flop (const TrpBenchmarkWork *self);

/* TrpBenchmarkOp: all operations of one kind and one set of shapes in one step. */
typedef struct
{
  char *name;
  int n_calls;
  double seconds, flop;
} TrpBenchmarkOp;

/**
 * TrpBenchmarkResult:
 * @seconds: median of a step; steps are timed in blocks of at least 20 ms with one wait at the end
 * @n_steps: that were timed
 * @convolution_seconds: the part of a step that is convolution, from separate runs that wait for
 * every operation
 * @matrix_rate: FLOP/s of one large convolution, the device's own rate: the best of short runs
 * before and after the steps, so that other work on the machine slows both
 * @peak_bytes: memory that the engine takes on the device: arena, workspace, inputs, parameters,
 * states. Without what the back end's libraries keep for themselves
 * @ops: (element-type TrpBenchmarkOp): from the same runs, longest first
 */
typedef struct
{
  int size, batch, n_images;
  double seconds;
  int n_steps;
  double flop;
  double convolution_seconds;
  double matrix_rate;
  size_t peak_bytes;
  GPtrArray *ops;
} TrpBenchmarkResult;

/**
 * trp_benchmark_run:
 * @seconds: to time for; at least three steps are timed
 *
 * Errors: of trp_benchmark_build() and of the device; TRP_ERROR_LIMIT when memory does not suffice.
 */
bool trp_benchmark_run (TrpDevice *device,
                        const TrpBenchmarkSpec *spec,
                        double seconds,
                        TrpProgress *progress,
                        TrpBenchmarkResult *out_result,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_benchmark_result_clear (TrpBenchmarkResult *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpBenchmarkWork, trp_benchmark_work_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpBenchmarkResult, trp_benchmark_result_clear)

G_END_DECLS
