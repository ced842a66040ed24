/* test-cudnn-plans.c - every convolution that we ship has a plan on every kind of device
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Needs cuDNN and neither GPU nor driver: cuDNN plans for devices described as text. Shows support,
 * notes and workspace, not speed and not numbers. --verbose prints the plans.
 */

#include "core/method/model.h"
#include "core/method/trainer-class.h"
#include "core/nn/layers.h"
#include "gpu/cudnn-graph.h"
#include "tests/lib/op-cases.h"

#include <string.h>

/* What differs between devices, typed by hand from public data sheets (capabilities: CUDA
 * programming guide, table of technical specifications). Of these, cuDNN 9.19 was seen to look at
 * the version only: clocks, memory, cache and the number of multiprocessors changed no plan. */
typedef struct
{
  int version; /* compute capability: 90 for 9.0 */
  const char *name;
  int n_multiprocessors, shared_bytes, blocks, threads; /* the last three per multiprocessor */
  int64_t memory;
  int clock_khz, memory_khz, cache_bytes;
} DeviceCase;

static const DeviceCase device_cases[] = {
  { 75, "T4", 40, 65536, 16, 1024, 15843721216, 1590000, 5001000, 4194304 },
  { 80, "A100", 108, 166912, 32, 2048, 42297786368, 1410000, 1215000, 41943040 },
  { 86, "RTX 3090", 82, 101376, 16, 1536, 25438126080, 1695000, 9751000, 6291456 },
  { 89, "RTX 4090", 128, 101376, 24, 1536, 25393692672, 2520000, 10501000, 75497472 },
  { 90, "H200", 132, 232448, 32, 2048, 150754820096, 1980000, 3201000, 62914560 },
  { 100, "B200", 148, 232448, 32, 2048, 191501434880, 1965000, 3996000, 132644864 },
  { 120, "RTX 5090", 170, 101376, 24, 1536, 33661911040, 2407000, 14001000, 100663296 },
};

/* cuDNN wants every key, and whole numbers only. */
static char *
make_json (const DeviceCase *c)
{
  return g_strdup_printf (
    "{\"maxGridSize\": [2147483647, 65535, 65535], \"maxBlockSize\": [1024, 1024, 64],"
    " \"regsPerBlock\": 65536, \"multiProcessorCount\": %d, \"warpSize\": 32,"
    " \"maxSharedMemoryPerBlock\": 49152, \"maxSharedMemoryPerBlockOptin\": %d,"
    " \"reservedSharedMemoryPerBlock\": %d, \"maxRegistersPerSM\": 65536, \"maxCtasPerSM\": %d,"
    " \"maxThreadsPerBlock\": 1024, \"maxThreadsPerSM\": %d, \"pciDeviceId\": 0,"
    " \"isTccDriver\": 0, \"supportCoopLaunch\": 1, \"totalGlobalMem\": %" G_GINT64_FORMAT ","
    " \"smClockRateKHz\": %d, \"memClockRateKHz\": %d, \"l2CacheSize\": %d, \"cudaDeviceId\": 0,"
    " \"deviceVer\": %d, \"driverVer\": 13000, \"deviceName\": \"%s\"}",
    c->n_multiprocessors, c->shared_bytes, c->version < 80 ? 0 : 1024, c->blocks, c->threads,
    c->memory, c->clock_khz, c->memory_khz, c->cache_bytes, 10 * c->version, c->name);
}

typedef struct
{
  const char *name;
  TrpGpuType type;
  bool strict;
  int from_version;
} PrecisionCase;

static const PrecisionCase precision_cases[] = {
  { "strict", TRP_GPU_F32, true, 75 },
  { "TF32", TRP_GPU_F32, false, 75 },
  { "bf16", TRP_GPU_BF16, false, 80 },
  { "f16", TRP_GPU_F16, false, 75 },
};

#define ALL_PASSES 7

/* A convolution and the passes that are needed of it: bit TrpConvPass. */
typedef struct
{
  TrpConvGeometry geometry;
  unsigned passes;
} Conv;

static Conv *
find_conv (const GArray *convs, const TrpConvGeometry *g)
{
  for (size_t i = 0; i < convs->len; i++)
    {
      Conv *conv = &g_array_index (convs, Conv, i);
      const TrpConvGeometry *known = &conv->geometry;

      if (trp_shape_equal (known->x, g->x) && trp_shape_equal (known->filter, g->filter) &&
          trp_shape_equal (known->y, g->y) && known->stride == g->stride &&
          known->pad_top == g->pad_top && known->pad_left == g->pad_left)
        return conv;
    }
  return NULL;
}

static void
add_conv (GArray *convs, const TrpConvGeometry *geometry, unsigned passes)
{
  Conv *known = find_conv (convs, geometry);
  const Conv conv = { *geometry, passes };

  if (known)
    known->passes |= passes;
  else
    g_array_append_val (convs, conv);
}

/* False if the operation is no convolution. */
static bool
read_conv (const TrpGraph *graph, const TrpOp *op, TrpConvPass *out_pass, TrpConvGeometry *out)
{
  TrpTensor inputs[3], outputs[1];
  const TrpOpDesc desc = { op->kind, op->attributes, op->n_inputs, op->n_outputs, inputs, outputs };

  if (op->n_inputs > 3 || op->n_outputs > 1)
    return false;
  for (int i = 0; i < op->n_inputs; i++)
    inputs[i] = trp_graph_peek_value (graph, op->inputs[i])->tensor;
  outputs[0] = trp_graph_peek_value (graph, op->outputs[0])->tensor;
  return trp_conv_from_op (&desc, out_pass, out);
}

/* Adds the convolutions of a graph, with all passes if it is @trained. Takes the graph. */
static void
collect (GArray *convs, TrpGraph *graph, bool trained)
{
  g_autoptr (GError) error = NULL;

  if (!trp_graph_check (graph, &error))
    g_error ("%s", error->message);
  for (int i = 0; i < trp_graph_get_n_ops (graph); i++)
    {
      TrpConvGeometry geometry;
      TrpConvPass pass;

      if (read_conv (graph, trp_graph_peek_op (graph, i), &pass, &geometry))
        add_conv (convs, &geometry, trained ? ALL_PASSES : 1U << pass);
    }
  trp_graph_free (graph);
}

/* The sizes by which back ends are compared with the reference. */
static void
collect_cases (GArray *convs)
{
  for (int i = 0; i < trp_op_n_cases; i++)
    {
      const TrpOpCase *c = &trp_op_cases[i];
      TrpGraph *graph = trp_graph_new ();
      TrpValue inputs[3];

      if (c->kind == TRP_OP_conv)
        {
          for (int k = 0; k < 2; k++)
            inputs[k] = trp_graph_input (graph, k ? "filter" : "x", c->inputs[k]);
          trp_graph_op (graph, c->kind, &c->attributes, inputs, 2);
        }
      collect (convs, graph, true);
    }
}

/* Its step of training, its previews, and its inference of one slice and of eight. */
static void
collect_recipe (GArray *convs, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = trp_recipe_load (name, &error);
  const bool is_cyclegan = recipe && recipe->trainer == TRP_TRAINER_CYCLEGAN;
  const TrpTrainerClass *klass;

  g_assert_no_error (error);
  klass = trp_trainer_class_get (recipe);
  collect (convs, klass->build (recipe, false), true);
  collect (convs, klass->build_preview (recipe), false);
  for (int batch = 1; batch <= 8; batch *= 8)
    collect (convs,
             trp_recipe_build_network (recipe, is_cyclegan ? "G_A" : "net", batch, recipe->size,
                                       recipe->size),
             false);
}

static TrpValue
image (TrpGraph *graph, int batch, int channels)
{
  return trp_graph_input (graph, "x", (TrpShape){ batch, 256, 256, channels });
}

static void
collect_cyclegan (GArray *convs, int batch, int channels, bool nearest)
{
  const TrpResnet generator = { channels, channels, 64, 9, 2, nearest };
  const TrpPatchGan discriminator = { channels, 64, 3 };
  TrpGraph *graph = trp_graph_new ();

  trp_resnet_build (graph, &generator, "G", image (graph, batch, channels));
  trp_patch_gan_build (graph, &discriminator, "D", image (graph, batch, channels));
  collect (convs, graph, true);
}

static void
collect_unet (GArray *convs, int batch, const TrpUnet *spec)
{
  TrpGraph *graph = trp_graph_new ();

  trp_unet_build (graph, spec, "U", image (graph, batch, spec->in_channels));
  collect (convs, graph, true);
}

/* The sizes that are trained in earnest, 256 x 256. */
static void
collect_full_size (GArray *convs)
{
  const TrpUnet unet = { 1, 1, 64, 5, false, TRP_NORM_BATCH, true };
  const TrpUnet res_unet = { 3, 5, 64, 5, true, TRP_NORM_BATCH, true };

  collect_cyclegan (convs, 1, 1, false);
  collect_cyclegan (convs, 1, 3, false);
  collect_cyclegan (convs, 1, 1, true);
  collect_cyclegan (convs, 8, 1, false);
  collect_unet (convs, 1, &unet);
  collect_unet (convs, 16, &res_unet);
}

/* Elements are Conv; free with g_array_unref. */
static GArray *
dup_convs (void)
{
  GArray *convs = g_array_new (FALSE, TRUE, sizeof (Conv));
  g_auto (GStrv) recipes = trp_recipe_list ();

  for (int i = 0; recipes[i]; i++)
    collect_recipe (convs, recipes[i]);
  collect_full_size (convs);
  collect_cases (convs);
  return convs;
}

static void
print_plan (const PrecisionCase *p, const TrpCudnnSpec *spec, const TrpCudnnConv *conv)
{
  static const char *const passes[] = { "forward", "image", "filter" };
  const TrpConvGeometry *g = &spec->geometry;

  g_test_message ("%-6s %-7s %dx%d/%d %2d x %3d x %3d x %4d > %3d x %3d x %4d  %s", p->name,
                  passes[spec->pass], g->filter.h, g->filter.w, g->stride, g->x.n, g->x.h, g->x.w,
                  g->x.c, g->y.h, g->y.w, g->y.c, trp_cudnn_conv_describe (conv));
}

static const TrpCudnnConv *
plan (TrpCudnn *cudnn, const PrecisionCase *p, const TrpConvGeometry *geometry, TrpConvPass pass)
{
  const TrpCudnnSpec spec = {
    .pass = pass, .geometry = *geometry, .type = p->type, .strict = p->strict, .deterministic = true
  };
  g_autoptr (GError) error = NULL;
  const TrpCudnnConv *conv = trp_cudnn_plan (cudnn, &spec, &error);

  g_assert_no_error (error);
  g_assert_nonnull (conv);
  if (g_test_verbose ())
    print_plan (p, &spec, conv);
  return conv;
}

static void
check_plans (TrpCudnn *cudnn, const GArray *convs, const PrecisionCase *p)
{
  size_t workspace = 0;
  int n = 0;

  for (size_t i = 0; i < convs->len; i++)
    for (TrpConvPass pass = TRP_CONV_FORWARD; pass <= TRP_CONV_BACKWARD_FILTER; pass++)
      {
        const Conv *conv = &g_array_index (convs, Conv, i);
        size_t bytes;

        if (!(conv->passes >> pass & 1))
          continue;
        bytes = trp_cudnn_conv_get_workspace (plan (cudnn, p, &conv->geometry, pass));
        workspace = MAX (workspace, bytes);
        n++;
      }
  g_test_message ("%s: %d plans, largest workspace %.1f MB", p->name, n,
                  (double) workspace / (1 << 20));
}

static void
test_device (const void *data)
{
  const DeviceCase *c = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = make_json (c);
  g_autoptr (GArray) convs = dup_convs ();
  TrpCudnn *cudnn = trp_cudnn_new_probe (json, &error);

  g_assert_no_error (error);
  for (size_t i = 0; i < G_N_ELEMENTS (precision_cases); i++)
    if (precision_cases[i].from_version <= c->version)
      check_plans (cudnn, convs, &precision_cases[i]);
  trp_cudnn_free (cudnn);
}

/* What a user's choice can cause is UNSUPPORTED, with the sizes. */
static void
test_refusal (void)
{
  const TrpCudnnSpec spec = { .geometry = { .x = { 2, 66, 66, 256 },
                                            .filter = { 128, 3, 3, 256 },
                                            .y = { 2, 64, 64, 128 },
                                            .stride = 1 },
                              .type = TRP_GPU_BF16 };
  g_autofree char *json = make_json (&device_cases[0]);
  g_autoptr (GError) error = NULL;
  TrpCudnn *cudnn = trp_cudnn_new_probe (json, &error);

  g_assert_no_error (error);
  g_assert_null (trp_cudnn_plan (cudnn, &spec, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (
    strstr (error->message, "2 images of 66 x 66 x 256 to 64 x 64 x 128, bfloat16"));
  trp_cudnn_free (cudnn);

  g_clear_error (&error);
  g_assert_null (trp_cudnn_new_probe ("{}", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_DEVICE);
}

/* A bias and the bytes between fields make no other plan; a precision does. */
static void
test_cache (void)
{
  g_autofree char *json = make_json (&device_cases[4]);
  TrpCudnn *cudnn = trp_cudnn_new_probe (json, NULL);
  TrpCudnnSpec spec, dirty;
  const TrpCudnnConv *conv;

  memset (&spec, 0, sizeof spec);
  memset (&dirty, 0xff, sizeof dirty);
  spec.geometry.x = dirty.geometry.x = (TrpShape){ 1, 16, 16, 32 };
  spec.geometry.filter = dirty.geometry.filter = (TrpShape){ 32, 3, 3, 32 };
  spec.geometry.y = dirty.geometry.y = (TrpShape){ 1, 16, 16, 32 };
  spec.geometry.stride = dirty.geometry.stride = 1;
  spec.geometry.pad_top = dirty.geometry.pad_top = 1;
  spec.geometry.pad_left = dirty.geometry.pad_left = 1;
  spec.pass = dirty.pass = TRP_CONV_BACKWARD_DATA;
  spec.type = dirty.type = TRP_GPU_F32;
  dirty.geometry.bias = true;
  dirty.strict = dirty.deterministic = false;
  conv = trp_cudnn_plan (cudnn, &spec, NULL);
  g_assert_nonnull (conv);
  g_assert_true (trp_cudnn_plan (cudnn, &dirty, NULL) == conv);
  dirty.strict = true;
  g_assert_true (trp_cudnn_plan (cudnn, &dirty, NULL) != conv);
  trp_cudnn_free (cudnn);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cudnn-plans/refusal", test_refusal);
  g_test_add_func ("/cudnn-plans/cache", test_cache);
  for (size_t i = 0; i < G_N_ELEMENTS (device_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/cudnn-plans/sm-%d", device_cases[i].version);

      g_test_add_data_func (path, &device_cases[i], test_device);
    }
  return g_test_run ();
}
